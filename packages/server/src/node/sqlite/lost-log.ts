/**
 * Whether the end of a write-ahead log was lost while nobody had it open: cut off, spoiled, taken away. SQLite itself goes on from what is
 * left and says nothing; but the index beside the log still knows how many pages there were.
 *
 * Layout: https://www.sqlite.org/walformat.html#the_wal_index_file_format, in the machine's byte order.
 */
import { existsSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';

const PAGES_AT = 16;
const FOLDED_PAGES_AT = 96;
const NEEDED_BYTES = 100;

export interface LogIndex {
  /** Pages in the log, and those of them that are in the file already. */
  readonly pages: number;
  readonly foldedPages: number;
}

/** What the index says; null where there is none. It is made anew when the file is opened, from what the log still holds. */
export function readLogIndex(file: string): LogIndex | null {
  const index = `${file}-shm`;
  if (!existsSync(index)) return null;
  const bytes = readFileSync(index);
  if (bytes.length < NEEDED_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = endianness() === 'LE';
  return { pages: view.getUint32(PAGES_AT, isLittle), foldedPages: view.getUint32(FOLDED_PAGES_AT, isLittle) };
}

/**
 * A sentence about what is missing, or null where nothing seems to be; `before` and `after` are the index before the file was opened and
 * since. After a power cut it may name what only the operating system had.
 */
export function whatLogLost(file: string, before: LogIndex | null, after: LogIndex | null): string | null {
  if (before === null || before.pages <= before.foldedPages || before.pages <= (after?.pages ?? 0)) return null;
  return `${file}-wal is gone, cut off or spoiled: what was written last to ${file} is lost.`;
}
