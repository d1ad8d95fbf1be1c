import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floorDiv, isqrt, mod } from './rounded-down.ts';

const whole = fc.maxSafeInteger();

test('cells and offsets go on evenly below zero', () => {
  expect([-17, -16, -1, 0, 15, 16].map((x) => floorDiv(x, 16))).toEqual([-2, -1, -1, 0, 0, 1]);
  expect([-17, -16, -1, 0, 15, 16].map((x) => mod(x, 16))).toEqual([15, 0, 15, 0, 15, 0]);
});

test('cell times size plus offset is the number again, for all whole numbers', () => {
  fc.assert(
    fc.property(
      whole,
      fc.oneof(
        fc.integer({ min: 1, max: 1000 }),
        fc.maxSafeNat().map((n) => n + 1),
      ),
      (value, size) => {
        const offset = mod(value, size);
        expect(BigInt(floorDiv(value, size)) * BigInt(size) + BigInt(offset)).toBe(BigInt(value));
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(size);
      },
    ),
  );
});

test('a position a hair below an edge is still in the cell before it, where plain division says otherwise', () => {
  // The number nearest to 0.1 is a little more than a tenth, so nine of it do not fit into 0.9.
  expect(Math.floor(0.9 / 0.1)).toBe(9);
  expect(floorDiv(0.9, 0.1)).toBe(8);
  expect(mod(0.9, 0.1)).toBeCloseTo(0.1, 14);
  expect(floorDiv(-1e-30, 16)).toBe(-1);
  expect(mod(-1e-30, 16)).toBe(0);
});

test('a world that wraps keeps every position inside', () => {
  const size = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), size, (position, width) => {
      const inside = mod(position, width);
      expect(inside).toBeGreaterThanOrEqual(0);
      expect(inside).toBeLessThan(width);
      const cell = floorDiv(position, width);
      expect(Number.isInteger(cell)).toBe(true);
      expect(Math.abs(cell * width + inside - position)).toBeLessThan(1e-6 + width * (inside === 0 ? 1 : 0));
    }),
  );
});

test('results are never -0, which would look like a difference to a state hash', () => {
  for (const value of [-0, -16, 16, 0]) expect(Object.is(mod(value, 16), 0)).toBe(true);
  expect(Object.is(floorDiv(-0, 16), 0)).toBe(true);
});

test('a division that makes no sense is refused, and what is not finite gives NaN', () => {
  for (const divisor of [0, -1, NaN, Infinity]) {
    expect(() => mod(1, divisor)).toThrow(RangeError);
    expect(() => floorDiv(1, divisor)).toThrow(RangeError);
  }
  for (const value of [NaN, Infinity]) expect([mod(value, 2), floorDiv(value, 2)]).toEqual([NaN, NaN]);
});

test('the whole square root is the largest whose square fits, up to the largest whole number', () => {
  const nearSquare = fc
    .tuple(fc.integer({ min: 1, max: 94_906_265 }), fc.integer({ min: -1, max: 1 }))
    .map(([root, off]) => root * root + off);
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), nearSquare), (value) => {
      const root = BigInt(isqrt(value));
      expect(root * root <= BigInt(value)).toBe(true);
      expect((root + 1n) * (root + 1n) > BigInt(value)).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(isqrt(94_906_265 ** 2 - 1)).toBe(94_906_264);
  expect(isqrt(Number.MAX_SAFE_INTEGER)).toBe(94_906_265);
});

test('a square root of what is not a whole number from 0 is refused', () => {
  for (const value of [-1, 0.5, NaN, 2 ** 53]) expect(() => isqrt(value)).toThrow(RangeError);
});
