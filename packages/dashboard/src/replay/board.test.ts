import { expect, test } from 'vitest';
import { linesBetween } from './board.ts';

test('a board has lines at whole steps', () => {
  expect(linesBetween(-3, 11, 5)).toEqual([0, 5, 10]);
  expect(linesBetween(0, 0, 5)).toEqual([]);
});

test('a recording with places far beyond all counting, or none at all, is drawn with few lines or none', () => {
  for (const [from, to, step] of [
    [1e17, 1e17 + 32, 5],
    [0, 1e300, 1e-300],
    [Number.NaN, 1, 1],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1],
    [0, 1, 0],
  ] as const) {
    expect(linesBetween(from, to, step).length).toBeLessThanOrEqual(64);
  }
});
