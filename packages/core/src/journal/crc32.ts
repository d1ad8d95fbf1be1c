/** CRC-32 as of ISO 3309 (gzip, PNG), to tell torn and flipped bytes from whole ones. It proves nothing against malice. */

const POLYNOMIAL = 0xedb88320;

/** For each byte, what it does to the remainder. */
const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? POLYNOMIAL : 0);
  return remainder >>> 0;
});

/** The checksum of `bytes` from `start` up to, not including, `end`. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let remainder = 0xffffffff;
  for (let at = start; at < end; at++) {
    remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
