/**
 * Writes down what ticks change in a state, every field of it, hidden ones too: as deltas of an open state, which is a copy that
 * follows. Nothing it does is seen by the state's own publications.
 *
 *   change  a delta of the open state (`state-codec.ts`); varint count, { varint part index, varint place, varint generation }
 *
 * The latter are vacant places through which rows have gone that nobody was told of: whoever goes on gives no id twice.
 */
import { type ByteReader, ByteWriter } from '../codec/bytes.ts';
import { Publication } from '../codec/publication.ts';
import { readDelta } from '../codec/state-codec.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import { createState, type StateStore } from '../state/state-store.ts';
import { STRUCTURAL, type TableStore } from '../state/table-store.ts';
import { openSchema } from './described-schema.ts';

/** Follows one state: see the head of this file. Costs the memory of its columns twice more. */
export class StateRecorder {
  readonly #state: StateStore;
  readonly #copy: StateStore;
  readonly #publication: Publication;
  readonly #out = new ByteWriter(1024);
  /** Part index, place and generation of vacant places, one after another. */
  readonly #passed: number[] = [];

  /** Begins with the state as it is. */
  constructor(schema: StateSchema, state: StateStore) {
    this.#state = state;
    this.#copy = createState(openSchema(schema), { badWrites: 'clamp' });
    this.#copy.copyFrom(state);
    this.#copy.settleAll();
    this.#publication = new Publication(this.#copy);
  }

  /**
   * What changed since the last call, for `readChange`; null where nothing did. To be called after each tick, and before the
   * state is published, which clears the marks that say where to look. Good until the next call. Costs time in rows that were written.
   */
  change(): Uint8Array | null {
    this.#passed.length = 0;
    this.#copy.parts.forEach((part, index) => {
      const from = this.#state.parts[index];
      if (part.type === 'table' && from?.type === 'table') follow(part, from, index, this.#passed);
      else if (part.type === 'grid' && from?.type === 'grid') followGrid(part, from);
    });
    this.#publication.publish();
    const { hasSharedChanges, shared } = this.#publication;
    if (!hasSharedChanges && this.#passed.length === 0) return null;
    const out = this.#out;
    out.seek(0);
    if (hasSharedChanges) out.append(shared);
    out.u8(0);
    out.varint(this.#passed.length / 3);
    for (const number of this.#passed) out.varint(number);
    return out.written();
  }
}

/** Applies a change to the open state that it was written for. Takes hostile bytes: throws BAD_FRAME. */
export function readChange(from: ByteReader, state: StateStore): void {
  readDelta(from, state);
  for (let left = from.varint(); left > 0; left--) {
    const part = state.parts[from.varint()];
    const place = from.varint();
    const generation = from.varint();
    if (part?.type !== 'table' || place < 1 || place > part.maxRows || generation > 0xffff) {
      return from.fail('a place is out of range');
    }
    if (part.alive[place] === 1) from.fail('a place is said to be vacant and has a row');
    part.generation[place] = generation;
  }
  from.end();
}

function follow(copy: TableStore, table: TableStore, part: number, passed: number[]): void {
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    let bits = table.dirty[place] ?? 0;
    if ((bits & STRUCTURAL) !== 0) {
      bits = copy.allMask;
      if (copy.alive[place] !== table.alive[place] || copy.idAt(place) !== table.idAt(place)) {
        followRow(copy, table, place, (generation) => passed.push(part, place, generation));
      }
    }
    if (table.alive[place] !== 1 || bits === 0) continue;
    let changed = 0;
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const index = 31 - Math.clz32(rest & -rest);
      const column = copy.columns[index];
      const value = table.columns[index]?.data[place];
      // Marks stay until they are sent, which is not with every tick: what was written down already is not written again.
      if (column === undefined || column.data[place] === value) continue;
      column.data[place] = value as never;
      changed |= 1 << index;
    }
    if (changed !== 0) copy.mark(place, changed);
  }
}

/** A place whose row came, went or is another. */
function followRow(copy: TableStore, table: TableStore, place: number, pass: (generation: number) => void): void {
  if (copy.alive[place] === 1) copy.vacate(place);
  const generation = table.generation[place] ?? 0;
  if (table.alive[place] === 1) copy.occupy(place, generation);
  else if (copy.generation[place] !== generation) {
    copy.generation[place] = generation;
    pass(generation);
  }
  copy.mark(place, STRUCTURAL);
}

function followGrid(copy: GridStore, grid: GridStore): void {
  for (let i = 0; i < grid.touchedCount; i++) {
    const cell = grid.touched[i] ?? 0;
    copy.put(cell, grid.cells[cell] ?? 0);
  }
}
