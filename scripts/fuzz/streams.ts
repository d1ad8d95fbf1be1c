/** WebSocket streams from a client: valid ones, cut in pieces in any way, and what may come of them. */
import type { SeededRandom } from '@madang/core';
import { anyBytes } from './mutate.ts';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const TEXTS = [
  'left',
  '{"type":"message","message":"hi"}',
  '안녕 👩‍👩‍👧',
  '?',
  '? this ends it',
  '',
  '\u{10ffff}\ud7ff',
];

/** Sizes at which a header changes, and one that no message may have. */
const TELLING_SIZES = [0, 1, 125, 126, 127, 200, 65_535, 65_536];
const MESSAGE_BYTES_MAX = 16 * 1024;
const FRAGMENTS_MAX = 32;

/** Frames that a client may send, one after another. Most end without a close, some with one. */
export function validStream(random: SeededRandom): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let left = 1 + random.below(6); left > 0; left--) frames.push(...validFrames(random));
  if (random.chance(0.3)) frames.push(frame(random, CLOSE, closePayload(random)));
  return Buffer.concat(frames);
}

function validFrames(random: SeededRandom): readonly Uint8Array[] {
  switch (random.below(6)) {
    case 0:
      return [frame(random, PING, anyBytes(random, 20))];
    case 1:
      return [frame(random, PONG, anyBytes(random, 4))];
    case 2:
      return [frame(random, BINARY, anyBytes(random, 60))];
    case 3:
      return fragments(random);
    case 4:
      if (random.chance(0.9)) return [frame(random, BINARY, anyBytes(random, 200))];
      return [frame(random, BINARY, new Uint8Array(Math.min(MESSAGE_BYTES_MAX, random.pick(TELLING_SIZES))))];
    default:
      return [frame(random, TEXT, Buffer.from(random.pick(TEXTS)))];
  }
}

/** One message in several frames, with a ping between them now and then. */
function fragments(random: SeededRandom): readonly Uint8Array[] {
  const payload = random.chance(0.5) ? Buffer.from(random.pick(TEXTS)) : anyBytes(random, 40);
  const opcode = random.chance(0.5) ? TEXT : BINARY;
  const count = random.chance(0.95) ? 2 + random.below(3) : FRAGMENTS_MAX + random.below(2);
  const cuts = Array.from({ length: count - 1 }, () => random.below(payload.length + 1)).sort((a, b) => a - b);
  return piecesAt(payload, cuts).flatMap((piece, index) => {
    const part = frame(random, index === 0 ? opcode : 0, piece, index === count - 1);
    return random.chance(0.1) ? [part, frame(random, PING, Buffer.from('between'))] : [part];
  });
}

function closePayload(random: SeededRandom): Uint8Array {
  if (random.chance(0.2)) return new Uint8Array(0);
  const code = random.pick([1000, 1001, 1011, 3000, 4000, 4999]);
  return Buffer.concat([Uint8Array.of(code >> 8, code & 0xff), Buffer.from(random.pick(['', 'bye', '안녕']))]);
}

function frame(random: SeededRandom, opcode: number, payload: Uint8Array, isLast = true): Uint8Array {
  const size = payload.length;
  const head = size < 126 ? [size] : size <= 0xffff ? [126, size >> 8, size & 0xff] : [127, 0, 0, 0, 0, 0, 1, 0, 0];
  const mask = Uint8Array.from({ length: 4 }, () => random.u32());
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  const [first = 0, ...more] = head;
  return Buffer.concat([Uint8Array.of((isLast ? 0x80 : 0) | opcode, 0x80 | first, ...more), mask, masked]);
}

/** Where to cut: nowhere, at every byte of a short stream, or anywhere a few times. Ascending. */
export function anyCuts(random: SeededRandom, sizeBytes: number): readonly number[] {
  const kind = random.below(8);
  if (kind === 0) return [];
  if (kind === 1 && sizeBytes < 200) return Array.from({ length: sizeBytes }, (_, at) => at);
  const count = 1 + random.below(8);
  return Array.from({ length: count }, () => random.below(sizeBytes + 1)).sort((a, b) => a - b);
}

/** Pieces between these cuts; the first is before the first cut. */
export function piecesAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}

/** A frame of the server's. */
interface SentFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads what a server sent, which is whole and unmasked. */
function sentFrames(bytes: Uint8Array): readonly SentFrame[] {
  const frames: SentFrame[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [first = 0, short = 0, high = 0, low = 0] = bytes.subarray(at, at + 4);
    if (short > 126) throw new Error('the server sent a frame that no answer is as long as');
    const start = at + (short === 126 ? 4 : 2);
    const end = start + (short === 126 ? (high << 8) | low : short);
    frames.push({ opcode: first & 0x0f, payload: Buffer.from(bytes.subarray(start, end)) });
    at = end;
  }
  return frames;
}

/** What a client sees of an outcome: the close code, null where the server sent none; and the pongs in order. */
export function seenBy(sent: Uint8Array): { readonly closeCode: number | null; readonly pongs: readonly string[] } {
  const frames = sentFrames(sent);
  const closes = frames.filter(({ opcode }) => opcode === CLOSE);
  if (closes.length > 1) throw new Error('the server sent two closes');
  if (closes.length === 1 && frames.at(-1)?.opcode !== CLOSE)
    throw new Error('the server sent something after its close');
  const [close] = closes;
  const closeCode = close === undefined ? null : close.payload.length === 0 ? 1005 : close.payload.readUInt16BE(0);
  return {
    closeCode,
    pongs: frames.filter(({ opcode }) => opcode === PONG).map(({ payload }) => payload.toString('hex')),
  };
}

/** True for a code with which a server of ours ends what a client did wrong: see docs/errors.md. */
export function isOurs(closeCode: number): boolean {
  return [1002, 1007, 1008, 1009].includes(closeCode) || (closeCode >= 4400 && closeCode < 4500);
}

/** True for a code that a server may end such a stream with: one of ours, or the client's own, which is sent back. */
export function isRightCode(closeCode: number | null, stream: Uint8Array): boolean {
  return closeCode === null || isOurs(closeCode) || closeCodesIn(stream).includes(closeCode);
}

/** The codes of close frames, as far as the stream can be read; 1005 for one without a code. */
function closeCodesIn(stream: Uint8Array): readonly number[] {
  const codes: number[] = [];
  const bytes = Buffer.from(stream);
  for (let at = 0; at + 6 <= bytes.length; ) {
    const [first = 0, second = 0] = bytes.subarray(at, at + 2);
    const short = second & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + headBytes + 4 > bytes.length) break;
    const size =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const start = at + headBytes + 4;
    const unmasked = (index: number): number => (bytes[start + index] ?? 0) ^ (bytes[at + headBytes + index] ?? 0);
    if ((first & 0x0f) === CLOSE) codes.push(size === 0 ? 1005 : (unmasked(0) << 8) | unmasked(1));
    at = start + size;
  }
  return codes;
}
