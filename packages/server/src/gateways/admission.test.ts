import { seededRandom } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Admission } from './admission.ts';
import { type Limits, limitsFrom } from './limits.ts';

function open(given: Partial<Limits> = {}, seed = 1) {
  const clock = new VirtualClock();
  const load = { memoryShare: 0, delayMs: 0, isWatched: false };
  const admission = new Admission({
    limits: limitsFrom(given),
    clock,
    random: seededRandom(seed),
    machine: {
      start: () => void Object.assign(load, { isWatched: true }),
      stop: () => void Object.assign(load, { isWatched: false }),
      usedMemoryShare: () => load.memoryShare,
      loopDelayMs: () => load.delayMs,
    },
  });
  admission.start();
  return { clock, load, admission };
}

describe('admission', () => {
  test('of a burst lets as many in as may join at once, and tells the others when to come back', () => {
    const { admission } = open({ joinsPerSecond: 10, joinsBurst: 20 });
    const answers = Array.from({ length: 100 }, () => admission.mayJoin());
    expect(answers.filter((answer) => answer === null)).toHaveLength(20);
    for (const answer of answers.slice(20)) expect(answer).toBeGreaterThanOrEqual(500);
  });

  test('[RX03] of five thousand who come at once and heed the advice has all of them in within ten seconds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { clock, admission } = open({}, seed);
        let isIn = 0;
        const perSecond = new Map<number, number>();
        const come = (): void => {
          const retryAfterMs = admission.mayJoin();
          if (retryAfterMs !== null) return void clock.after(retryAfterMs, come);
          isIn++;
          const second = Math.floor(clock.nowMs() / 1000);
          perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        };
        for (let i = 0; i < 5_000; i++) come();
        clock.advance(10_000);
        expect(isIn).toBe(5_000);
        // What may come at once, and what comes in that second beside it.
        expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(2_001);
      }),
      { numRuns: 20 },
    );
  });

  test('lets those who return take their turn however the machine fares: their seats are there already', () => {
    const { clock, load, admission } = open({ joinsPerSecond: 10, joinsBurst: 2 });
    load.memoryShare = 0.99;
    clock.advance(2_000);
    expect(admission.mayJoin()).not.toBeNull();
    expect([admission.mayJoin(true), admission.mayJoin(true)]).toEqual([null, null]);
    expect(admission.mayJoin(true)).not.toBeNull();
  });

  test('spreads those it turns away, so that they do not come back together', () => {
    const { admission } = open({ joinsPerSecond: 1, joinsBurst: 1 });
    admission.mayJoin();
    const answers = Array.from({ length: 1_000 }, () => admission.mayJoin() ?? 0);
    expect(new Set(answers).size).toBeGreaterThan(500);
    expect(Math.max(...answers)).toBeLessThanOrEqual(30_500);
  });

  test('[RX12] is closed while memory is short, and open again after', () => {
    const { clock, load, admission } = open();
    load.memoryShare = 0.81;
    clock.advance(1_000);
    expect(admission.mayJoin()).not.toBeNull();
    load.memoryShare = 0.79;
    clock.advance(1_000);
    expect(admission.mayJoin()).toBeNull();
  });

  test('is closed while the event loop is late, and not for one stall', () => {
    const { clock, load, admission } = open();
    load.delayMs = 2_000;
    clock.advance(1_000);
    expect(admission.mayJoin()).toBeNull();
    load.delayMs = 0;
    clock.advance(1_000);
    expect(admission.mayJoin()).toBeNull();
    load.delayMs = 150;
    clock.advance(2_000);
    expect(admission.mayJoin()).not.toBeNull();
  });

  test('looks at nothing any more once it was stopped', () => {
    const { clock, load, admission } = open();
    expect(load.isWatched).toBe(true);
    admission.stop();
    admission.stop();
    expect([load.isWatched, clock.pending]).toEqual([false, 0]);
  });
});
