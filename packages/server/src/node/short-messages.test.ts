import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isShortBinary, SHORT_BYTES_MAX, SHORT_HEAD_BYTES, shortMessageEnd, toggleMask } from './short-messages.ts';

const message = fc.uint8Array({ maxLength: SHORT_BYTES_MAX });
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });

/** A client's frame, as RFC 6455 has it. */
function frame(first: number, bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const masked = bytes.map((byte, index) => byte ^ (key[index % 4] ?? 0));
  return Uint8Array.of(first, 0x80 | bytes.length, ...key, ...masked);
}

test('a short whole message is read wherever it lies, with whatever around it, and can be masked again', () => {
  fc.assert(
    fc.property(message, mask, fc.boolean(), message, message, (bytes, key, isBinary, before, behind) => {
      const sent = frame(isBinary ? 0x82 : 0x81, bytes, key);
      const chunk = Uint8Array.of(...before, ...sent, ...behind);
      const at = before.length;
      const end = shortMessageEnd(chunk, at, SHORT_BYTES_MAX);
      expect(end).toBe(at + sent.length);
      expect(isShortBinary(chunk, at)).toBe(isBinary);
      const untouched = chunk.slice();
      toggleMask(chunk, at, end);
      expect(chunk.slice(at + SHORT_HEAD_BYTES, end)).toEqual(bytes);
      expect([chunk.slice(0, at), chunk.slice(end)]).toEqual([before, behind]);
      toggleMask(chunk, at, end);
      expect(chunk).toEqual(untouched);
    }),
  );
});

test('a message that is cut anywhere is not whole', () => {
  fc.assert(
    fc.property(message, mask, fc.nat(), (bytes, key, cut) => {
      const sent = frame(0x82, bytes, key);
      expect(shortMessageEnd(sent.subarray(0, cut % sent.length), 0, SHORT_BYTES_MAX)).toBe(0);
    }),
  );
});

test.each([
  ['the beginning of a message in pieces', frame(0x02, Uint8Array.of(1), new Uint8Array(4))],
  ['a reserved bit', frame(0xc2, Uint8Array.of(1), new Uint8Array(4))],
  ['a ping', frame(0x89, Uint8Array.of(1), new Uint8Array(4))],
  ['a close', frame(0x88, Uint8Array.of(3, 232), new Uint8Array(4))],
  ['a message without a mask', Uint8Array.of(0x82, 1, 7, 0, 0, 0, 0)],
  ['a length that is said elsewhere', Uint8Array.of(0x82, 0xfe, 0, 126, 0, 0, 0, 0, ...new Uint8Array(126))],
  ['more than may come now', frame(0x82, new Uint8Array(11), new Uint8Array(4))],
])('%s is left to the library', (_what, sent) => {
  expect(shortMessageEnd(sent, 0, 10)).toBe(0);
});
