import { expect, test } from 'vitest';
import { CrashWaits } from './crash-waits.ts';

test('[PC10] what crashes again and again is started after 1 s, then after twice as long each time, up to 30 s', () => {
  const waits = new CrashWaits();
  expect(Array.from({ length: 8 }, () => waits.afterCrash(59_999))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('[PC10] after a minute of health it is started soon again', () => {
  const waits = new CrashWaits();
  for (let crash = 0; crash < 5; crash++) waits.afterCrash(100);
  expect([waits.afterCrash(60_000), waits.afterCrash(100)]).toEqual([1_000, 2_000]);
});
