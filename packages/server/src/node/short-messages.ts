/**
 * WebSocket messages of the usual kind, read where they lie: whole in one frame, short, masked, and text or binary, or the
 * answer to a ping. Nearly all that players send is of this kind, and going through a reader that is ready for any kind costs
 * more than all else that is done with an input. What is of another kind is for the WebSocket library. Source: RFC 6455,
 * section 5.2.
 */

/** FIN with the opcode of a message. */
const WHOLE_TEXT = 0x81;
const WHOLE_BINARY = 0x82;
const PONG = 0x8a;
const MASKED = 0x80;
const MASK_AT = 2;

/** Bytes before the message: two, and a mask of four. */
export const SHORT_HEAD_BYTES = 6;

/** The longest message whose length stands in the second byte. */
export const SHORT_BYTES_MAX = 125;

/** Where the message ends whose frame begins at `at`; 0 where that is no whole message of this kind, or longer than `bytesMax`. */
export function shortMessageEnd(chunk: Uint8Array, at: number, bytesMax: number): number {
  const first = chunk[at];
  const second = chunk[at + 1] ?? 0;
  if ((first !== WHOLE_BINARY && first !== WHOLE_TEXT && first !== PONG) || second < MASKED) return 0;
  const bytes = second - MASKED;
  const end = at + SHORT_HEAD_BYTES + bytes;
  return bytes > bytesMax || end > chunk.length ? 0 : end;
}

/** True for a binary message, of one that `shortMessageEnd` found. */
export function isShortBinary(chunk: Uint8Array, at: number): boolean {
  return chunk[at] === WHOLE_BINARY;
}

/** True for the answer to a ping, of what `shortMessageEnd` found. */
export function isPong(chunk: Uint8Array, at: number): boolean {
  return chunk[at] === PONG;
}

/** Takes the mask off the message whose frame begins at `at`, in place; a second time puts it on again. */
export function toggleMask(chunk: Uint8Array, at: number, end: number): void {
  const maskAt = at + MASK_AT;
  for (let i = at + SHORT_HEAD_BYTES, turn = 0; i < end; i++, turn = (turn + 1) & 3) {
    chunk[i] = (chunk[i] ?? 0) ^ (chunk[maskAt + turn] ?? 0);
  }
}
