import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type Limits, limitsFrom, unjoinedMax } from './limits.ts';

const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];

describe('limits', () => {
  test('are the defaults where nothing is said', () => {
    expect(limitsFrom()).toEqual(DEFAULT_LIMITS);
    expect(limitsFrom({ connections: 100 })).toEqual({ ...DEFAULT_LIMITS, connections: 100 });
  });

  test.each(names)('[RX15] %s is refused where no timer and no count could work with it', (name) => {
    const option = `limits.${name}`;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 2 ** 31, '1', null, 1n]) {
      const given = { [name]: value } as Partial<Limits>;
      expect(() => limitsFrom(given), String(value)).toThrowError(
        expect.objectContaining({ code: 'BAD_OPTION', details: expect.objectContaining({ option }) }),
      );
    }
  });

  test.each(names)('[RX15] %s may be what it is by default', (name) => {
    expect(limitsFrom({ [name]: DEFAULT_LIMITS[name] })[name]).toBe(DEFAULT_LIMITS[name]);
  });

  test('that count things are whole numbers; shares go up to one', () => {
    for (const given of [{ connections: 1.5 }, { joinTimeoutMs: 0.5 }, { memoryShare: 1.01 }, { unjoinedShare: 2 }]) {
      expect(() => limitsFrom(given)).toThrowError(expect.objectContaining({ code: 'BAD_OPTION' }));
    }
    expect(limitsFrom({ memoryShare: 1, inputsPerTick: 0.5 })).toMatchObject({ memoryShare: 1, inputsPerTick: 0.5 });
  });

  test('that nobody knows are refused: a misspelt one would otherwise protect nobody', () => {
    const misspelt = { conections: 5 } as Partial<Limits>;
    expect(() => limitsFrom(misspelt)).toThrowError(/limits\.conections: there is no such limit/u);
  });

  test('that contradict each other are refused', () => {
    for (const given of [{ messageBytesBeforeJoin: 20_000 }, { outboxHardBytes: 1_000 }, { requestTimeoutMs: 10 }]) {
      expect(() => limitsFrom(given)).toThrowError(/must not be more than/u);
    }
  });

  test('on those who have not joined are a share of all, and never so few that a small server cannot be joined', () => {
    expect(unjoinedMax(DEFAULT_LIMITS)).toBe(1_500);
    expect(unjoinedMax(limitsFrom({ connections: 100 }))).toBe(64);
  });
});
