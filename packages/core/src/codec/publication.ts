/**
 * What changed in a state, written once for all who are told of it.
 *
 * `publish` compares what rules wrote with what viewers know, writes the difference and takes it over. Parts that everybody
 * is told of go into one delta that is the same bytes for all. Parts that are told row by row (tables with interest) are
 * written as slices, one per changed row, which a viewer's frame only copies: `changes` lists them.
 *
 * Publications that change something are numbered from 1; rows and cells carry the number of the last one that touched
 * them, so whoever missed some of them is told exactly what they changed (`writeCatchUp`), however long ago it was.
 *
 * The cost of `publish` follows the rows that were written since the last one. It allocates nothing per row.
 */
import type { StateSchema } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import type { PartStore, StateStore } from '../state/state-store.ts';
import { columnAt, type TableStore } from '../state/table-store.ts';
import { ByteWriter, zigzag } from './bytes.ts';
import { FieldCosts } from './field-costs.ts';
import { IntList, sortAscending } from './int-list.ts';
import { writeGridChange, writeRow, writeValue } from './state-codec.ts';

/** One in so many publications is measured field by field. */
const MEASURED_EVERY = 32;

/** What `TableChanges.sliceWords` has of each place. */
export const SLICE_WORDS = 4;

/** Bytes of a slice that stand in its words. */
export const SHORT_SLICE_BYTES = 8;

/** Bytes a row's place and column mask take at most, before its values. */
const ROW_HEAD_BYTES = 10;

/** What the last publication changed in one table. Places ascend in every list. */
export class TableChanges {
  readonly table: TableStore;
  readonly index: number;
  /** Written as slices, row by row, rather than into the delta for all. */
  readonly isSliced: boolean;
  /** Rows that are new. */
  readonly put = new IntList();
  /** Places that lost their row and have no new one. */
  readonly gone = new IntList();
  /** Rows that have a slice. */
  readonly changed = new IntList();
  /** Rows with a private column that changed, or whose owner or team did; new rows are not among them. */
  readonly restricted = new IntList();
  /**
   * The slice of each place, four words from `place * SLICE_WORDS` on: its length in bytes (0: there is none), its columns, and
   * its first eight bytes as two little-endian numbers. Most slices are no longer; so copying one is two loads and two stores.
   */
  readonly sliceWords: Int32Array;
  /** By place, where a slice of more than eight bytes is in `Publication.slices`. */
  readonly longSliceAt: Int32Array;
  /** Where writing the rows that changed is at. */
  readonly run = { isDense: false, next: 0, end: 0, lastPlace: 0, lastColumns: 0, rows: 0 };
  /** What each field's changes cost, estimated. */
  readonly costs: FieldCosts;

  // The table's columns as the inner loop wants them: by index, null where the column is no integer.
  readonly ints: readonly (Int32Array | null)[];
  readonly sentInts: readonly Int32Array[];
  readonly shifts: Int32Array;
  readonly rowBytesMax: number;

  constructor(table: TableStore, index: number, isSliced: boolean) {
    this.table = table;
    this.index = index;
    this.isSliced = isSliced;
    this.longSliceAt = new Int32Array(isSliced ? table.maxRows + 1 : 0);
    this.sliceWords = new Int32Array(this.longSliceAt.length * SLICE_WORDS);
    this.costs = new FieldCosts(table.columns.length);
    const none = new Int32Array(0);
    this.ints = table.columns.map((column) => (column.store === 'int' ? column.data : null));
    this.sentInts = table.columns.map((column) => (column.store === 'int' ? column.sent : none));
    this.shifts = Int32Array.from(table.columns, ({ store, codec }) =>
      store === 'int' && codec.wrapBits > 0 ? 32 - codec.wrapBits : 0,
    );
    this.rowBytesMax = ROW_HEAD_BYTES + SHORT_SLICE_BYTES + 8 * table.columns.length;
  }

  clear(): void {
    const { items, count } = this.changed;
    if (this.isSliced) for (let i = 0; i < count; i++) this.sliceWords[(items[i] ?? 0) * SLICE_WORDS] = 0;
    this.put.clear();
    this.gone.clear();
    this.changed.clear();
    this.restricted.clear();
  }
}

export class Publication<S extends StateSchema = StateSchema> {
  readonly state: StateStore<S>;
  /** Changes of each table, null for grids; in the order of the schema's parts. */
  readonly changes: readonly (TableChanges | null)[];
  /** The slices of the last publication, one after another. */
  readonly slices = new ByteWriter(1024);
  /** By part: bytes and rows (or cells) that the last publication wrote of it into the delta for all. */
  readonly sectionBytes: Int32Array;
  readonly sectionRows: Int32Array;
  /** The number of the last publication that changed something. */
  number = 0;
  /** True when the last call of `publish` changed something that is told to all. */
  hasSharedChanges = false;

  readonly #shared = new ByteWriter(1024);
  readonly #cells = new IntList();
  #calls = 0;

  /** `isSliced` chooses the tables that are told row by row. */
  constructor(state: StateStore<S>, isSliced: (part: PartStore) => boolean = () => false) {
    this.state = state;
    this.changes = state.parts.map((part, index) =>
      part.type === 'table' ? new TableChanges(part, index, isSliced(part)) : null,
    );
    this.sectionBytes = new Int32Array(state.parts.length);
    this.sectionRows = new Int32Array(state.parts.length);
  }

  /** The changes of the parts that are told to all, without an end: good until the next publication. */
  get shared(): Uint8Array {
    return this.#shared.written();
  }

  /**
   * Takes over what was written to the parts that are due. Answers whether anything changed that some viewer may be told
   * of; the number moves on only then.
   */
  publish(isDue: (part: PartStore) => boolean = () => true): boolean {
    const number = this.number + 1;
    const isMeasured = this.#calls++ % MEASURED_EVERY === 0;
    this.#shared.seek(0);
    this.slices.seek(0);
    let hasChanges = false;
    this.state.parts.forEach((part, index) => {
      const changes = this.changes[index] ?? null;
      changes?.clear();
      this.sectionBytes[index] = 0;
      this.sectionRows[index] = 0;
      if (part.touchedCount === 0 || !isDue(part)) return;
      const start = this.#shared.length;
      if (changes !== null) hasChanges = this.#publishTable(changes, number, isMeasured) || hasChanges;
      else if (part.type === 'grid') hasChanges = this.#publishGrid(part, index, number) || hasChanges;
      this.sectionBytes[index] = this.#shared.length - start;
    });
    this.hasSharedChanges = this.#shared.length > 0;
    if (hasChanges) this.number = number;
    return hasChanges;
  }

  /** Writes, as changes of the parts that are told to all, everything that changed after publication `since`. */
  writeCatchUp(out: ByteWriter, since: number): void {
    this.state.parts.forEach((part, index) => {
      const start = out.length;
      out.varint(index + 1);
      const hasChanges =
        part.type === 'grid'
          ? this.#catchUpGrid(out, part, since)
          : this.changes[index]?.isSliced === false && catchUpTable(out, part, since);
      if (!hasChanges) out.seek(start);
    });
  }

  #publishTable(changes: TableChanges, number: number, isMeasured: boolean): boolean {
    const { table, isSliced, put, gone, changed, restricted } = changes;
    const out = isSliced ? this.slices : this.#shared;
    const start = out.length;
    if (table.hasStructuralChanges) takeStructure(changes, number);
    if (!isSliced) out.varint(changes.index + 1);
    const rows = writeChanges(out, changes, number, isMeasured ? changes.costs : null);
    table.touchedCount = 0;
    if (isSliced) return put.count + gone.count + changed.count + restricted.count > 0;
    if (rows + put.count + gone.count === 0) {
      out.seek(start);
      return restricted.count > 0;
    }
    this.sectionRows[changes.index] = rows + put.count;
    out.varint(0);
    writePlaces(out, gone);
    let last = 0;
    for (let i = 0; i < put.count; i++) {
      const place = put.items[i] ?? 0;
      out.varint(place - last);
      writeRow(out, table, place);
      last = place;
    }
    out.varint(0);
    return true;
  }

  #publishGrid(grid: GridStore, index: number, number: number): boolean {
    const { touched, touchedCount, cells, sent, changedAt } = grid;
    this.#cells.clear();
    sortAscending(touched, touchedCount);
    if (grid.isShared) {
      for (let i = 0; i < touchedCount; i++) {
        const cell = touched[i] ?? 0;
        if (cells[cell] === sent[cell]) continue;
        sent[cell] = cells[cell] ?? 0;
        changedAt[cell] = number;
        this.#cells.push(cell);
      }
    }
    grid.unmark();
    if (this.#cells.count === 0) return false;
    this.sectionRows[index] = this.#cells.count;
    this.#shared.varint(index + 1);
    writeGridChange(this.#shared, grid, this.#cells.items, this.#cells.count);
    return true;
  }

  #catchUpGrid(out: ByteWriter, grid: GridStore, since: number): boolean {
    const { changedAt } = grid;
    this.#cells.clear();
    for (let cell = 0; cell < changedAt.length; cell++) if ((changedAt[cell] ?? 0) > since) this.#cells.push(cell);
    if (this.#cells.count === 0) return false;
    writeGridChange(out, grid, this.#cells.items, this.#cells.count);
    return true;
  }
}

/** Rows that came and went: lists them, and takes them over. */
function takeStructure(changes: TableChanges, number: number): void {
  const { table, put, gone } = changes;
  sortAscending(table.touched, table.touchedCount);
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    if ((table.dirty[place] ?? 0) >= 0) continue;
    table.dirty[place] = 0;
    const id = table.alive[place] === 1 ? table.idAt(place) : 0;
    // A row that came and went between two publications was never there.
    if (id === 0 && table.sentId[place] === 0) continue;
    (id === 0 ? gone : put).push(place);
    table.settle(place);
    table.changedAt[place] = number;
  }
  table.hasStructuralChanges = false;
}

/**
 * Writes the rows that changed and stayed, and takes them over. Answers how many there were.
 *
 * This is done for every row that any room changes, and most rows change in the same few whole-number columns as the row
 * before: such runs of rows are written by `writeRun`, others one by one.
 */
function writeChanges(out: ByteWriter, changes: TableChanges, number: number, costs: FieldCosts | null): number {
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
  const bytes = out.reserve(ROWS_AT_ONCE * rowBytesMax);
  const { view } = out;
  const until = Math.min(end, run.next + ROWS_AT_ONCE);
  let at = out.length;
  let { lastPlace, lastColumns, rows } = run;
  let stretchFrom = lastPlace + 1;
  let isPatched = false;
  let i = run.next;
  for (; i < until; i++) {
    const place = isDense ? i + 1 : (touched[i] ?? 0);
    const marks = dirty[place] ?? 0;
    if (marks === 0) continue;
    if (marks !== marked) {
      // To name another mask and then this one again takes more than to say of one column that it did not change.
      const missing = marked & ~marks;
      if (isPatched || (marks & ~marked) !== 0 || without(missing) !== 0) break;
      isPatched = true;
    } else isPatched = false;
    if (!isDense) dirty[place] = 0;
    const start = at;
    const gap = place - lastPlace;
    if (isSliced) {
      // Others see other rows before this one, so what comes in front of a slice is theirs to write.
    } else if (columns === lastColumns && gap < SHORT_GAP) bytes[at++] = gap << 1;
    else if (columns === lastColumns) at = varintTo(bytes, at, gap << 1);
    else {
      at = varintTo(bytes, at, (gap << 1) | 1);
      at = varintTo(bytes, at, columns);
    }
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
      continue;
    }
    rows++;
    if (gap !== 1) {
      stamp(changedAt, stretchFrom, lastPlace, number);
      stretchFrom = place;
    }
    lastPlace = place;
    lastColumns = columns;
    if (isSliced) noteSlice(view, changes, place, columns, start, at);
  }
  stamp(changedAt, stretchFrom, lastPlace, number);
  out.seek(at);
  run.next = i;
  run.lastPlace = lastPlace;
  run.lastColumns = lastColumns;
  run.rows = rows;
}

/** Notes that a stretch of rows changed: all at once, which is less than one by one where it is long. */
function stamp(changedAt: Int32Array, from: number, to: number, number: number): void {
  if (to - from > SHORT_STRETCH) changedAt.fill(number, from, to + 1);
  else for (let place = from; place <= to; place++) changedAt[place] = number;
}

/** Gaps below this take one byte, mask flag and all. */
export const SHORT_GAP = 64;

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
const ROWS_AT_ONCE = 256;

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

function catchUpTable(out: ByteWriter, table: TableStore, since: number): boolean {
  const { changedAt, sentId, maxRows } = table;
  const start = out.length;
  out.varint(0);
  let last = 0;
  for (let place = 1; place <= maxRows; place++) {
    if ((changedAt[place] ?? 0) <= since || sentId[place] !== 0) continue;
    out.varint(place - last);
    last = place;
  }
  out.varint(0);
  last = 0;
  for (let place = 1; place <= table.highestSent; place++) {
    if ((changedAt[place] ?? 0) <= since || sentId[place] === 0) continue;
    out.varint(place - last);
    writeRow(out, table, place);
    last = place;
  }
  out.varint(0);
  return out.length > start + 3;
}

/** Writes a list of places as gaps, and its end. */
export function writePlaces(out: ByteWriter, places: IntList): void {
  let last = 0;
  for (let i = 0; i < places.count; i++) {
    const place = places.items[i] ?? 0;
    out.varint(place - last);
    last = place;
  }
  out.varint(0);
}

/**
 * A varint into a buffer that has room for five bytes more; answers where it ends. The usual sizes, one byte and two, come
 * in no order that a processor could foresee, so they are written without a branch between them.
 */
export function varintTo(bytes: Uint8Array, at: number, value: number): number {
  if (value >>> 14 !== 0) return longVarintTo(bytes, at, value);
  const more = (0x7f - value) >>> 31;
  bytes[at] = (value & 0x7f) | (more << 7);
  bytes[at + 1] = value >>> 7;
  return (at + 1 + more) | 0;
}

function longVarintTo(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}
