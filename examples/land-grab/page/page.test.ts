import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './session.ts';
import { WORDS } from './words.ts';
import { COLOUR_COUNT, chalkOf, EARTH } from './yard/palette.ts';
import { initialOf, shortName } from './yard/world.ts';

test('sixteen players have sixteen looks, no two of the same hue and weave', () => {
  const looks = Array.from({ length: COLOUR_COUNT }, (_, index) => chalkOf(index + 1));
  expect(new Set(looks.map(({ base, weave }) => `${base} ${weave}`)).size).toBe(16);
  expect([chalkOf(0).base, chalkOf(17).base]).toEqual([EARTH, EARTH]);
});

test('coming back waits longer each time, never more than ten seconds, and never in step with others', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const wait = backoffMs(attempt, chance);
      expect(wait >= 0 && wait <= 10_000).toBe(true);
      expect(backoffMs(attempt + 1, chance)).toBeGreaterThanOrEqual(wait);
    }),
  );
  expect(backoffMs(0, 1)).toBeLessThan(backoffMs(3, 1));
});

test('every sentence is there in both languages', () => {
  const keys = (words: object): string[] => Object.keys(words).sort();
  expect(keys(WORDS.ko)).toEqual(keys(WORDS.en));
  for (const words of Object.values(WORDS)) {
    for (const text of Object.values(words)) if (typeof text === 'string') expect(text.trim()).not.toBe('');
  }
});

test('an initial and a short name never cut a character in two', () => {
  expect([initialOf('지민'), initialOf('ann'), initialOf('😀')]).toEqual(['지', 'A', '😀']);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (name) => {
      expect(initialOf(name).isWellFormed() && shortName(name).isWellFormed()).toBe(true);
    }),
  );
});
