import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHAT_LENGTH_MAX, chatText } from './chat-text.ts';

const refusal = (reason: string) =>
  expect.objectContaining({ code: 'BAD_CHAT', details: { reason: expect.stringContaining(reason) } });

const zalgo = (letter: string, marks: number): string => letter + '\u0316'.repeat(marks);

describe('[GA09] what players say', () => {
  test.each([
    ['안녕, 지민!', '안녕, 지민!'],
    ['  two   spaces ', 'two spaces'],
    ['one\r\n\r\ntwo\tthree\u2028four\u3000five', 'one two three four five'],
    ['<img onerror=alert(1)>', '<img onerror=alert(1)>'],
    ["'; DROP TABLE", "'; DROP TABLE"],
    ['{{constructor}} __proto__', '{{constructor}} __proto__'],
    ['\u1112\u1161\u11ab', '한'],
    ['e\u0301', 'é'],
    ['a family: 👩‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 👍🏽 ❤️', 'a family: 👩‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 👍🏽 ❤️'],
    ['🏳‍🌈 and 👁️‍🗨 as some systems write it', '🏳‍🌈 and 👁️‍🗨 as some systems write it'],
    ['↩︎ as text', '↩︎ as text'],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['\u{1fafc} of a Unicode to come', '\u{1fafc} of a Unicode to come'],
    ['שָׁלוֹם عليكم', 'שָׁלוֹם عليكم'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['ශ්\u200dරී ලංකා', 'ශ්\u200dරී ලංකා'],
    ['র\u200d্যাব', 'র\u200d্যাব'],
    ['tiếng Việt, ภาษาไทยที่นี่, မြွှေ့, རྒྱུད', 'tiếng Việt, ภาษาไทยที่นี่, မြွှေ့, རྒྱུད'],
    ['x'.repeat(CHAT_LENGTH_MAX), 'x'.repeat(CHAT_LENGTH_MAX)],
    ['\u1112\u1161\u11ab'.repeat(CHAT_LENGTH_MAX), '한'.repeat(CHAT_LENGTH_MAX)],
    [`${'\n'.repeat(10_000)}x`, 'x'],
    ['😀'.repeat(CHAT_LENGTH_MAX), '😀'.repeat(CHAT_LENGTH_MAX)],
    [zalgo('x', 4), zalgo('x', 4)],
  ])('%j is passed on as %j', (asked, passed) => {
    expect(chatText(asked)).toBe(passed);
  });

  test.each([
    ['nothing', '', 'empty'],
    ['white space only', ' \n\t\u00a0', 'empty'],
    ['201 characters', 'x'.repeat(201), 'longer than 200'],
    ['201 emoji', '😀'.repeat(201), 'longer than 200'],
    ['a control character', 'a\u0007b', 'U+0007'],
    ['an escape sequence', '\u001b[31mred', 'U+001B'],
    ['right-to-left override', 'a\u202eb', 'U+202E'],
    ['a bidi isolate', 'a\u2066b', 'U+2066'],
    ['a direction mark', 'a\u200fb', 'U+200F'],
    ['a zero-width space', 'a\u200bb', 'U+200B'],
    ['a soft hyphen', 'a\u00adb', 'U+00AD'],
    ['a joiner that joins no emoji', 'a\u200db', 'U+200D'],
    ['two joiners where one belongs', 'ක්\u200d\u200dය', 'U+200D'],
    ['a non-joiner behind an emoji', 'م😀\u200cخ', 'U+200C'],
    ['a variation selector on a letter', 'a\ufe0f', 'U+FE0F'],
    ['tag characters', 'hi \u{e0049}\u{e0067}\u{e006e}', 'U+E0049'],
    ['tag characters behind an emoji', '👍\u{e0049}\u{e007f}', 'U+E0049'],
    ['a filler that draws as nothing', 'a\u3164b', 'U+3164'],
    ['private use', '\ue000', 'U+E000'],
    ['a stack of marks', zalgo('x', 5), 'piles up'],
    ['a stack of marks between joiners', 'क्\u200d्\u200d्\u200d्\u200d्', 'piles up'],
    ['a mark without a letter', '\u0301x', 'belongs to no letter'],
    ['half a surrogate pair', '\ud800', 'well-formed'],
    ['a number', 7, 'well-formed'],
    ['nothing at all', undefined, 'well-formed'],
    ['an object', { toString: () => 'x' }, 'well-formed'],
  ])('%s is refused, with the reason', (_, asked, reason) => {
    expect(() => chatText(asked)).toThrow(refusal(reason));
  });

  test('[GA11] ten kilobytes are refused before anything is done with them', () => {
    for (const long of ['x'.repeat(10_240), '\u0344\u0316'.repeat(2_560)]) {
      expect(() => chatText(long)).toThrow(refusal('longer than 200'));
    }
  });
});

/** Pieces that the rules are about, beside any text at all. */
const PIECES = [' ', '\n', '\u200d', '\u200c', '\ufe0f', '\u202e', '\u{e0067}', '👩', '🏴', '👍🏽', '\u0301', '\u0316'];
const anyPiece = fc.constantFrom(...PIECES, 'क्', 'م');
const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), anyPiece))
  .map((pieces) => pieces.join(''));

/** The text that was passed on, or null where it was refused with BAD_CHAT. */
function passed(asked: unknown): string | null {
  try {
    return chatText(asked);
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_CHAT' });
    return null;
  }
}

test('[GA09] whatever is said, what is passed on is one short line that would be passed on as it is', () => {
  fc.assert(
    fc.property(anyText, (asked) => {
      const text = passed(asked);
      if (text === null) return;
      expect(chatText(text)).toBe(text);
      expect(text.normalize('NFC')).toBe(text);
      expect([...text].length).toBeLessThanOrEqual(CHAT_LENGTH_MAX);
      expect(text).not.toMatch(/[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      expect(text).not.toMatch(/^\s|\s$|\s\s|[^\S ]/u);
      expect(text).not.toMatch(/[\p{Mn}\p{Me}]{5}/u);
    }),
    { numRuns: 5_000 },
  );
});

test('[GA09] twins of one text in other normal forms are passed on as the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      expect(passed(text.normalize('NFD'))).toBe(passed(text.normalize('NFC')));
    }),
  );
});

test('[GA09] text in the letters of any language is passed on', () => {
  const words = fc.array(fc.constantFrom(...'aé한日яשقहথമกဃ'), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (lines) => {
      const text = lines.map((letters) => letters.join('')).join(' ');
      fc.pre([...text].length <= CHAT_LENGTH_MAX);
      expect(chatText(text)).toBe(text.normalize('NFC'));
    }),
  );
});
