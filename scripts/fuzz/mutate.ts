/** Bytes by chance: any at all, and honest ones with a few things wrong. The same draws give the same bytes. */
import type { SeededRandom } from '@madang/core';

/** Where numbers of the wire change their size or their meaning: varints at their ends, too long, and over 32 bits. */
const TELLING = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x01],
  [0xff, 0x7f],
  [0x80, 0x00],
  [0xff, 0xff, 0x03],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0x00, 0x00, 0xc0, 0x7f],
  [0x00, 0x00, 0x80, 0xff],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
].map((bytes) => Uint8Array.from(bytes));

/** Bytes that a mutation adds at most. */
const ADDED_MAX = 16;

export function anyBytes(random: SeededRandom, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(random.below(maxBytes + 1));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random.u32();
  return bytes;
}

/** A copy with one thing wrong, or up to three; `other` lends bytes. At most `maxBytes` long. */
export function mutated(random: SeededRandom, honest: Uint8Array, other: Uint8Array, maxBytes: number): Uint8Array {
  let bytes = honest;
  for (let left = random.chance(0.6) ? 1 : 1 + random.below(3); left > 0; left--)
    bytes = mutatedOnce(random, bytes, other);
  return bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes;
}

function mutatedOnce(random: SeededRandom, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const some = random.below(Math.min(ADDED_MAX, bytes.length - at) + 1);
  switch (random.below(9)) {
    case 0:
      return overwritten(bytes, at, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
    case 1:
      return overwritten(bytes, at, Uint8Array.of(random.u32()));
    case 2:
      return overwritten(bytes, at, random.pick(TELLING));
    case 3:
      return spliced(bytes, at, at, random.pick(TELLING));
    case 4:
      return spliced(bytes, at, at, anyBytes(random, ADDED_MAX));
    case 5:
      return spliced(bytes, at, at + some, new Uint8Array(0));
    case 6:
      return spliced(bytes, at, at, bytes.subarray(at, at + some));
    case 7:
      return bytes.subarray(0, at);
    default:
      return spliced(bytes, at, bytes.length, other.subarray(random.below(other.length + 1)));
  }
}

function overwritten(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  return spliced(bytes, at, Math.min(bytes.length, at + by.length), by);
}

function spliced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length - (to - from) + by.length);
  whole.set(bytes.subarray(0, from));
  whole.set(by, from);
  whole.set(bytes.subarray(to), from + by.length);
  return whole;
}

/** Fewer and plainer bytes that still fail: pieces are left out, and bytes made 0, as long as `fails` says so. */
export async function smallest(
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => boolean | Promise<boolean>,
): Promise<Uint8Array> {
  let best = bytes;
  for (let size = Math.max(1, best.length >> 1); size > 0; size >>= 1) {
    for (let at = 0; at < best.length; ) {
      const fewer = spliced(best, at, Math.min(best.length, at + size), new Uint8Array(0));
      if (await fails(fewer)) best = fewer;
      else at += size;
    }
  }
  for (let at = 0; at < best.length; at++) {
    const plainer = overwritten(best, at, Uint8Array.of(0));
    if (best[at] !== 0 && (await fails(plainer))) best = plainer;
  }
  return best;
}
