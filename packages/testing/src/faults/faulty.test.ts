import { seededRandom } from '@madang/core';
import { MemoryStore, VirtualClock } from '@madang/server/memory';
import { expect, test } from 'vitest';
import { type CallFate, type FaultyOptions, failsAt, failsByChance, faulty } from './faulty.ts';

function faultyStore(fate: FaultyOptions['fate']) {
  const clock = new VirtualClock();
  const inner = new MemoryStore();
  return { clock, inner, store: faulty(inner, { clock, fate, slowMs: 500 }) };
}

test('[ST01] the n-th call fails and does nothing; the others are as ever', async () => {
  const { store, inner } = faultyStore(failsAt(2));
  expect(await store.save('a', 1, 0)).toBe(1);
  await expect(store.save('b', 1, 0)).rejects.toMatchObject({ name: 'PortFault', isDone: false });
  expect(await inner.load('b')).toBeNull();
  expect(await store.save('b', 1, 0)).toBe(1);
});

test('[ST13] a call whose result is unknown was done, and reports a failure', async () => {
  const { store, inner } = faultyStore(failsAt(1, 'unknown'));
  await expect(store.save('a', 1, 0)).rejects.toMatchObject({ name: 'PortFault', isDone: true });
  expect(await inner.load('a')).toEqual({ value: 1, version: 1 });
});

test('a slow call begins after its time, and answers as ever', async () => {
  const { store, inner, clock } = faultyStore(failsAt(1, 'slow'));
  const saving = store.save('a', 1, 0);
  await clock.advanceAsync(499);
  expect(await inner.load('a')).toBeNull();
  await clock.advanceAsync(1);
  expect(await saving).toBe(1);
});

test('what the port itself refuses is refused as ever', async () => {
  const { store } = faultyStore(() => 'ok');
  await expect(store.save('a', 1, 5)).rejects.toMatchObject({ code: 'STALE_VERSION' });
});

test('what is no function is as ever, and a call with a fault answers a promise even where the port answers none', async () => {
  const port = faulty({ size: 3, count: () => 3 }, { clock: new VirtualClock(), fate: failsAt(2, 'slow') });
  expect([port.size, port.count()]).toEqual([3, 3]);
  expect(port.count()).toBeInstanceOf(Promise);
});

test('by chance, calls meet every fate, the same for the same seed', () => {
  const fates = (seed: number): CallFate[] => {
    const fate = failsByChance(seededRandom(seed), 0.5);
    return Array.from({ length: 100 }, (_, number) => fate({ number, method: 'save' }));
  };
  expect(new Set(fates(1))).toEqual(new Set(['ok', 'fails', 'slow', 'unknown']));
  expect(fates(1)).toEqual(fates(1));
});
