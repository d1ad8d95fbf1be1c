import { seededRandom } from '@madang/core';
import { MemoryStore, VirtualClock } from '@madang/server/memory';
import { expect, test } from 'vitest';
import { type CallFate, type CallPlan, type FaultyOptions, failsAt, failsByChance, faulty } from './faulty.ts';

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

test('[ST13] a call may fail before it is done, and be done after its caller has died, or not be done then', async () => {
  for (const diesWithCaller of [false, true]) {
    let isDead = false;
    const clock = new VirtualClock();
    const inner = new MemoryStore();
    const lost: CallPlan = { doneAfterMs: 30, answersAfterMs: 10, error: new Error('gone'), diesWithCaller };
    const store = faulty(inner, { clock, fate: failsAt(1, lost), isCallerDead: () => isDead });
    const failed = store.save('a', 1, 0).catch((error: unknown) => error);
    await clock.advanceAsync(10);
    expect(await failed).toMatchObject({ message: 'gone' });
    expect(await inner.load('a')).toBeNull();
    isDead = true;
    await clock.advanceAsync(20);
    expect(await inner.load('a')).toEqual(diesWithCaller ? null : { value: 1, version: 1 });
  }
});

test('who has died asks nothing, and hears nothing of what it asked', async () => {
  let isDead = false;
  const heard: unknown[] = [];
  const clock = new VirtualClock();
  const inner = new MemoryStore();
  const options = { clock, fate: failsAt(1, { answersAfterMs: 10 }), isCallerDead: () => isDead };
  const store = faulty(inner, options);
  const hear = (what: unknown): void => void heard.push(what);
  store.save('a', 1, 0).then(hear, hear);
  store.save('b', 1, 0).then(hear, hear);
  isDead = true;
  store.save('c', 1, 0).then(hear, hear);
  await clock.advanceAsync(1_000);
  expect(heard).toEqual([]);
  expect(await Promise.all(['a', 'b', 'c'].map((key) => inner.load(key)))).toEqual([
    { value: 1, version: 1 },
    { value: 1, version: 1 },
    null,
  ]);
});
