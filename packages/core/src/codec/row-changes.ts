/**
 * Rows that changed, as bytes: the inner loop of every room. Each is written as the differences from what viewers know, and
 * taken over as what they know now. `writeRowChange` says how one row is written; `writeRun` writes the same bytes for many.
 * `state-codec.ts` reads them.
 */
import { columnAt } from '../state/table-store.ts';
import { type ByteWriter, varintTo, zigzag } from './bytes.ts';
import type { FieldCosts } from './field-costs.ts';
import { sortAscending } from './int-list.ts';
import { writeValue } from './state-codec.ts';
import { HEAD_OF_RUN, RUN_ROWS_MAX, SHORT_SLICE_BYTES, SLICE_WORDS, type TableChanges } from './table-changes.ts';

/**
 * Writes the rows that changed and stayed, and takes them over. Answers how many there were.
 *
 * This is done for every row that any room changes, and most rows change in the same few whole-number columns as the row
 * before: such runs of rows are written by `writeRun`, others one by one.
 */
export function writeChanges(out: ByteWriter, changes: TableChanges, number: number, costs: FieldCosts | null): number {
  const { table, run, rowBytesMax } = changes;
  const { dirty, touched, sharedMask, privateMask, highest } = table;
  const restricting = privateMask === 0 ? 0 : privateMask | table.accessMask;
  // Where most places are marked, walking over the marks is less than walking over the list of places.
  run.isDense = table.touchedCount * 2 > highest;
  if (!run.isDense) sortAscending(touched, table.touchedCount);
  run.end = run.isDense ? highest : table.touchedCount;
  run.next = 0;
  run.lastPlace = 0;
  run.lastColumns = 0;
  run.rows = 0;
  while (run.next < run.end) {
    const place = run.isDense ? run.next + 1 : (touched[run.next] ?? 0);
    const marked = dirty[place] ?? 0;
    const columns = marked & sharedMask;
    if ((marked & restricting) === 0 && costs === null && laneCount(changes, columns) > 0) {
      writeRun(out, changes, marked, number);
      continue;
    }
    run.next++;
    if (!run.isDense) dirty[place] = 0;
    if ((marked & restricting) !== 0) {
      changes.restricted.push(place);
      table.settleColumns(place, marked & privateMask);
    }
    if (columns === 0) continue;
    out.reserve(rowBytesMax);
    writeOne(out, changes, place, columns, number, costs);
  }
  // All marks at once, which is less than one by one.
  if (run.isDense) dirty.fill(0, 1, highest + 1);
  return run.rows;
}

/**
 * Writes the next rows that are marked like this one, in one to four whole-number columns, which are held in locals. Ends
 * with the first that is marked otherwise.
 */
function writeRun(out: ByteWriter, changes: TableChanges, marked: number, number: number): void {
  const { table, run, ints, sentInts, shifts, rowBytesMax, isSliced } = changes;
  const { dirty, touched, changedAt } = table;
  const { isDense, end } = run;
  const columns = marked & table.sharedMask;
  const lanes = laneCount(changes, columns);
  const a = lowestIn(columns);
  const b = lowestIn(columns & (columns - 1));
  const withoutTwo = without(without(columns));
  const c = lowestIn(withoutTwo);
  const d = lowestIn(without(withoutTwo));
  const aData = ints[a] ?? NO_COLUMN;
  const aSent = sentInts[a] ?? NO_COLUMN;
  const aShift = shifts[a] ?? 0;
  const bData = ints[b] ?? NO_COLUMN;
  const bSent = sentInts[b] ?? NO_COLUMN;
  const bShift = shifts[b] ?? 0;
  const cData = ints[c] ?? NO_COLUMN;
  const cSent = sentInts[c] ?? NO_COLUMN;
  const cShift = shifts[c] ?? 0;
  const dData = ints[d] ?? NO_COLUMN;
  const dSent = sentInts[d] ?? NO_COLUMN;
  const dShift = shifts[d] ?? 0;
  const until = Math.min(end, run.next + ROWS_AT_ONCE);
  const bytes = out.reserve((until - run.next) * rowBytesMax);
  const { view } = out;
  let at = out.length;
  let { lastPlace, lastColumns, rows } = run;
  let stretchFrom = lastPlace + 1;
  // Of rows that follow one another directly: where they begin, where their number is, how many more there may be.
  let headAt = 0;
  let countAt = 0;
  let runLeft = 0;
  let isPatched = false;
  let i = run.next;
  for (; i < until; i++) {
    const place = isDense ? i + 1 : (touched[i] ?? 0);
    const marks = dirty[place] ?? 0;
    if (marks !== marked) {
      if (marks === 0) continue;
      // To name another mask and then this one again takes more than to say of one column that it did not change.
      const missing = marked & ~marks;
      if (isPatched || (marks & ~marked) !== 0 || without(missing) !== 0) break;
      isPatched = true;
    } else isPatched = false;
    if (!isDense) dirty[place] = 0;
    const gap = place - lastPlace;
    let isFirst = false;
    if (!isSliced && (runLeft === 0 || gap !== 1)) {
      if (countAt !== 0) at = closeRun(bytes, countAt, RUN_ROWS_MAX - runLeft, at);
      isFirst = true;
      headAt = at;
      countAt = 0;
      runLeft = 0;
      // Only where two follow: a run of fewer would take more bytes than it spares.
      if (isDense && i + 2 < until && dirty[place + 1] === marked && dirty[place + 2] === marked) {
        bytes[at] = HEAD_OF_RUN;
        countAt = at + 1;
        runLeft = RUN_ROWS_MAX;
        at += 2;
      }
      const isSame = columns === lastColumns;
      at = varintTo(bytes, at, (gap << 1) | (isSame ? 0 : 1));
      if (!isSame) at = varintTo(bytes, at, columns);
    }
    const start = isFirst ? headAt : at;
    let raw = aData[place] ?? 0;
    let difference = ((raw - (aSent[place] ?? 0)) << aShift) >> aShift;
    let changedBits = difference;
    aSent[place] = raw;
    at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
    if (lanes > 1) {
      raw = bData[place] ?? 0;
      difference = ((raw - (bSent[place] ?? 0)) << bShift) >> bShift;
      changedBits |= difference;
      bSent[place] = raw;
      at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
      if (lanes > 2) {
        raw = cData[place] ?? 0;
        difference = ((raw - (cSent[place] ?? 0)) << cShift) >> cShift;
        changedBits |= difference;
        cSent[place] = raw;
        at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
        if (lanes > 3) {
          raw = dData[place] ?? 0;
          difference = ((raw - (dSent[place] ?? 0)) << dShift) >> dShift;
          changedBits |= difference;
          dSent[place] = raw;
          at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
        }
      }
    }
    // Fields that went and came back: nobody needs to know.
    if (changedBits === 0) {
      at = start;
      if (isFirst) {
        countAt = 0;
        runLeft = 0;
      }
      continue;
    }
    rows++;
    if (!isFirst) runLeft--;
    if (gap !== 1) {
      stamp(changedAt, stretchFrom, lastPlace, number);
      stretchFrom = place;
    }
    lastPlace = place;
    lastColumns = columns;
    if (isSliced) noteSlice(view, changes, place, columns, start, at);
  }
  if (countAt !== 0) at = closeRun(bytes, countAt, RUN_ROWS_MAX - runLeft, at);
  stamp(changedAt, stretchFrom, lastPlace, number);
  out.seek(at);
  run.next = i;
  run.lastPlace = lastPlace;
  run.lastColumns = lastColumns;
  run.rows = rows;
}

/** Writes how many rows follow the first of a run; where none does after all, there is no run. Answers where it ends. */
function closeRun(bytes: Uint8Array, countAt: number, count: number, end: number): number {
  bytes[countAt] = count;
  if (count > 0) return end;
  bytes.copyWithin(countAt - 1, countAt + 1, end);
  return end - 2;
}

/** Notes that a stretch of rows changed: all at once, which is less than one by one where it is long. */
function stamp(changedAt: Int32Array, from: number, to: number, number: number): void {
  if (to - from > SHORT_STRETCH) changedAt.fill(number, from, to + 1);
  else for (let place = from; place <= to; place++) changedAt[place] = number;
}

/** Rows up to which a loop is quicker than a call. */
const SHORT_STRETCH = 8;

/** Writes one row that changed in any columns, and takes it over. */
function writeOne(
  out: ByteWriter,
  changes: TableChanges,
  place: number,
  columns: number,
  number: number,
  costs: FieldCosts | null,
): void {
  const { run, isSliced, table } = changes;
  const start = out.length;
  if (!isSliced) {
    const isSame = columns === run.lastColumns;
    out.varint(((place - run.lastPlace) << 1) | (isSame ? 0 : 1));
    if (!isSame) out.varint(columns);
  }
  if (writeRowChange(out, changes, place, columns, costs) === 0) return out.seek(start);
  run.rows++;
  run.lastPlace = place;
  run.lastColumns = columns;
  table.changedAt[place] = number;
  if (!isSliced) return;
  out.reserve(SHORT_SLICE_BYTES);
  noteSlice(out.view, changes, place, columns, start, out.length);
}

/** Lists a slice that was written from `start` to `end`, behind which there is room for as much as is read at once. */
function noteSlice(
  view: DataView,
  { sliceWords, longSliceAt, changed }: TableChanges,
  place: number,
  columns: number,
  start: number,
  end: number,
): void {
  const at = place * SLICE_WORDS;
  sliceWords[at] = end - start;
  sliceWords[at + 1] = columns;
  sliceWords[at + 2] = view.getInt32(start, true);
  sliceWords[at + 3] = view.getInt32(start + 4, true);
  if (end - start > SHORT_SLICE_BYTES) longSliceAt[place] = start;
  changed.push(place);
}

/** Rows for which room is made at once. */
const ROWS_AT_ONCE = 1024;

/** Columns that the inner loop holds in locals. */
const LANES_MAX = 4;

const NO_COLUMN: Int32Array = new Int32Array(0);

/** The index of the lowest bit that is set; where none is, the last index there could be. */
function lowestIn(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) & 31;
}

/** The bits but the lowest that is set. */
function without(bits: number): number {
  return bits & (bits - 1);
}

/** How many lanes these columns take; 0 where they are too many, or not all whole numbers. */
function laneCount({ ints }: TableChanges, columns: number): number {
  let count = 0;
  for (let rest = columns; rest !== 0; rest &= rest - 1) {
    if ((ints[31 - Math.clz32(rest & -rest)] ?? null) === null) return 0;
    count++;
  }
  return count > LANES_MAX ? 0 : count;
}

/** Writes the changes of one row in any columns, and takes them over. Answers 0 where they are none after all. */
function writeRowChange(
  out: ByteWriter,
  { table, ints, sentInts, shifts }: TableChanges,
  place: number,
  columns: number,
  costs: FieldCosts | null,
): number {
  let changedBits = 0;
  for (let rest = columns; rest !== 0; rest &= rest - 1) {
    const index = 31 - Math.clz32(rest & -rest);
    const before = out.length;
    const data = ints[index] ?? null;
    const sent = sentInts[index];
    if (data !== null && sent !== undefined) {
      const shift = shifts[index] ?? 0;
      const difference = (((data[place] ?? 0) - (sent[place] ?? 0)) << shift) >> shift;
      changedBits |= difference;
      sent[place] = data[place] ?? 0;
      out.varint(zigzag(difference));
    } else {
      // Marked, so it was another value at one time; whether it still is, is not worth a look.
      changedBits = 1;
      table.settleColumns(place, rest & -rest);
      writeValue(out, columnAt(table, rest), place);
    }
    costs?.add(index, out.length - before);
  }
  return changedBits;
}
