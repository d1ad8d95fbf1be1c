import { expect, test } from 'vitest';
import { TickTime } from './tick-time.ts';

const after = (...ticksMs: readonly number[]): { readonly mean: number; readonly max: number } => {
  const time = new TickTime();
  for (const tickMs of ticksMs) time.add(tickMs);
  return time.figures;
};

const times = (count: number, tickMs: number): number[] => new Array<number>(count).fill(tickMs);

test('the time of ticks is their mean from the first one on, and the longest', () => {
  expect(after()).toEqual({ mean: 0, max: 0 });
  expect(after(3)).toEqual({ mean: 3, max: 3 });
  expect(after(1, 2, 6)).toEqual({ mean: 3, max: 6 });
});

test('what a room took long ago is forgotten', () => {
  const { mean } = after(...times(500, 8), ...times(300, 2));
  expect(mean).toBeGreaterThan(2);
  expect(mean).toBeLessThan(2.1);
});

test('one slow tick shows for seconds, and then no more', () => {
  expect(after(50, ...times(30, 1)).max).toBeGreaterThan(25);
  expect(after(50, ...times(300, 1)).max).toBeLessThan(1.2);
});

test('figures have three digits, as people read them', () => {
  expect(after(1 / 3, 1 / 3)).toEqual({ mean: 0.333, max: 0.333 });
});
