/** A journal in pieces that can each be read by itself, so that no work on a long one takes long at a stretch. */
import { isGameError } from '@madang/core';
import { RECORD, Recording } from '@madang/core/journal';

/** Where the kind of a record is, and where its body begins; its length comes first. */
const KIND_AT = 8;
const BODY_AT = 9;

/**
 * Entries of a journal, in order, as runs of records that begin with a head. What stands before the first head is left out: nobody can
 * read it. Lengths are trusted here, and checksums are not looked at: `readChapter` does.
 */
export function chaptersIn(entries: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const chapters: Uint8Array[][] = [];
  for (const entry of entries) {
    const starts = headsIn(entry);
    const before = entry.subarray(0, starts[0] ?? entry.length);
    if (before.length > 0) chapters.at(-1)?.push(before);
    for (const [index, start] of starts.entries()) {
      chapters.push([entry.subarray(start, starts[index + 1] ?? entry.length)]);
    }
  }
  return chapters;
}

/** One chapter as a recording; null where there is nothing to be read in it. */
export function readChapter(chapter: readonly Uint8Array[]): Recording | null {
  try {
    return new Recording(joined(chapter));
  } catch (problem) {
    if (isGameError(problem, 'BAD_RECORDING')) return null;
    throw problem;
  }
}

function headsIn(entry: Uint8Array): number[] {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const heads: number[] = [];
  for (let at = 0; at + BODY_AT <= entry.length; at += BODY_AT + view.getUint32(at, true)) {
    if (entry[at + KIND_AT] === RECORD.HEAD) heads.push(at);
  }
  return heads;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
