import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { u8 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { createState } from '../state/state-store.ts';
import { between } from './between.ts';
import { TableHistory } from './table-history.ts';

/** States arrive every so many ticks. */
const INTERVAL = 3;

function remembered(...ticks: readonly number[]): TableHistory {
  const history = new TableHistory(createState({ ships: table({ x: u8 }) }).table('ships'), 10);
  for (const tick of ticks) history.record(tick);
  return history;
}

/** Between which states a tick is, and which part of the way it has gone from one to the other. */
function where(history: TableHistory, tick: number, aheadTicks = 0) {
  const found = between(history, tick, INTERVAL, aheadTicks);
  return found === null ? null : [found.from.tick, found.to.tick, Math.round(found.part * 1e9) / 1e9, found.ticks];
}

describe('a moment', () => {
  test('is between the states before and after it', () => {
    const history = remembered(10, 13, 16);
    expect(where(history, 10)).toEqual([10, 13, 0, 3]);
    expect(where(history, 11.5)).toEqual([10, 13, 0.5, 3]);
    expect(where(history, 13)).toEqual([13, 16, 0, 3]);
    expect(where(history, 15.25)).toEqual([13, 16, 0.75, 3]);
    expect(where(history, 16)).toEqual([13, 16, 1, 3]);
  });

  test('before the oldest state is the oldest state', () => {
    expect(where(remembered(10, 13), 2)).toEqual([10, 13, 0, 3]);
  });

  test('of the only state there is, is that state, and of none, nothing', () => {
    for (const tick of [1, 10, 99]) expect(where(remembered(10), tick, 5)).toEqual([10, 10, 1, 1]);
    expect(where(remembered(), 10)).toBeNull();
  });

  test('beyond the newest state goes on as before, for so many ticks and no longer', () => {
    const history = remembered(10, 13);
    expect(where(history, 14.5, 2)).toEqual([10, 13, 1.5, 3]);
    expect(where(history, 15, 2)).toEqual(where(history, 99, 2));
    expect(where(history, 14.5)).toEqual([10, 13, 1, 3]);
  });

  test('in a silence is what the silence began with, until shortly before the state that ended it', () => {
    const history = remembered(10, 40, 43);
    for (const tick of [10, 20, 37]) expect(where(history, tick)).toEqual([10, 40, 0, 3]);
    expect(where(history, 38.5)).toEqual([10, 40, 0.5, 3]);
    expect(where(history, 40)).toEqual([40, 43, 0, 3]);
  });

  test('after a silence goes on as fast as the change that ended it', () => {
    expect(where(remembered(10, 40), 41.5, 3)).toEqual([10, 40, 1.5, 3]);
  });

  test('of a later tick is never an earlier one', () => {
    const anyTicks = fc.uniqueArray(fc.nat(100), { minLength: 1, maxLength: 9 });
    const anyTick = fc.double({ min: -5, max: 120, noNaN: true });
    fc.assert(
      fc.property(anyTicks, anyTick, anyTick, fc.nat(5), (ticks, one, other, aheadTicks) => {
        const history = remembered(...ticks.sort((a, b) => a - b));
        const timeOf = (tick: number) => {
          const found = between(history, tick, INTERVAL, aheadTicks);
          if (found === null) return Number.NaN;
          expect(found.part).toBeGreaterThanOrEqual(0);
          expect(found.ticks).toBeGreaterThan(0);
          return found.to.tick + (found.part - 1) * found.ticks;
        };
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        expect(timeOf(late)).toBeGreaterThanOrEqual(timeOf(early) - 1e-9);
        expect(timeOf(late)).toBeLessThanOrEqual((history.newest?.tick ?? 0) + aheadTicks + 1e-9);
      }),
    );
  });
});
