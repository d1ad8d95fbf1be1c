/**
 * State on the wire: snapshots (all of it) and deltas (what changed since the last commit). Reader and writer of the
 * same bytes stand side by side; docs/protocol.md is written from this file and golden bytes pin it.
 *
 *   snapshot   for each part in schema order: its whole body
 *   delta      { varint part index + 1, change body } for each changed part, ascending; then 0
 *   own        as a delta, of the fields that only the receiving seat may see, on rows it owns
 *
 *   table, whole    varint rows, { varint place gap, varint generation, fields }, ascending
 *   table, change   varint removed, { varint place gap };
 *                   varint added,   { varint place gap, varint generation, fields };
 *                   varint changed, { varint place gap, varint field mask, changes }
 *   table, own      varint rows, { varint place gap, fields }
 *   record, whole   fields
 *   record, change  varint field mask, changes
 *   grid, whole     { cell, varint run length } until every cell is named, row by row
 *   grid, change    0, varint cells, { varint index gap, cell }   or   1 and the whole, where that is shorter
 *
 * A gap is the distance from the entry before it (from place 0, or cell -1), so it is never 0. Fields go in mask order,
 * absolute; changes of integers go as zigzag differences from the committed value. Ascending order makes equal states
 * give equal bytes. `view` chooses the fields: what everyone may see, or all of them.
 *
 * Readers take hostile bytes. They throw BAD_FRAME and nothing else, and allocate nothing but the texts they read:
 * columns were sized by the schema. A frame that failed may have been applied in part; the state must then be replaced
 * by a snapshot.
 */
import type { StateSchema } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Column, type TableStore, VACANT } from '../state/table-store.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readFloat, readInt, readIntChange, readText, writeFloat, writeInt, writeIntChange } from './raw.ts';

/** Which fields a frame carries: those everyone may see, or all (for eyes that stay on the server). */
export type View = 'shared' | 'all';

type AnyState = StateStore<StateSchema>;

/** Writes the whole state. */
export function writeSnapshot<S extends StateSchema>(out: ByteWriter, state: StateStore<S>, view: View): void {
  for (const part of state.parts) {
    if (part.type === 'table') {
      if (part.isRecord) writeFields(out, part, 1, maskFor(part, view));
      else writeTableWhole(out, part, maskFor(part, view));
    } else if (view === 'all' || part.isShared) writeGridWhole(out, part);
  }
}

/**
 * Replaces a state by a snapshot written for its viewer: `shared` for a seat's mirror, `all` for the server's own. Places
 * without a row are not in it, so the ids of rows that a restored state adds may differ from those of the original.
 */
export function readSnapshot<S extends StateSchema>(from: ByteReader, state: StateStore<S>): void {
  for (const part of state.parts) {
    if (part.type === 'table') {
      if (part.isRecord) readFields(from, part, 1, maskFor(part, viewOf(state)));
      else readTableWhole(from, part, maskFor(part, viewOf(state)));
    } else if (viewOf(state) === 'all' || part.isShared) readGridWhole(from, part);
  }
  // A mirror is never the base of a delta of its own.
  if (state.viewer === 'server') state.settleAll();
}

/** Writes what changed since the last commit. Call `state.commit()` once every viewer's delta is written. */
export function writeDelta<S extends StateSchema>(out: ByteWriter, state: StateStore<S>, view: View): void {
  state.parts.forEach((part, index) => {
    if (part.touchedCount === 0) return;
    part.touched.subarray(0, part.touchedCount).sort();
    if (part.type === 'table') {
      if (part.isRecord) writeRecordChange(out, part, index, maskFor(part, view));
      else writeTableChange(out, part, index, maskFor(part, view));
    } else if (view === 'all' || part.isShared) writeGridChange(out, part, index);
  });
  out.varint(0);
}

/** Applies a delta to a state that equals the one it was written from. */
export function readDelta<S extends StateSchema>(from: ByteReader, state: StateStore<S>): void {
  readParts(from, state, (part) => {
    if (part.type === 'table') {
      if (part.isRecord) readChanges(from, part, 1, maskFor(part, viewOf(state)));
      else readTableChange(from, part, maskFor(part, viewOf(state)));
    } else if (viewOf(state) === 'all' || part.isShared) readGridChange(from, part);
    else from.fail('a change of a grid that is hidden');
  });
}

/** True when the schema has fields that only a row's owner may see. */
export function hasOwnFields<S extends StateSchema>(state: StateStore<S>): boolean {
  return state.parts.some((part) => part.type === 'table' && part.ownMask !== 0);
}

/**
 * Writes the fields that only `seat` may see: of all its rows beside a snapshot, of those that changed or became its
 * own beside a delta. Always absolute, so it needs no base.
 */
export function writeOwn<S extends StateSchema>(
  out: ByteWriter,
  state: StateStore<S>,
  seat: number,
  rows: 'all' | 'changed',
): void {
  state.parts.forEach((part, index) => {
    if (part.type === 'table' && part.ownMask !== 0) writeTableOwn(out, part, index, seat, rows);
  });
  out.varint(0);
}

/** Applies what `writeOwn` wrote for the seat this state mirrors. */
export function readOwn<S extends StateSchema>(from: ByteReader, state: StateStore<S>): void {
  readParts(from, state, (part) => {
    if (part.type === 'table' && part.ownMask !== 0) readTableOwn(from, part);
    else from.fail('own fields of a part that has none');
  });
}

function viewOf(state: AnyState): View {
  return state.viewer === 'server' ? 'all' : 'shared';
}

function maskFor(table: TableStore, view: View): number {
  return view === 'all' ? table.allMask : table.sharedMask;
}

function readParts(from: ByteReader, state: AnyState, read: (part: AnyState['parts'][number]) => void): void {
  let last = 0;
  for (let number = from.varint(); number !== 0; number = from.varint()) {
    const part = state.parts[number - 1];
    if (part === undefined || number <= last) from.fail(`part ${number} is unknown or out of order`);
    read(part);
    last = number;
  }
}

// Tables.

function writeTableWhole(out: ByteWriter, table: TableStore, mask: number): void {
  out.varint(table.size);
  let last = 0;
  for (let place = 1; place <= table.highest; place++) {
    if (table.alive[place] !== 1) continue;
    out.varint(place - last);
    writeBirth(out, table, place, mask);
    last = place;
  }
}

function readTableWhole(from: ByteReader, table: TableStore, mask: number): void {
  table.clear();
  readPlaces(from, table, (place) => {
    readBirth(from, table, place, mask);
  });
}

function writeTableChange(out: ByteWriter, table: TableStore, index: number, mask: number): void {
  let removed = 0;
  let added = 0;
  let changed = 0;
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    if (isRemoved(table, place)) removed++;
    if (isAdded(table, place)) added++;
    if (changeMask(table, place, mask) !== 0) changed++;
  }
  if (removed + added + changed === 0) return;
  out.varint(index + 1);
  out.varint(removed);
  eachTouched(table, isRemoved, (_place, gap) => out.varint(gap));
  out.varint(added);
  eachTouched(table, isAdded, (place, gap) => {
    out.varint(gap);
    writeBirth(out, table, place, mask);
  });
  out.varint(changed);
  let last = 0;
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    const bits = changeMask(table, place, mask);
    if (bits === 0) continue;
    out.varint(place - last);
    writeChanges(out, table, place, bits);
    last = place;
  }
}

function readTableChange(from: ByteReader, table: TableStore, mask: number): void {
  readPlaces(from, table, (place) => {
    if (table.alive[place] !== 1) from.fail('a row was removed that is not there');
    table.vacate(place);
  });
  readPlaces(from, table, (place) => {
    readBirth(from, table, place, mask);
  });
  readPlaces(from, table, (place) => {
    if (table.alive[place] !== 1) from.fail('a row was changed that is not there');
    const bits = readChanges(from, table, place, mask);
    const hasNewOwner = (bits & (1 << table.ownerColumn)) !== 0;
    if (hasNewOwner && table.viewer !== 'server' && table.ownerAt(place) !== table.viewer) forgetOwn(table, place);
  });
}

function writeRecordChange(out: ByteWriter, record: TableStore, index: number, mask: number): void {
  const bits = changeMask(record, 1, mask);
  if (bits === 0) return;
  out.varint(index + 1);
  writeChanges(out, record, 1, bits);
}

function writeChanges(out: ByteWriter, table: TableStore, place: number, bits: number): void {
  out.varint(bits);
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    if (column.store === 'int') {
      writeIntChange(out, column.codec, column.committed[place] ?? 0, column.data[place] ?? 0);
    } else writeValue(out, column, place);
  }
}

/** Answers the mask of the fields that changed. */
function readChanges(from: ByteReader, table: TableStore, place: number, mask: number): number {
  const bits = from.varint();
  if (bits === 0 || (bits & ~mask) !== 0) from.fail('a field mask is empty or names fields that do not exist here');
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    if (column.store === 'int') column.data[place] = readIntChange(from, column.codec, column.data[place] ?? 0);
    else readValue(from, column, place);
  }
  return bits;
}

function isRemoved(table: TableStore, place: number): boolean {
  const was = table.committedGeneration[place] ?? VACANT;
  return was !== VACANT && (table.alive[place] !== 1 || table.generation[place] !== was);
}

function isAdded(table: TableStore, place: number): boolean {
  return table.alive[place] === 1 && table.generation[place] !== table.committedGeneration[place];
}

/** The columns of a row that was there before and holds other values now, as far as `mask` reaches. */
function changeMask(table: TableStore, place: number, mask: number): number {
  if (table.alive[place] !== 1 || table.generation[place] !== table.committedGeneration[place]) return 0;
  let changed = 0;
  for (let rest = (table.dirty[place] ?? 0) & mask; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    if (column.store !== 'int' || column.committed[place] !== column.data[place]) changed |= rest & -rest;
  }
  return changed;
}

function eachTouched(
  table: TableStore,
  matches: (table: TableStore, place: number) => boolean,
  visit: (place: number, gap: number) => void,
): void {
  let last = 0;
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    if (!matches(table, place)) continue;
    visit(place, place - last);
    last = place;
  }
}

function writeBirth(out: ByteWriter, table: TableStore, place: number, mask: number): void {
  out.varint(table.generation[place] ?? 0);
  writeFields(out, table, place, mask);
}

function readBirth(from: ByteReader, table: TableStore, place: number, mask: number): void {
  if (table.alive[place] === 1) from.fail('a row was added where one already is');
  const generation = from.varint();
  if (generation > 0xffff) from.fail('a generation is out of range');
  table.occupy(place, generation);
  readFields(from, table, place, mask);
}

function writeFields(out: ByteWriter, table: TableStore, place: number, mask: number): void {
  for (let rest = mask; rest !== 0; rest &= rest - 1) writeValue(out, columnAt(table, rest), place);
}

function readFields(from: ByteReader, table: TableStore, place: number, mask: number): void {
  for (let rest = mask; rest !== 0; rest &= rest - 1) readValue(from, columnAt(table, rest), place);
}

function writeTableOwn(out: ByteWriter, table: TableStore, index: number, seat: number, rows: 'all' | 'changed'): void {
  const wants = (place: number): boolean =>
    table.alive[place] === 1 && table.ownerAt(place) === seat && (rows === 'all' || hasOwnChange(table, place));
  let count = 0;
  for (let place = 1; place <= table.highest; place++) if (wants(place)) count++;
  if (count === 0) return;
  out.varint(index + 1);
  out.varint(count);
  let last = 0;
  for (let place = 1; place <= table.highest; place++) {
    if (!wants(place)) continue;
    out.varint(place - last);
    writeFields(out, table, place, table.ownMask);
    last = place;
  }
}

function readTableOwn(from: ByteReader, table: TableStore): void {
  readPlaces(from, table, (place) => {
    if (table.alive[place] !== 1 || table.ownerAt(place) !== table.viewer) from.fail('own fields of a foreign row');
    readFields(from, table, place, table.ownMask);
  });
}

function hasOwnChange(table: TableStore, place: number): boolean {
  return isAdded(table, place) || ((table.dirty[place] ?? 0) & (table.ownMask | (1 << table.ownerColumn))) !== 0;
}

function forgetOwn(table: TableStore, place: number): void {
  for (let rest = table.ownMask; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    column.data[place] = column.codec.zero;
  }
}

/** A list of ascending places: each as the gap from the one before. */
function readPlaces(from: ByteReader, table: TableStore, read: (place: number) => void): void {
  const count = from.varint();
  if (count > table.maxRows) from.fail(`${count} rows, the table holds ${table.maxRows}`);
  let place = 0;
  for (let i = 0; i < count; i++) {
    const gap = from.varint();
    place += gap;
    if (gap === 0 || place > table.maxRows) from.fail('a place is out of order or out of range');
    read(place);
  }
}

/** The column of the lowest bit that is set. */
function columnAt(table: TableStore, bits: number): Column {
  const column = table.columns[31 - Math.clz32(bits & -bits)];
  if (column === undefined) throw new RangeError(`table ${table.name} has no such column`);
  return column;
}

function writeValue(out: ByteWriter, column: Column, place: number): void {
  if (column.store === 'int') writeInt(out, column.codec, column.data[place] ?? 0);
  else if (column.store === 'float') writeFloat(out, column.codec, column.data[place] ?? 0);
  else out.text(column.data[place] ?? '');
}

function readValue(from: ByteReader, column: Column, place: number): void {
  if (column.store === 'int') column.data[place] = readInt(from, column.codec);
  else if (column.store === 'float') column.data[place] = readFloat(from, column.codec);
  else column.data[place] = readText(from, column.codec);
}

// Grids.

function writeGridWhole(out: ByteWriter, grid: GridStore): void {
  const { cells } = grid;
  for (let index = 0; index < cells.length; ) {
    const end = runEnd(grid, index);
    writeInt(out, grid.codec, cells[index] ?? 0);
    out.varint(end - index);
    index = end;
  }
}

function readGridWhole(from: ByteReader, grid: GridStore): void {
  for (let index = 0; index < grid.cells.length; ) {
    const value = readCell(from, grid);
    const run = from.varint();
    if (run === 0 || run > grid.cells.length - index) from.fail('a run of cells is empty or leaves the grid');
    for (const end = index + run; index < end; index++) grid.put(index, value);
  }
  grid.commit();
}

function writeGridChange(out: ByteWriter, grid: GridStore, index: number): void {
  out.varint(index + 1);
  if (isWholeShorter(grid)) {
    out.u8(1);
    writeGridWhole(out, grid);
    return;
  }
  out.u8(0);
  out.varint(grid.touchedCount);
  let last = -1;
  for (let i = 0; i < grid.touchedCount; i++) {
    const cell = grid.touched[i] ?? 0;
    out.varint(cell - last);
    writeInt(out, grid.codec, grid.cells[cell] ?? 0);
    last = cell;
  }
}

function readGridChange(from: ByteReader, grid: GridStore): void {
  const form = from.u8();
  if (form === 1) return readGridWhole(from, grid);
  if (form !== 0) from.fail('a grid change is of an unknown form');
  const count = from.varint();
  if (count > grid.cells.length) from.fail('more cells changed than the grid has');
  let cell = -1;
  for (let i = 0; i < count; i++) {
    const gap = from.varint();
    cell += gap;
    if (gap === 0 || cell >= grid.cells.length) from.fail('a cell is out of order or outside the grid');
    grid.put(cell, readCell(from, grid));
  }
  grid.commit();
}

function readCell(from: ByteReader, grid: GridStore): number {
  const raw = readInt(from, grid.codec);
  return grid.codec.signed ? raw : raw >>> 0;
}

/** Counts runs only as far as the question needs; each costs about as many bytes as one changed cell. */
function isWholeShorter(grid: GridStore): boolean {
  let runs = 0;
  for (let index = 0; index < grid.cells.length && runs < grid.touchedCount; runs++) index = runEnd(grid, index);
  return runs < grid.touchedCount;
}

function runEnd(grid: GridStore, from: number): number {
  const value = grid.cells[from];
  let end = from + 1;
  while (end < grid.cells.length && grid.cells[end] === value) end++;
  return end;
}
