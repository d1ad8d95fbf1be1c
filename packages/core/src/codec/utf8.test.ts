import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UNITS_AT_ONCE, utf8Cut, utf8Length, utf8Read, utf8Write } from './utf8.ts';

const units = (): number[] => new Array<number>(UNITS_AT_ONCE).fill(0x41);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

test('text is written and measured as the platform does it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const expected = encoder.encode(text);
      expect(utf8Length(text)).toBe(expected.length);
      if (!text.isWellFormed()) return;
      const into = new Uint8Array(expected.length);
      expect(utf8Write(into, 0, text)).toBe(expected.length);
      expect(into).toEqual(expected);
      expect(utf8Read(into, 0, into.length, units())).toBe(text);
    }),
  );
});

test('bytes are refused exactly where the platform refuses them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0xa0)), { maxLength: 12 }),
      (list) => {
        const bytes = Uint8Array.from(list);
        let expected: string | null;
        try {
          expected = decoder.decode(bytes);
        } catch {
          expected = null;
        }
        expect(utf8Read(bytes, 0, bytes.length, units())).toBe(expected);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('a cut never splits a character and never leaves more than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(30), (text, maxBytes) => {
      const cut = utf8Cut(text, maxBytes);
      expect(text.startsWith(cut) && cut.isWellFormed()).toBe(true);
      expect(utf8Length(cut)).toBeLessThanOrEqual(maxBytes);
    }),
  );
});
