/**
 * What changed in a state, written once for all who are told of it.
 *
 * `publish` compares what rules wrote with what viewers know, writes the difference and takes it over. Parts that everybody
 * is told of go into one delta that is the same bytes for all. Parts that are told row by row (tables with interest) are
 * written as slices, one per changed row, which a viewer's frame only copies: `changes(part)` lists them.
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

/** The columns of a slice, in front of its bytes. */
export const SLICE_HEAD_BYTES = 4;

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
  /** By place, where its slice is in `Publication.slices`, or 0: u32 columns, little-endian, then the bytes of its changes. */
  readonly sliceAt: Int32Array;
  /** By place, how many bytes those are. */
  readonly sliceLength: Int32Array;
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
    this.sliceAt = new Int32Array(isSliced ? table.maxRows + 1 : 0);
    this.sliceLength = new Int32Array(this.sliceAt.length);
    this.costs = new FieldCosts(table.columns.length);
    const none = new Int32Array(0);
    this.ints = table.columns.map((column) => (column.store === 'int' ? column.data : null));
    this.sentInts = table.columns.map((column) => (column.store === 'int' ? column.sent : none));
    this.shifts = Int32Array.from(table.columns, ({ store, codec }) =>
      store === 'int' && codec.wrapBits > 0 ? 32 - codec.wrapBits : 0,
    );
    this.rowBytesMax = ROW_HEAD_BYTES + SLICE_HEAD_BYTES + 8 * table.columns.length;
  }

  clear(): void {
    const { items, count } = this.changed;
    if (this.isSliced) for (let i = 0; i < count; i++) this.sliceAt[items[i] ?? 0] = 0;
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
    // An offset of 0 stands for no slice.
    this.slices.reserve(SLICE_HEAD_BYTES);
    this.slices.seek(SLICE_HEAD_BYTES);
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
 * This loop runs for every row that any room changes, and most rows change in the same few whole-number columns as the row
 * before. So the columns of such a run are held in locals, up to four, and where most places are marked the marks are
 * walked rather than the list of places. Rows that change in more columns, or in others, go by `writeRowChange`.
 */
function writeChanges(out: ByteWriter, changes: TableChanges, number: number, costs: FieldCosts | null): number {
  const { table, isSliced, ints, sentInts, shifts, rowBytesMax, changed, sliceAt, sliceLength } = changes;
  const { dirty, touched, sharedMask, privateMask, changedAt, highest } = table;
  const restricting = privateMask === 0 ? 0 : privateMask | table.accessMask;
  const isDense = table.touchedCount * 2 > highest;
  if (!isDense) sortAscending(touched, table.touchedCount);
  const last = isDense ? highest : table.touchedCount;
  let bytes = out.reserve(rowBytesMax);
  let at = out.length;
  let lastPlace = 0;
  let lastColumns = 0;
  let rows = 0;
  let lanes = 0;
  let aData = NO_COLUMN;
  let aSent = NO_COLUMN;
  let aShift = 0;
  let bData = NO_COLUMN;
  let bSent = NO_COLUMN;
  let bShift = 0;
  let cData = NO_COLUMN;
  let cSent = NO_COLUMN;
  let cShift = 0;
  let dData = NO_COLUMN;
  let dSent = NO_COLUMN;
  let dShift = 0;
  for (let i = 0; i < last; i++) {
    const place = isDense ? i + 1 : (touched[i] ?? 0);
    const marked = dirty[place] ?? 0;
    if (marked === 0) continue;
    dirty[place] = 0;
    if ((marked & restricting) !== 0) {
      changes.restricted.push(place);
      table.settleColumns(place, marked & privateMask);
    }
    const columns = marked & sharedMask;
    if (columns === 0) continue;
    if (at + rowBytesMax > bytes.length) {
      out.seek(at);
      bytes = out.reserve(rowBytesMax);
    }
    const start = at;
    if (columns !== lastColumns) {
      lanes = costs === null ? laneCount(changes, columns) : 0;
      let rest = columns;
      let lane = lowestIn(rest);
      aData = ints[lane] ?? NO_COLUMN;
      aSent = sentInts[lane] ?? NO_COLUMN;
      aShift = shifts[lane] ?? 0;
      rest &= rest - 1;
      lane = lowestIn(rest);
      bData = ints[lane] ?? NO_COLUMN;
      bSent = sentInts[lane] ?? NO_COLUMN;
      bShift = shifts[lane] ?? 0;
      rest &= rest - 1;
      lane = lowestIn(rest);
      cData = ints[lane] ?? NO_COLUMN;
      cSent = sentInts[lane] ?? NO_COLUMN;
      cShift = shifts[lane] ?? 0;
      lane = lowestIn(rest & (rest - 1));
      dData = ints[lane] ?? NO_COLUMN;
      dSent = sentInts[lane] ?? NO_COLUMN;
      dShift = shifts[lane] ?? 0;
    }
    if (isSliced) at += SLICE_HEAD_BYTES;
    else {
      at = varintTo(bytes, at, ((place - lastPlace) << 1) | (columns === lastColumns ? 0 : 1));
      if (columns !== lastColumns) at = varintTo(bytes, at, columns);
    }
    let raw = 0;
    let difference = 0;
    let changedBits = 0;
    if (lanes === 0) {
      out.seek(at);
      changedBits = writeRowChange(out, changes, place, columns, costs);
      at = out.length;
      bytes = out.reserve(rowBytesMax);
    } else {
      raw = aData[place] ?? 0;
      difference = ((raw - (aSent[place] ?? 0)) << aShift) >> aShift;
      aSent[place] = raw;
      changedBits = difference;
      at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
      if (lanes > 1) {
        raw = bData[place] ?? 0;
        difference = ((raw - (bSent[place] ?? 0)) << bShift) >> bShift;
        bSent[place] = raw;
        changedBits |= difference;
        at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
        if (lanes > 2) {
          raw = cData[place] ?? 0;
          difference = ((raw - (cSent[place] ?? 0)) << cShift) >> cShift;
          cSent[place] = raw;
          changedBits |= difference;
          at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
          if (lanes > 3) {
            raw = dData[place] ?? 0;
            difference = ((raw - (dSent[place] ?? 0)) << dShift) >> dShift;
            dSent[place] = raw;
            changedBits |= difference;
            at = varintTo(bytes, at, (difference << 1) ^ (difference >> 31));
          }
        }
      }
    }
    lastColumns = columns;
    // Fields that went and came back: nobody needs to know. The next row names its columns anew.
    if (changedBits === 0) {
      at = start;
      lastColumns = 0;
      continue;
    }
    rows++;
    lastPlace = place;
    changedAt[place] = number;
    if (isSliced) {
      out.view.setUint32(start, columns, true);
      sliceAt[place] = start;
      sliceLength[place] = at - start - SLICE_HEAD_BYTES;
      changed.push(place);
    }
  }
  out.seek(at);
  return rows;
}

/** Columns that the inner loop holds in locals. */
const LANES_MAX = 4;

const NO_COLUMN: Int32Array = new Int32Array(0);

/** The index of the lowest bit that is set; where none is, the last index there could be. */
function lowestIn(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) & 31;
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
