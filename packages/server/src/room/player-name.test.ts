import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { nameKey, playerName } from './player-name.ts';

describe('[GA09] names', () => {
  test.each([
    ['지민', '지민'],
    ['  two   spaces ', 'two spaces'],
    ['<img onerror=alert(1)>', '<img onerror=alert(1)>'],
    ["'; DROP TABLE", "'; DROP TABLE"],
    ['../../x', '../../x'],
    ['__proto__', '__proto__'],
    ['\u1112\u1161\u11ab', '한'],
    ['e\u0301', 'é'],
    ['👩‍👩‍👧‍👦 🏳️‍🌈', '👩‍👩‍👧‍👦 🏳️‍🌈'],
    ['😀'.repeat(32), '😀'.repeat(32)],
  ])('%j is kept as %j', (asked, kept) => {
    expect(playerName(asked, 'Guest')).toBe(kept);
  });

  test.each([[undefined], [null], [''], ['   ']])('%j becomes the name the server chose', (asked) => {
    expect(playerName(asked, 'Guest')).toBe('Guest');
  });

  test.each([
    ['33 characters', 'x'.repeat(33)],
    ['33 emoji', '😀'.repeat(33)],
    ['a control character', 'a\u0007b'],
    ['a line break', 'a\r\nb'],
    ['right-to-left override', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['a joiner that joins no emoji', 'a\u200db'],
    ['half a surrogate pair', '\ud800'],
    ['private use', '\ue000'],
    ['a number', 7],
    ['an object', { toString: () => 'x' }],
  ])('%s is refused', (_, asked) => {
    expect(() => playerName(asked, 'Guest')).toThrow(expect.objectContaining({ code: 'BAD_NAME' }));
  });
});

describe('[GA10] one name in two spellings', () => {
  test.each([
    ['upper and lower case', 'Minji', 'MINJI'],
    ['wide letters', 'minji', '\uff4d\uff49\uff4e\uff4a\uff49'],
    ['letters that case takes apart', 'Stra\u00dfe', 'STRASSE'],
    ['the capital sharp s', 'STRASSE', 'STRA\u1e9eE'],
    ['both sigmas', '\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'],
    ['the dotless i', 'I', '\u0131'],
    ['a ligature', 'fight', '\ufb01ght'],
    ['a circled digit', 'room 1', 'room \u2460'],
    ['Hangul in letters', '\ud55c', '\u1112\u1161\u11ab'],
    ['a space that does not break', 'a b', 'a\u00a0b'],
    ['an ideographic space', 'a b', 'a\u3000b'],
    ['two kinds of space in a row', 'a b', 'a \u2003b'],
    ['an emoji as text and as a picture', '\u2764', '\u2764\ufe0f'],
  ])('%s', (_, one, other) => {
    expect(nameKey(playerName(other, ''))).toBe(nameKey(playerName(one, '')));
  });

  test.each([
    ['a b', 'ab'],
    ['minji', 'minji2'],
    ['e', '\u00e9'],
    ['지민', '지만'],
  ])('%j and %j are two names', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  test('no way of writing a name makes another of it', () => {
    const anyName = fc.string({ unit: 'grapheme', maxLength: 32 });
    fc.assert(
      fc.property(
        anyName,
        fc.constantFrom('NFC' as const, 'NFD' as const, 'NFKC' as const, 'NFKD' as const),
        (name, form) => {
          const key = nameKey(name);
          expect(nameKey(name.normalize(form))).toBe(key);
          expect(nameKey(name.toUpperCase())).toBe(key);
          expect(nameKey(` ${name} `)).toBe(key);
        },
      ),
    );
  });
});

test('[RX11] a name of many marks is refused before it is looked at closely', () => {
  const heavy = '\u0344'.repeat(4096) + '\u0316'.repeat(4096);
  const normalize = vi.spyOn(String.prototype, 'normalize');
  expect(() => playerName(heavy, '')).toThrow(expect.objectContaining({ code: 'BAD_NAME' }));
  expect(normalize).not.toHaveBeenCalled();
  normalize.mockRestore();
});
