import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameWatch } from './frame-watch.ts';

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
}

/** A client's frame; its length in the form that is asked for, however short it is. */
function bytesOf({ opcode, isFinal, length }: Frame, form: 'short' | 16 | 64): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const rest = Buffer.alloc(4 + length, 0xff);
  if (form === 'short' && length < 126) return Buffer.concat([Buffer.from([first, 0x80 | length]), rest]);
  const head = Buffer.alloc(form === 64 ? 10 : 4);
  head[0] = first;
  head[1] = 0x80 | (form === 64 ? 127 : 126);
  if (form === 64) head.writeBigUInt64BE(BigInt(length), 2);
  else head.writeUInt16BE(length, 2);
  return Buffer.concat([head, rest]);
}

const anyForm = fc.constantFrom('short' as const, 16 as const, 64 as const);
const anyPing = fc.record({ opcode: fc.constantFrom(9, 10), isFinal: fc.constant(true), length: fc.nat(125) });
/** Lengths of the fragments of one message, and what comes between them. */
const anyMessage = fc.array(fc.tuple(fc.nat(400), fc.array(anyPing, { maxLength: 2 })), { minLength: 1, maxLength: 4 });

function framesOf(messages: readonly (readonly (readonly [number, readonly Frame[]])[])[]): Frame[] {
  return messages.flatMap((fragments) =>
    fragments.flatMap(([length, between], at) => [
      { opcode: at === 0 ? 2 : 0, isFinal: at === fragments.length - 1, length },
      ...between,
    ]),
  );
}

test('however a stream is cut, it is known at each byte whether a message is open, which, and how long it says it is', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 4 }),
      fc.infiniteStream(anyForm),
      fc.nat(40),
      (messages, forms, cut) => {
        const stream: number[] = [];
        /** What is so after each byte: the number of what is open, and the bytes of its message. */
        const expected: { partial: number | null; messageBytes: number }[] = [];
        let begun = 0;
        let declared = 0;
        for (const frame of framesOf(messages)) {
          const form = forms.next().value ?? 'short';
          const bytes = bytesOf(frame, form);
          const isControl = frame.opcode >= 8;
          const wasOpen = declared > 0 || isOpenAt(expected);
          if (!wasOpen) begun++;
          for (let at = 1; at <= bytes.length; at++) {
            const headIsWhole = at >= bytes.length - frame.length;
            const isWhole = at === bytes.length;
            const messageBytes = declared + (headIsWhole && !isControl ? frame.length : 0);
            const isOver = isWhole && (isControl ? !wasOpen : frame.isFinal);
            expected.push({ partial: isOver ? null : begun, messageBytes: isOver && !isControl ? 0 : messageBytes });
          }
          stream.push(...bytes);
          declared = expected.at(-1)?.messageBytes ?? 0;
        }
        const watch = new FrameWatch();
        for (let from = 0; from < stream.length; ) {
          const size = 1 + ((from * 7 + cut) % (cut + 1));
          watch.push(Uint8Array.from(stream.slice(from, from + size)));
          from = Math.min(stream.length, from + size);
          expect({ partial: watch.partial, messageBytes: watch.messageBytes }, `after ${from} bytes`).toEqual(
            expected[from - 1],
          );
        }
      },
    ),
  );
});

function isOpenAt(states: readonly { partial: number | null }[]): boolean {
  return states.length > 0 && states.at(-1)?.partial !== null;
}

test('a frame that says it is longer than anything is a message that is open and too long', () => {
  const watch = new FrameWatch();
  watch.push(Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 2, 3]));
  expect(watch.partial).toBe(1);
  expect(watch.messageBytes).toBeGreaterThan(2 ** 53);
});

test('whatever comes, it goes on', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 50 }), (chunks) => {
      const watch = new FrameWatch();
      for (const chunk of chunks) watch.push(chunk);
      expect(watch.messageBytes).toBeGreaterThanOrEqual(0);
    }),
  );
});
