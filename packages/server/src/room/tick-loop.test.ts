import { seededRandom } from '@madang/core';
import { expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { CATCH_UP_TICKS_MAX, TickLoop } from './tick-loop.ts';

function loop(
  clock: VirtualClock,
  periodMs: number,
  run = () => {},
  idleTicks = () => 0,
): { readonly at: number[]; readonly passes: number[]; readonly slips: number[]; loop: TickLoop } {
  const at: number[] = [];
  const passes: number[] = [];
  const slips: number[] = [];
  const made = new TickLoop({
    clock,
    periodMs,
    run: () => {
      at.push(clock.nowMs());
      run();
    },
    pass: () => passes.push(clock.nowMs()),
    idleTicks,
    slipped: (ticks) => slips.push(ticks),
  });
  return { at, passes, slips, loop: made };
}

test('an hour of ticks drifts by nothing', () => {
  const clock = new VirtualClock();
  const ticks = loop(clock, 1000 / 60);
  ticks.loop.start(0);
  clock.advance(3_600_000);
  expect(ticks.at.length).toBe(3_600 * 60 + 1);
  expect(ticks.at.at(-1)).toBeCloseTo(3_600_000, 3);
  expect(ticks.slips).toEqual([]);
});

test('timers that fire early or late move no tick off the grid', () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const jittery = {
    nowMs: () => clock.nowMs(),
    after: (ms: number, run: () => void) => clock.after(ms - 0.7 + 4 * random.float(), run),
  };
  const at: number[] = [];
  new TickLoop({
    clock: jittery,
    periodMs: 50,
    run: () => at.push(clock.nowMs()),
    pass: () => {},
    idleTicks: () => 0,
    slipped: () => at.push(Number.NaN),
  }).start(0);
  clock.advance(600_010);
  expect(at.length).toBe(12_001);
  expect(at.every((ms, tick) => ms >= tick * 50 && ms < tick * 50 + 4)).toBe(true);
});

test('a short stall is caught up, tick by tick, and the grid stays', () => {
  const clock = new VirtualClock();
  const ticks = loop(clock, 100);
  ticks.loop.start(0);
  clock.advance(150);
  clock.stall(300);
  clock.advance(100);
  expect(ticks.at).toEqual([0, 100, 450, 450, 450, 500]);
  expect(ticks.slips).toEqual([]);
});

test('[GA17] a long stall runs a bounded number of ticks and then moves the grid, saying by how much', () => {
  const clock = new VirtualClock();
  const ticks = loop(clock, 100);
  ticks.loop.start(0);
  clock.advance(50);
  clock.stall(60_000);
  clock.advance(100);
  expect(ticks.at.filter((at) => at === 60_050).length).toBe(CATCH_UP_TICKS_MAX);
  expect(ticks.at.at(-1)).toBe(60_100);
  const missed = 600 - CATCH_UP_TICKS_MAX;
  expect(ticks.slips).toEqual([missed]);
});

test('a tick that takes longer than its period never starves the rest of the process', () => {
  const clock = new VirtualClock();
  const ticks = loop(clock, 100, () => clock.stall(250));
  ticks.loop.start(0);
  clock.advance(10_000);
  expect(ticks.slips.length).toBeGreaterThan(0);
  expect(ticks.at.length).toBeLessThan(45);
});

test('nothing ticks after stop, even when it is stopped from within a tick', () => {
  const clock = new VirtualClock();
  const ticks = loop(clock, 100, () => ticks.loop.stop());
  ticks.loop.start(0);
  clock.advance(1_000);
  expect(ticks.at).toEqual([0]);
  expect(clock.pending).toBe(0);
});

test('says how far it is to the next tick: one tick while nothing runs, less than none when it is overdue', () => {
  const clock = new VirtualClock();
  const { loop: ticks } = loop(clock, 100);
  clock.advance(12_345);
  expect(ticks.ticksToNext).toBe(1);
  ticks.start(50);
  expect(ticks.ticksToNext).toBeCloseTo(0.5);
  clock.advance(60);
  expect(ticks.ticksToNext).toBeCloseTo(0.9);
  clock.stall(240);
  expect(ticks.ticksToNext).toBeCloseTo(-1.5);
  ticks.stop();
  expect(ticks.ticksToNext).toBe(1);
});

test('is never further behind than what it will catch up: beyond that its grid moves', () => {
  const clock = new VirtualClock();
  const toNext: number[] = [];
  const ticks = loop(clock, 100, () => toNext.push(ticks.loop.ticksToNext));
  ticks.loop.start(0);
  clock.advance(50);
  clock.stall(3_600_000);
  expect(ticks.loop.ticksToNext).toBe(-CATCH_UP_TICKS_MAX);
  clock.advance(1);
  expect(Math.min(...toNext)).toBe(-CATCH_UP_TICKS_MAX);
  expect(ticks.loop.ticksToNext).toBeGreaterThan(0);
});

/** A loop with so much to do in no tick, until told otherwise. */
function idle(clock: VirtualClock, ticks: number, run = () => {}) {
  const left = { idle: ticks };
  return { ...loop(clock, 100, run, () => left.idle), left };
}

test('ticks in which there is nothing to do are counted together before the next in which there is', () => {
  const clock = new VirtualClock();
  const ticks = idle(clock, 4);
  ticks.loop.start(0);
  clock.advance(950);
  expect(ticks.at).toEqual([0, 500]);
  expect(ticks.passes).toEqual([500, 500, 500, 500]);
  expect(ticks.loop.owedTicks).toBe(4);
  expect(ticks.loop.ticksToNext).toBeCloseTo(-3.5);
});

test('a loop that is woken counts what it owes, and runs the next tick when that is due', () => {
  const clock = new VirtualClock();
  const ticks = idle(clock, 100);
  ticks.loop.start(0);
  clock.advance(250);
  ticks.left.idle = 0;
  ticks.loop.wake();
  expect([ticks.at, ticks.passes]).toEqual([[0], [250, 250]]);
  expect(ticks.loop.ticksToNext).toBeCloseTo(0.5);
  clock.advance(250);
  expect(ticks.at).toEqual([0, 300, 400, 500]);
  ticks.loop.wake();
  expect([ticks.at.length, ticks.passes.length]).toEqual([4, 2]);
});

test('whoever wakes a loop early, or one that has stopped, changes nothing', () => {
  const clock = new VirtualClock();
  const ticks = idle(clock, 9);
  ticks.loop.start(0);
  clock.advance(50);
  ticks.loop.wake();
  expect([ticks.at, ticks.passes]).toEqual([[0], []]);
  clock.advance(60);
  expect(ticks.at).toEqual([0, 100]);
  ticks.loop.stop();
  ticks.loop.wake();
  clock.advance(5_000);
  expect([ticks.at, ticks.passes]).toEqual([[0, 100], []]);
});

test('a loop that is woken by what a tick does goes on as it would have', () => {
  const clock = new VirtualClock();
  const ticks = idle(clock, 3, () => ticks.loop.wake());
  ticks.loop.start(0);
  clock.advance(850);
  expect([ticks.at, ticks.passes.length]).toEqual([[0, 400, 800], 6]);
});

test('a stall of a loop with nothing to do costs no tick', () => {
  const clock = new VirtualClock();
  const ticks = idle(clock, 40);
  ticks.loop.start(0);
  clock.advance(50);
  clock.stall(3_000);
  clock.advance(1_050);
  expect(ticks.slips).toEqual([]);
  expect(ticks.at.length + ticks.passes.length).toBe(42);
});
