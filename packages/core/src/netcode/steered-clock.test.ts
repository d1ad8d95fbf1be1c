import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SteeredClock } from './steered-clock.ts';

const TICK_MS = 1000 / 30;

/** A clock that reads `tick` at 0 ms. */
function set(tick: number): SteeredClock {
  const clock = new SteeredClock(TICK_MS);
  clock.steer(tick, 0);
  return clock;
}

/** Steerings: how long after the one before, and how far off the clock is said to be then. */
const anySteering = fc.record({
  afterMs: fc.double({ min: 0, max: 500, noNaN: true }),
  error: fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: -100, max: 100, noNaN: true })),
});

describe('a clock that is steered', () => {
  test('is set where it is told first, and goes on from there as time does', () => {
    const clock = new SteeredClock(TICK_MS);
    expect(clock.isSet).toBe(false);
    expect(clock.steer(90.5, 1_000)).toBe(true);
    expect([clock.isSet, clock.speed]).toEqual([true, 1]);
    expect(clock.read(1_000)).toBe(90.5);
    expect(clock.read(2_000)).toBeCloseTo(120.5, 9);
  });

  test('never stands still or runs back, and is never a tenth faster or slower than time, unless it jumps', () => {
    fc.assert(
      fc.property(fc.array(anySteering, { minLength: 1 }), (steerings) => {
        const clock = set(100);
        let nowMs = 0;
        for (const { afterMs, error } of steerings) {
          const before = clock.read(nowMs);
          nowMs += afterMs;
          const passed = clock.read(nowMs) - before;
          expect(passed).toBeGreaterThanOrEqual((0.9 * afterMs) / TICK_MS - 1e-9);
          expect(passed).toBeLessThanOrEqual((1.1 * afterMs) / TICK_MS + 1e-9);
          const read = clock.read(nowMs);
          const jumps = clock.steer(read + error, nowMs);
          expect(jumps).toBe(Math.abs(read + error - read) > 340 / TICK_MS);
          expect(clock.read(nowMs)).toBe(jumps ? read + error : read);
          expect(clock.speed).toBeGreaterThanOrEqual(0.9);
          expect(clock.speed).toBeLessThanOrEqual(1.1);
        }
      }),
    );
  });

  test('comes to where it should be and stays there, if it is told each tick', () => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), fc.integer({ min: 5, max: 200 }), (error, everyMs) => {
        const clock = set(100 + error);
        const truth = (nowMs: number) => 100 + nowMs / TICK_MS;
        let nowMs = 0;
        let off = Math.abs(error);
        // The last tick of the way takes its time: a tenth of what is left per tick.
        for (; nowMs < 8_000; nowMs += everyMs) {
          expect(clock.steer(truth(nowMs), nowMs)).toBe(false);
          const now = Math.abs(clock.read(nowMs) - truth(nowMs));
          expect(now).toBeLessThanOrEqual(off + 1e-9);
          off = now;
        }
        expect(off).toBeLessThan(0.01);
        expect(clock.speed).toBeCloseTo(1, 2);
      }),
    );
  });

  test('jumps where it is more than ten ticks of 30 Hz off, and not before; in slow rooms, more than a tick', () => {
    for (const [error, jumps] of [
      [10, false],
      [-10, false],
      [10.5, true],
      [-10.5, true],
    ] as const) {
      const clock = set(100);
      expect([clock.steer(100 + error, 0), clock.read(0)]).toEqual([jumps, jumps ? 100 + error : 100]);
    }
    const slow = new SteeredClock(1_000);
    slow.steer(100, 0);
    expect([slow.steer(100.9, 0), slow.steer(101.1, 0)]).toEqual([false, true]);
  });

  test('knows when it will read a tick: the inverse of what it reads when', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: -100, max: 10_000, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (error, ticks, nowMs) => {
          const clock = new SteeredClock(TICK_MS);
          clock.steer(500, nowMs);
          clock.steer(500 + error, nowMs);
          expect(clock.read(clock.whenMs(500 + ticks))).toBeCloseTo(500 + ticks, 6);
          expect(clock.whenMs(clock.read(nowMs + ticks))).toBeCloseTo(nowMs + ticks, 5);
        },
      ),
    );
  });

  test('that was unset goes where it is told, however near that is', () => {
    const clock = set(100);
    clock.unset();
    expect(clock.isSet).toBe(false);
    expect(clock.steer(103, 0)).toBe(true);
    expect(clock.read(0)).toBe(103);
  });
});
