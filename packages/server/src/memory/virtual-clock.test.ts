import { seededRandom } from '@madang/core';
import { expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

test('timers run in the order they fall due; of those due at once, the one set first runs first', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  for (const [name, delayMs] of Object.entries({ c: 30, a: 10, b: 10, d: 30, now: 0, past: -5 })) {
    clock.after(delayMs, () => ran.push(`${name} at ${clock.nowMs()}`));
  }
  clock.advance(29);
  expect(ran).toEqual(['now at 0', 'past at 0', 'a at 10', 'b at 10']);
  expect([clock.pending, clock.nowMs()]).toEqual([2, 29]);
  clock.advance(1);
  expect(ran.slice(4)).toEqual(['c at 30', 'd at 30']);
});

test('any sequence of setting, cancelling and advancing does what a sorted list would', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const clock = new VirtualClock();
    const ran: number[] = [];
    const cancels: (() => void)[] = [];
    let expected: { readonly id: number; readonly dueMs: number }[] = [];
    for (let id = 0; id < 600; id++) {
      const delayMs = random.below(50);
      expected.push({ id, dueMs: clock.nowMs() + delayMs });
      cancels.push(clock.after(delayMs, () => ran.push(id)));
      // Mostly cancelled, so that the heap has to be rid of what was.
      if (random.chance(0.7)) {
        const gone = random.below(cancels.length);
        cancels[gone]?.();
        expected = expected.filter((one) => one.id !== gone);
      }
      if (random.chance(0.1)) {
        ran.length = 0;
        clock.advance(random.below(30));
        const due = expected.filter(({ dueMs }) => dueMs <= clock.nowMs());
        due.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id);
        expect(ran).toEqual(due.map((one) => one.id));
        expected = expected.filter((one) => !due.includes(one));
      }
      expect(clock.pending).toBe(expected.length);
    }
  }
});

test('cancelling twice, or after it ran, does nothing', () => {
  const clock = new VirtualClock();
  const cancel = clock.after(1, () => {});
  clock.after(2, () => {});
  clock.advance(1);
  cancel();
  cancel();
  expect(clock.pending).toBe(1);
});

test('a step runs one timer, and none that is not due', () => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  for (const delayMs of [5, 5, 9]) clock.after(delayMs, () => ran.push(delayMs));
  expect([clock.step(8), clock.step(8), clock.step(8)]).toEqual([true, true, false]);
  expect([ran, clock.nowMs()]).toEqual([[5, 5], 5]);
});

test('after a stall what fell due runs at the time it is by then', () => {
  const clock = new VirtualClock();
  const ranAtMs: number[] = [];
  clock.after(10, () => ranAtMs.push(clock.nowMs()));
  clock.stall(100);
  expect(ranAtMs).toEqual([]);
  clock.advance(0);
  expect(ranAtMs).toEqual([100]);
});

test('promises settle between timers', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => order.push('promise')));
  clock.after(1, () => order.push('timer'));
  await clock.advanceAsync(1);
  expect(order).toEqual(['promise', 'timer']);
});
