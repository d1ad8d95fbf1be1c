/**
 * State on the wire: snapshots (all of it), deltas (what changed) and grants (what only some may see). Readers and the
 * writers of wholes are here; `publication.ts` and `row-changes.ts` write what changed. docs/protocol.md is written from these
 * files, and golden bytes pin them.
 *
 *   snapshot  for each part in schema order: its whole body
 *   delta     { varint part index + 1, change body } for each changed part; then 0
 *   grants    0 where there are none; or 1, or 2 (forget all earlier ones first), then
 *             { varint part index + 1, { varint place gap, varint column mask, columns }, 0 }; then 0
 *
 *   table, whole    rows
 *   table, change   { [1, u8 rows that follow], varint head, [varint column mask], changes of each row }, 0;
 *                   { varint place gap }, 0   of rows that are gone;
 *                   rows                      that are new to the receiver, or told anew
 *   rows            { varint place gap, varint generation, shared columns }, 0
 *   head            place gap x 2, + 1 where the column mask differs from that of the entry before and follows. Rows that
 *                   follow directly, and changed in the same columns, have no head of their own
 *   grid, whole     { cell, varint run length } until every cell is named, row by row
 *   grid, change    0, varint cells, { varint index gap, cell }   or   1 and the whole, where that is shorter
 *
 * A record is a table of one row. Places ascend within a list; a gap is the distance from the entry before (from place 0,
 * or cell -1), so it is never 0. Columns go in mask order, absolute; changes of integers go as zigzag differences from
 * the value the receiver holds. Ascending order makes equal states give equal bytes.
 *
 * Readers take hostile bytes. They throw BAD_FRAME and nothing else, and allocate nothing but the values they read:
 * columns were sized by the schema. A frame that failed may have been applied in part; the state must then be replaced
 * by a snapshot.
 */
import type { StateSchema } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import type { Eyes } from '../state/seen.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Column, columnAt, type TableStore } from '../state/table-store.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { IntList } from './int-list.ts';
import { readFloat, readInt, readIntChange, writeFloat, writeInt } from './raw.ts';
import { HEAD_OF_RUN } from './table-changes.ts';

type AnyState = StateStore<StateSchema>;

/** Nothing is granted. */
const NO_GRANTS = 0;
const GRANTS = 1;
/** What was granted before counts no more: these are all there are. */
const ALL_GRANTS = 2;

/** Writes the whole state as these eyes may see it, without what is private. */
export function writeSnapshot<S extends StateSchema>(out: ByteWriter, state: StateStore<S>, eyes: Eyes): void {
  for (const part of state.parts) {
    if (part.type === 'grid') {
      if (part.isShared) writeCells(out, part, part.sent);
      continue;
    }
    const rows = eyes.rowsOf(part);
    const count = rows === null ? part.highestSent : rows.count;
    let last = 0;
    for (let i = 0; i < count; i++) {
      const place = rows === null ? i + 1 : (rows.places[i] ?? 0);
      if (part.sentId[place] === 0) continue;
      out.varint(place - last);
      writeRow(out, part, place);
      last = place;
    }
    out.varint(0);
  }
}

/** Replaces a mirror by a snapshot. Views of rows that are still there stay good. */
export function readSnapshot<S extends StateSchema>(from: ByteReader, mirror: StateStore<S>): void {
  for (const part of mirror.parts) {
    if (part.type === 'grid') {
      if (part.isShared) readCells(from, part);
      continue;
    }
    let last = 0;
    const vacateUpTo = (end: number): void => {
      for (let place = last + 1; place < end; place++) if (part.alive[place] === 1) part.vacate(place);
      last = end;
    };
    eachPlace(from, part, (place) => {
      vacateUpTo(place);
      readRow(from, part, place);
    });
    if (part.isRecord && last === 0) from.fail('a record has no row');
    vacateUpTo(part.highest + 1);
  }
}

/** Applies a delta to the mirror that it was written for. */
export function readDelta<S extends StateSchema>(from: ByteReader, mirror: StateStore<S>): void {
  eachPart(from, mirror, (part) => {
    if (part.type === 'table') readTableChange(from, part);
    else if (part.isShared) readGridChange(from, part);
    else from.fail('a change of a grid that is hidden');
  });
}

/** Writes that nothing is granted: the end of every frame that is the same for all. */
export function writeNoGrants(out: ByteWriter): void {
  out.u8(NO_GRANTS);
}

/**
 * Writes private columns that `eyes` may see and begins anew where `isAll`: of each table, those that `columnsOf` answers
 * for each of its places, which must be among those the receiver has rows for.
 */
export function writeGrants<S extends StateSchema>(
  out: ByteWriter,
  state: StateStore<S>,
  isAll: boolean,
  rowsOf: (table: TableStore) => Grants | null,
): void {
  const start = out.length;
  out.u8(isAll ? ALL_GRANTS : GRANTS);
  let isEmpty = !isAll;
  state.parts.forEach((part, index) => {
    if (part.type !== 'table' || part.privateMask === 0) return;
    const grants = rowsOf(part);
    if (grants === null || grants.count === 0) return;
    isEmpty = false;
    out.varint(index + 1);
    let last = 0;
    for (let i = 0; i < grants.count; i++) {
      const place = grants.places[i] ?? 0;
      const columns = grants.columns[i] ?? 0;
      out.varint(place - last);
      out.varint(columns);
      for (let rest = columns; rest !== 0; rest &= rest - 1) writeValue(out, columnAt(part, rest), place);
      last = place;
    }
    out.varint(0);
  });
  if (isEmpty) {
    out.seek(start);
    out.u8(NO_GRANTS);
  } else out.varint(0);
}

/** Rows and the private columns of each that are told: the first `count` of both, ascending. */
export interface Grants {
  readonly places: Int32Array;
  readonly columns: Int32Array;
  readonly count: number;
}

/** Applies what `writeGrants` or `writeNoGrants` wrote for the seat this mirror is of. */
export function readGrants<S extends StateSchema>(from: ByteReader, mirror: StateStore<S>): void {
  const form = from.u8();
  if (form === NO_GRANTS) return;
  if (form === ALL_GRANTS) {
    for (const part of mirror.parts) {
      if (part.type === 'table' && part.privateMask !== 0) {
        for (let place = 1; place <= part.highest; place++) part.revoke(place);
      }
    }
  } else if (form !== GRANTS) from.fail('grants are of an unknown form');
  eachPart(from, mirror, (part) => {
    if (part.type !== 'table' || part.privateMask === 0) return from.fail('grants of a part that has nothing private');
    eachPlace(from, part, (place) => {
      const columns = from.varint();
      if (part.alive[place] !== 1) from.fail('a grant of a row that is not there');
      if (columns === 0 || (columns & ~part.privateMask) !== 0) from.fail('a grant of columns that are not private');
      for (let rest = columns; rest !== 0; rest &= rest - 1) readValue(from, columnAt(part, rest), place);
      part.grant(place, columns);
    });
  });
}

/** A row that is new to its receiver, without its place: generation and shared columns, as published. */
export function writeRow(out: ByteWriter, table: TableStore, place: number): void {
  out.varint((table.sentId[place] ?? 0) >>> 16);
  for (let rest = table.sharedMask; rest !== 0; rest &= rest - 1) writeValue(out, columnAt(table, rest), place);
}

/** Writes rows that are new to their receiver, ascending, and their end. */
export function writeRows(out: ByteWriter, table: TableStore, places: IntList): void {
  let last = 0;
  for (let i = 0; i < places.count; i++) {
    const place = places.items[i] ?? 0;
    out.varint(place - last);
    writeRow(out, table, place);
    last = place;
  }
  out.varint(0);
}

function readRow(from: ByteReader, table: TableStore, place: number): void {
  const generation = from.varint();
  if (generation > 0xffff || (table.isRecord && generation !== 0)) from.fail('a generation is out of range');
  if (table.alive[place] === 1 && table.generation[place] !== generation) table.vacate(place);
  if (table.alive[place] !== 1) table.occupy(place, generation);
  else table.revoke(place);
  for (let rest = table.sharedMask; rest !== 0; rest &= rest - 1) readValue(from, columnAt(table, rest), place);
}

function readTableChange(from: ByteReader, table: TableStore): void {
  let place = 0;
  let columns = 0;
  for (let head = from.varint(); head !== 0; head = from.varint()) {
    const following = head === HEAD_OF_RUN ? from.u8() : 0;
    if (head === HEAD_OF_RUN) head = from.varint();
    if (head >>> 1 === 0) from.fail('a row changed twice');
    place += head >>> 1;
    if ((head & 1) === 1) {
      columns = from.varint();
      if ((columns & ~table.sharedMask) !== 0) from.fail('a column mask names columns that do not exist here');
    }
    if (columns === 0) from.fail('a row changed in no column');
    const last = place + following;
    if (last > table.maxRows) from.fail('a place is out of range');
    for (; ; place++) {
      if (table.alive[place] !== 1) from.fail('a row changed that is not there');
      readChanges(from, table, place, columns);
      if (place === last) break;
    }
  }
  eachPlace(from, table, (gone) => {
    if (table.isRecord) from.fail('a record cannot lose its row');
    // After a time away a receiver is told of all that went, also of what came and went meanwhile.
    if (table.alive[gone] === 1) table.vacate(gone);
  });
  eachPlace(from, table, (put) => readRow(from, table, put));
}

function readChanges(from: ByteReader, table: TableStore, place: number, columns: number): void {
  for (let rest = columns; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    if (column.store === 'int') column.data[place] = readIntChange(from, column.codec, column.data[place] ?? 0);
    else readValue(from, column, place);
  }
  // A row that changed hands: what its new owner or team may see is granted anew.
  if ((columns & table.accessMask) !== 0 && table.privateMask !== 0) table.revoke(place);
}

function eachPart(from: ByteReader, mirror: AnyState, read: (part: AnyState['parts'][number]) => void): void {
  for (let number = from.varint(); number !== 0; number = from.varint()) {
    const part = mirror.parts[number - 1];
    if (part === undefined) from.fail(`part ${number} is unknown`);
    else read(part);
  }
}

/** A list of ascending places, each as the gap from the one before, up to a 0. */
function eachPlace(from: ByteReader, table: TableStore, read: (place: number) => void): void {
  let place = 0;
  for (let gap = from.varint(); gap !== 0; gap = from.varint()) {
    place += gap;
    if (place > table.maxRows) from.fail('a place is out of range');
    read(place);
  }
}

/** A column's value as published, absolute. */
export function writeValue(out: ByteWriter, column: Column, place: number): void {
  if (column.store === 'int') writeInt(out, column.codec, column.sent[place] ?? 0);
  else if (column.store === 'float') writeFloat(out, column.codec, column.sent[place] ?? 0);
  else column.codec.write(out, column.sent[place]);
}

function readValue(from: ByteReader, column: Column, place: number): void {
  if (column.store === 'int') column.data[place] = readInt(from, column.codec);
  else if (column.store === 'float') column.data[place] = readFloat(from, column.codec);
  else column.data[place] = column.codec.read(from);
}

// Grids.

export function writeCells(out: ByteWriter, grid: GridStore, cells: Int32Array | Uint32Array): void {
  for (let index = 0; index < cells.length; ) {
    const end = runEnd(cells, index);
    writeInt(out, grid.codec, cells[index] ?? 0);
    out.varint(end - index);
    index = end;
  }
}

export function readCells(from: ByteReader, grid: GridStore): void {
  for (let index = 0; index < grid.cells.length; ) {
    const value = readCell(from, grid);
    const run = from.varint();
    if (run === 0 || run > grid.cells.length - index) from.fail('a run of cells is empty or leaves the grid');
    grid.cells.fill(value, index, index + run);
    index += run;
  }
}

/** Writes cells, ascending, as published: one by one, or the whole grid where that is shorter. */
export function writeGridChange(out: ByteWriter, grid: GridStore, changed: Int32Array, count: number): void {
  if (isWholeShorter(grid.sent, count)) {
    out.u8(1);
    writeCells(out, grid, grid.sent);
    return;
  }
  out.u8(0);
  out.varint(count);
  let last = -1;
  for (let i = 0; i < count; i++) {
    const cell = changed[i] ?? 0;
    out.varint(cell - last);
    writeInt(out, grid.codec, grid.sent[cell] ?? 0);
    last = cell;
  }
}

function readGridChange(from: ByteReader, grid: GridStore): void {
  const form = from.u8();
  if (form === 1) return readCells(from, grid);
  if (form !== 0) from.fail('a grid change is of an unknown form');
  const count = from.varint();
  if (count > grid.cells.length) from.fail('more cells changed than the grid has');
  let cell = -1;
  for (let i = 0; i < count; i++) {
    const gap = from.varint();
    cell += gap;
    if (gap === 0 || cell >= grid.cells.length) from.fail('a cell is out of order or outside the grid');
    grid.cells[cell] = readCell(from, grid);
  }
}

function readCell(from: ByteReader, grid: GridStore): number {
  const raw = readInt(from, grid.codec);
  return grid.codec.signed ? raw : raw >>> 0;
}

/** Counts runs only as far as the question needs; each costs about as many bytes as one changed cell. */
function isWholeShorter(cells: Int32Array | Uint32Array, changed: number): boolean {
  let runs = 0;
  for (let index = 0; index < cells.length && runs < changed; runs++) index = runEnd(cells, index);
  return runs < changed;
}

function runEnd(cells: Int32Array | Uint32Array, from: number): number {
  const value = cells[from];
  let end = from + 1;
  while (end < cells.length && cells[end] === value) end++;
  return end;
}
