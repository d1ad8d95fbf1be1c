/** What one seat's frame says of one table with interest: copies of slices, who is out of sight, who came into it. */
import type { ByteWriter } from '@madang/core';
import {
  type IntList,
  SHORT_GAP,
  SHORT_SLICE_BYTES,
  SLICE_WORDS,
  varintTo,
  writePlaces,
  writeRows,
} from '@madang/core/codec';
import type { InterestTable } from './replication.ts';
import { IN_SYNC, type VisibleRows } from './visible-rows.ts';

/** What whole rows take is a mean over about so many frames with some. */
const WHOLE_BYTES_MEMORY = 8;

/** What a row with a short slice takes: its place, its columns, and what is copied too much. */
const SHORT_ROW_BYTES = 10 + 2 * SHORT_SLICE_BYTES;

/** One table with interest, as this seat sees it. */
export interface Sight {
  readonly source: InterestTable;
  readonly rows: VisibleRows;
  /** Rows that the frame at hand tells whole. */
  readonly put: IntList;
}

/**
 * Writes one table's changes for one seat. Rows that the peer has in their last form take the slice that all share; the
 * others are told whole.
 */
export function writeSight(out: ByteWriter, { source, rows, put }: Sight, isCounted: boolean): void {
  const { changes } = source;
  const start = out.length;
  put.clear();
  out.varint(changes.index + 1);
  const written = writeSlices(out, source, rows, put);
  out.varint(0);
  rows.left.sort();
  writePlaces(out, rows.left);
  const putAt = out.length;
  writeRows(out, changes.table, put);
  if (put.count > 0) source.wholeBytes += ((out.length - putAt) / put.count - source.wholeBytes) / WHOLE_BYTES_MEMORY;
  const told = written + put.count;
  if (told + rows.left.count === 0) out.seek(start);
  if (isCounted) source.traffic.add(out.length - start, told);
}

/** Copies the slices of rows that are in sync, and lists those that are to be told whole. Answers how many it copied. */
function writeSlices(out: ByteWriter, { changes, slices }: InterestTable, rows: VisibleRows, put: IntList): number {
  const { sliceWords, longSliceAt } = changes;
  const { places, waits, count, held, isHolding } = rows;
  let bytes = out.reserve(count * SHORT_ROW_BYTES);
  let { view } = out;
  let at = out.length;
  let lastPlace = 0;
  let lastColumns = 0;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const place = places[i] ?? 0;
    if (waits[i] !== IN_SYNC) {
      if (isHolding && held[i] === 1) continue;
      put.push(place);
      waits[i] = IN_SYNC;
      continue;
    }
    const slice = place * SLICE_WORDS;
    const length = sliceWords[slice] ?? 0;
    if (length === 0) continue;
    const columns = sliceWords[slice + 1] ?? 0;
    const gap = place - lastPlace;
    if (columns !== lastColumns) {
      at = varintTo(bytes, at, (gap << 1) | 1);
      at = varintTo(bytes, at, columns);
      lastColumns = columns;
    } else if (gap < SHORT_GAP) bytes[at++] = gap << 1;
    else at = varintTo(bytes, at, gap << 1);
    if (length <= SHORT_SLICE_BYTES) {
      // All eight bytes, whatever its length: what is too much is written over by the next.
      view.setInt32(at, sliceWords[slice + 2] ?? 0, true);
      view.setInt32(at + 4, sliceWords[slice + 3] ?? 0, true);
      at += length;
    } else {
      const from = longSliceAt[place] ?? 0;
      out.seek(at);
      out.append(slices.reserve(0).subarray(from, from + length));
      at = out.length;
      bytes = out.reserve((count - i) * SHORT_ROW_BYTES);
      view = out.view;
    }
    lastPlace = place;
    written++;
  }
  out.seek(at);
  return written;
}
