import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastPeriodKey, PERIODS, periodKey } from './period.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['day', '2026-11-22T23:59:59.999Z', '2026-11-22', '2026-11-21'],
  ['day', '2027-01-01T00:00:00Z', '2027-01-01', '2026-12-31'],
  ['month', '2026-01-31T12:00:00Z', '2026-01', '2025-12'],
  ['month', '2026-03-31T12:00:00Z', '2026-03', '2026-02'],
  ['week', '2026-11-22T23:59:59Z', '2026-W47', '2026-W46'],
  ['week', '2026-11-23T00:00:00Z', '2026-W48', '2026-W47'],
  ['week', '2026-12-31T00:00:00Z', '2026-W53', '2026-W52'],
  ['week', '2027-01-03T23:00:00Z', '2026-W53', '2026-W52'],
  ['week', '2027-01-04T00:00:00Z', '2027-W01', '2026-W53'],
  ['week', '2025-12-29T00:00:00Z', '2026-W01', '2025-W52'],
] as const)('a %s that has %s is %s, and %s is before it', (period, moment, key, last) => {
  expect(periodKey(period, at(moment))).toBe(key);
  expect(lastPeriodKey(period, at(moment))).toBe(last);
});

test('what is for ever has one period, and none before it', () => {
  expect([periodKey('ever', 0), periodKey('ever', at('2400-01-01')), lastPeriodKey('ever', 0)]).toEqual([
    'ever',
    'ever',
    null,
  ]);
});

test('a later moment is never in an earlier period, and the period before is another', () => {
  const anyMoment = fc.integer({ min: at('1990-01-01'), max: at('2190-01-01') });
  fc.assert(
    fc.property(fc.constantFrom(...PERIODS), anyMoment, anyMoment, (period, a, b) => {
      const [early, late] = [Math.min(a, b), Math.max(a, b)];
      expect(periodKey(period, early) <= periodKey(period, late)).toBe(true);
      const last = lastPeriodKey(period, late);
      if (last !== null) expect(last < periodKey(period, late)).toBe(true);
    }),
  );
});
