/** WebSocket frames from a server, whole and unmasked. Source: RFC 6455, section 5.2. */

const FIN = 0x80;
const TEXT = 1;
const BINARY = 2;

/** Sizes up to this stand in the second byte; 126 and 127 say that two or eight bytes with the size follow. */
const SHORT_MAX = 125;

/** Frames up to this size share a buffer: one of its own would cost more than writing it. A slow peer keeps few of them waiting. */
const SHARED_MAX = 128;

/** One message as one frame in one buffer: bytes as a binary message, a string as text. */
export function framed(data: Uint8Array | string): Buffer {
  const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  const headBytes = size <= SHORT_MAX ? 2 : size <= 0xffff ? 4 : 10;
  const bytes = headBytes + size;
  const frame = bytes <= SHARED_MAX ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes);
  frame[0] = FIN | (typeof data === 'string' ? TEXT : BINARY);
  if (headBytes === 2) frame[1] = size;
  else if (headBytes === 4) {
    frame[1] = SHORT_MAX + 1;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = SHORT_MAX + 2;
    frame.writeBigUInt64BE(BigInt(size), 2);
  }
  if (typeof data === 'string') frame.write(data, headBytes);
  else frame.set(data, headBytes);
  return frame;
}
