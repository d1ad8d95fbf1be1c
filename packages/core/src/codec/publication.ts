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
import type { TableStore } from '../state/table-store.ts';
import { ByteWriter } from './bytes.ts';
import { IntList, sortAscending } from './int-list.ts';
import { writeChanges } from './row-changes.ts';
import { writeGridChange, writeRow, writeRows } from './state-codec.ts';
import { TableChanges } from './table-changes.ts';

/** One in so many publications is measured field by field: the first soon after the beginning, which is like no other. */
const MEASURED_EVERY = 128;
const MEASURED_FIRST = 8;

/** The publications of one state. One per state: it takes over what was written, so a second would see nothing. */
export class Publication<S extends StateSchema = StateSchema> {
  readonly state: StateStore<S>;
  /** Changes of each table, null for grids; in the order of the schema's parts. */
  readonly changes: readonly (TableChanges | null)[];
  /** The bytes of the last publication's slices, one after another. */
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
   * Takes over what was written to the parts that are due, and to tables in which rows changed hands: viewers must not be
   * taken for owners who are none any more. Answers whether anything changed that some viewer may be told of; the number
   * moves on only then.
   */
  publish(isDue: (part: PartStore) => boolean = () => true): boolean {
    const number = this.number + 1;
    const isMeasured = this.#calls++ % MEASURED_EVERY === MEASURED_FIRST;
    this.#shared.seek(0);
    this.slices.seek(0);
    let hasChanges = false;
    this.state.parts.forEach((part, index) => {
      const changes = this.changes[index] ?? null;
      changes?.clear();
      this.sectionBytes[index] = 0;
      this.sectionRows[index] = 0;
      if (part.touchedCount === 0 || !(isDue(part) || (part.type === 'table' && part.hasAccessChanges))) return;
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
    table.hasAccessChanges = false;
    if (isSliced) return put.count + gone.count + changed.count + restricted.count > 0;
    if (rows + put.count + gone.count === 0) {
      out.seek(start);
      return restricted.count > 0;
    }
    this.sectionRows[changes.index] = rows + put.count;
    out.varint(0);
    writePlaces(out, gone);
    writeRows(out, table, put);
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

/** What changed in a table after publication `since`, as a change of it; answers whether anything did. */
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
