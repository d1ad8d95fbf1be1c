import fc from 'fast-check';
import { expect, test } from 'vitest';
import { charactersOf, cutToPoints } from './characters.ts';
import { trimName } from './hud/menu.ts';
import { initialOf, shortName } from './yard/world.ts';

/** One character of five code points. */
const FAMILY = '👨‍👩‍👧';
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(FAMILY, '🇰🇷', '👍🏽', 'e\u0301', '\u1112\u1161\u11ab', '각', 'a', ' '),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
  maxLength: 60,
});

test('a name too long ends after a whole emoji: half a family would be refused by the server', () => {
  expect(trimName(FAMILY.repeat(7))).toBe(FAMILY.repeat(6));
  expect(trimName(`${'a'.repeat(31)}🇰🇷`)).toBe('a'.repeat(31));
});

test('a name whose letters arrive in pieces is counted in letters', () => {
  const name = '한'.repeat(32);
  expect(trimName(name.normalize('NFD'))).toBe(name);
});

test('a text is cut only between characters, and no sooner than it must be', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 32 }), (text, most) => {
      const cut = cutToPoints(text, most);
      const characters = charactersOf(text);
      const kept = charactersOf(cut).length;
      expect(text.startsWith(cut)).toBe(true);
      expect([...cut].length).toBeLessThanOrEqual(most);
      const first = [...(characters[0] ?? '')].length;
      if (first > most) return;
      expect(characters.slice(0, kept).join('')).toBe(cut);
      if (kept < characters.length) expect([...characters.slice(0, kept + 1).join('')].length).toBeGreaterThan(most);
    }),
  );
});

test('one endless character still leaves something to be called by', () => {
  expect([...trimName(`a${'\u0301'.repeat(80)}`)].length).toBe(32);
});

test('a flag and a family stay whole on a stone and over it', () => {
  expect(['🇰🇷', FAMILY, '★민지', '  ann', ''].map(initialOf)).toEqual(['🇰🇷', FAMILY, '민', 'A', '?']);
  expect(shortName(FAMILY.repeat(8))).toBe(FAMILY.repeat(8));
  expect(shortName(FAMILY.repeat(9))).toBe(`${FAMILY.repeat(7)}…`);
});

test('over a stone there are never more than eight characters', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      expect(charactersOf(shortName(name)).length).toBeLessThanOrEqual(8);
    }),
  );
});
