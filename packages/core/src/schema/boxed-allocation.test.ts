/** Promise 2, for values of no fixed size. Measured on the heap itself, with the collector under control. */
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { allocatedBy, REFUSAL_BYTES } from '../codec/heap.test-support.ts';
import { readRaw, writeRaw } from '../codec/raw.ts';
import { bytes, list, text } from './boxed-field.ts';
import { type AnyField, f32, f64, quantized, u8, u16, u32 } from './field.ts';

/** The least of some runs: what the runtime does on the side comes and goes, what `run` needs stays. */
function leastAllocatedBy(run: () => void): number {
  return Math.min(...[1, 2, 3, 4, 5].map(() => allocatedBy(run)));
}

function frameOf(type: AnyField, values: readonly unknown[]): Uint8Array {
  const out = new ByteWriter();
  for (const value of values) writeRaw(out, type.codec, type.codec.quantise(value));
  return out.take();
}

function readAll(type: AnyField, frame: Uint8Array, kept: unknown[]): void {
  const from = new ByteReader(frame);
  try {
    for (let i = 0; from.left > 0; i++) kept[i] = readRaw(from, type.codec);
  } catch {
    // Refusing is fine; what it costs is what is measured.
  }
}

const many = <T>(count: number, value: T): readonly T[] => new Array<T>(count).fill(value);
const cut = (frame: Uint8Array): Uint8Array => frame.subarray(0, frame.length - 1);
const bigList = (type: AnyField, count: number, value: number): Uint8Array => frameOf(type, [many(count, value)]);

const shares = quantized({ min: 0, max: 1, step: 0.01 });

// Lists of one to four elements take up to 28 times their bytes if a frame holds nothing else, and JSON takes what
// parsing takes; a table's `maxRows` and the types' own limits are what bounds those.
const cases: readonly (readonly [string, AnyField, Uint8Array])[] = [
  ['a long list of small numbers', list(u8, 65_535), bigList(list(u8, 65_535), 60_000, 1)],
  ['a long list of large numbers', list(u32, 65_535), bigList(list(u32, 65_535), 20_000, 0xffffffff)],
  ['a long list of steps', list(shares, 65_535), bigList(list(shares, 65_535), 60_000, 0.3)],
  ['a long list of short floats', list(f32, 65_535), bigList(list(f32, 65_535), 20_000, 0.5)],
  ['a long list of long floats', list(f64, 65_535), bigList(list(f64, 65_535), 10_000, 0.1)],
  ['a long list that is cut off', list(f32, 65_535), cut(bigList(list(f32, 65_535), 20_000, 0.5))],
  ['lists of eight', list(u16, 9), frameOf(list(u16, 9), many(3_000, many(8, 1)))],
  ['long bytes', bytes(65_535), frameOf(bytes(65_535), [new Uint8Array(60_000).fill(200)])],
  ['bytes of three', bytes(9), frameOf(bytes(9), many(10_000, [1, 2, 3]))],
  ['bytes of fifteen', bytes(15), frameOf(bytes(15), many(3_000, many(15, 200)))],
  ['text', text(60_000), frameOf(text(60_000), ['마당'.repeat(9_000)])],
];

test.each(cases)('reading %s allocates at most 16 times its size', (_, type, frame) => {
  // The list of what was read has its places beforehand, as a column has.
  const kept: unknown[] = new Array(20_000).fill(0);
  for (let warm = 0; warm < 20; warm++) readAll(type, frame, kept);
  const allocatedBytes = leastAllocatedBy(() => readAll(type, frame, kept));
  expect(allocatedBytes).toBeLessThan(16 * frame.length + REFUSAL_BYTES);
});
