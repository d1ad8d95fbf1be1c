import { describe, expect, test } from 'vitest';
import { playerName } from './player-name.ts';

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
