import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approach, clamp, lerp, snapTo } from './numbers.ts';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a clamped number stays what it is inside the limits and becomes the nearer limit outside', () => {
  expect([clamp(5, 0, 10), clamp(-5, 0, 10), clamp(15, 0, 10), clamp(3, 3, 3)]).toEqual([5, 0, 10, 3]);
  expect(clamp(NaN, 0, 1)).toBeNaN();
});

test('limits the wrong way round are refused', () => {
  expect(() => clamp(5, 10, 0)).toThrow(RangeError);
  expect(() => clamp(5, NaN, 10)).toThrow(RangeError);
});

test('approaching comes nearer by the step and stops exactly at the target', () => {
  expect([approach(0, 10, 3), approach(10, 0, 3), approach(8, 10, 3), approach(5, 5, 3)]).toEqual([3, 7, 10, 5]);
  fc.assert(
    fc.property(number, number, fc.double({ min: 0, max: 1e6, noNaN: true }), (value, target, maxStep) => {
      const next = approach(value, target, maxStep);
      expect(Math.abs(target - next)).toBeLessThanOrEqual(Math.abs(target - value));
      if (Math.abs(target - value) <= maxStep / 2) expect(next).toBe(target);
    }),
  );
});

test('a step that would walk away is refused', () => {
  expect(() => approach(0, 1, -1)).toThrow(RangeError);
  expect(() => approach(0, 1, NaN)).toThrow(RangeError);
});

test('lerp starts and ends exactly, never leaves the two, and rests where they are equal', () => {
  expect([lerp(10, 20, 0.25), lerp(10, 20, 2), lerp(10, 20, -1)]).toEqual([12.5, 30, 0]);
  fc.assert(
    fc.property(number, number, share, (from, to, part) => {
      expect(lerp(from, to, 0) === from).toBe(true);
      expect(lerp(from, to, 1) === to).toBe(true);
      expect(lerp(from, from, part) === from).toBe(true);
      const between = lerp(from, to, part);
      expect(between).toBeGreaterThanOrEqual(Math.min(from, to));
      expect(between).toBeLessThanOrEqual(Math.max(from, to));
    }),
  );
});

test('snapping finds the nearest multiple, halfway up, and snapping again changes nothing', () => {
  expect([snapTo(7, 5), snapTo(7.5, 5), snapTo(-7.5, 5), snapTo(-1, 5), snapTo(0.3, 0.25)]).toEqual([
    5, 10, -5, 0, 0.25,
  ]);
  fc.assert(
    fc.property(number, fc.double({ min: 1e-6, max: 1e3, noNaN: true }), (value, step) => {
      const snapped = snapTo(value, step);
      expect(Math.abs(snapped - value)).toBeLessThanOrEqual(step / 2 + 1e-9);
      expect(snapTo(snapped, step)).toBe(snapped);
    }),
  );
});

test('a step without multiples is refused', () => {
  for (const step of [0, -1, NaN, Infinity]) expect(() => snapTo(1, step)).toThrow(RangeError);
});
