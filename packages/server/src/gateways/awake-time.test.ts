import { expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { afterAwake } from './awake-time.ts';

function timer(delayMs: number) {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const cancel = afterAwake(clock, delayMs, () => ran.push(clock.nowMs()));
  return { clock, ran, cancel };
}

test('a timer of a process that runs is due when it says', () => {
  const { clock, ran } = timer(1_700);
  clock.advance(1_699);
  expect(ran).toEqual([]);
  clock.advance(1);
  expect(ran).toEqual([1_700]);
  expect(clock.pending).toBe(0);
});

test('[RX13] a stall, however long, brings a timer nearer by half a second at most', () => {
  const { clock, ran } = timer(5_000);
  clock.advance(1_000);
  clock.stall(60_000);
  clock.advance(3_499);
  expect(ran).toEqual([]);
  clock.advance(1);
  expect(ran).toEqual([64_500]);
});

test('[RX13] a process that is stopped again and again still comes to its timer', () => {
  const { clock, ran } = timer(5_000);
  for (let i = 0; i < 10; i++) {
    clock.stall(10_000);
    clock.advance(0);
  }
  expect(ran).toHaveLength(1);
});

test('a cancelled timer never runs, whenever it is cancelled', () => {
  for (const afterMs of [0, 499, 500, 1_200]) {
    const { clock, ran, cancel } = timer(1_500);
    clock.advance(afterMs);
    cancel();
    cancel();
    clock.advance(10_000);
    expect([ran, clock.pending], `${afterMs} ms`).toEqual([[], 0]);
  }
});
