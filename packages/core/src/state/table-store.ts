/**
 * The memory of one table: a column per field, a generation per place, and what changed since the last commit.
 *
 * - Places are numbered from 1 and the lowest free one is taken first, so ids stay small on the wire and where the next
 *   row goes follows from the state alone. An id is `generation << 16 | place`; a place's generation moves on when
 *   its row goes, so an old id names nothing until 65,536 rows have come and gone in that place.
 * - Writing a field quantises it and marks the row; `touched` lists the marked places, so the cost of a tick follows
 *   what changed and not what exists.
 * - `committed` columns hold the integers as of the last commit: the base that differences on the wire build on.
 */

import { GameError } from '../errors.ts';
import type { AnyField, Fields, FloatCodec, IntCodec, TextCodec } from '../schema/field.ts';
import { whyNot } from '../schema/field.ts';
import {
  columnsOf,
  type RecordSchema,
  type Row,
  type RowStart,
  type SeatRef,
  type TableSchema,
} from '../schema/state-schema.ts';

export interface IntColumn {
  readonly store: 'int';
  readonly codec: IntCodec<unknown>;
  readonly data: Int32Array;
  readonly committed: Int32Array;
}
export interface FloatColumn {
  readonly store: 'float';
  readonly codec: FloatCodec<unknown>;
  readonly data: Float64Array;
}
export interface TextColumn {
  readonly store: 'text';
  readonly codec: TextCodec<unknown>;
  readonly data: string[];
}
export type Column = (IntColumn | FloatColumn | TextColumn) & { readonly name: string; readonly type: AnyField };

/** Marks a place whose row came or went; the bits below are one per column. */
export const STRUCTURAL = 1 << 31;

/** In `committedGeneration`: no row was here at the last commit. */
export const VACANT = -1;

/** Whose eyes a state is for: a seat's number (0: nobody in particular), or the server's own. */
export type Viewer = number | 'server';

/** What happens when rules write a value that the field's type does not accept. */
export interface WritePolicy {
  /** `throw`: BAD_WRITE at once. `clamp`: the nearest value, or the old one where none is near. */
  readonly badWrites: 'throw' | 'clamp';
  /** Told of every write that was clamped; silence is not an option. */
  onClamp(problem: GameError<'BAD_WRITE'>): void;
}

export class TableStore<F extends Fields = Fields> {
  readonly type = 'table';
  readonly name: string;
  readonly maxRows: number;
  /** A record is one row that cannot be added or removed. */
  readonly isRecord: boolean;
  readonly viewer: Viewer;
  readonly columns: readonly Column[];
  /** Column bits that everyone, the owner alone, and all together cover. */
  readonly sharedMask: number;
  readonly ownMask: number;
  readonly allMask: number;
  /** The owner column's index, or -1 in a record. */
  readonly ownerColumn: number;

  readonly alive: Uint8Array;
  readonly generation: Uint16Array;
  readonly committedGeneration: Int32Array;
  readonly dirty: Int32Array;
  readonly touched: Int32Array;
  touchedCount = 0;
  /** No place above this one is taken. */
  highest = 0;
  size = 0;

  readonly #policy: WritePolicy;
  readonly #owners: Int32Array;
  readonly #views: (RowView | undefined)[] = [];
  readonly #viewClass: new (
    place: number,
    id: number,
  ) => RowView;
  #lowestFree = 1;

  constructor(name: string, schema: TableSchema<F> | RecordSchema<F>, viewer: Viewer, policy: WritePolicy) {
    this.name = name;
    this.isRecord = schema.type === 'record';
    this.maxRows = schema.type === 'record' ? 1 : schema.maxRows;
    this.viewer = viewer;
    this.#policy = policy;
    const places = this.maxRows + 1;
    this.columns = columnsOf(schema).map(([fieldName, type]) => newColumn(fieldName, type, places));
    this.sharedMask = maskOf(this.columns, 'everyone');
    this.ownMask = maskOf(this.columns, 'owner');
    this.allMask = (1 << this.columns.length) - 1;
    this.ownerColumn = this.isRecord ? -1 : this.columns.length - 1;
    const owner = this.columns[this.ownerColumn];
    this.#owners = owner?.store === 'int' ? owner.data : new Int32Array(places);
    this.alive = new Uint8Array(places);
    this.generation = new Uint16Array(places);
    this.committedGeneration = new Int32Array(places).fill(VACANT);
    this.dirty = new Int32Array(places);
    this.touched = new Int32Array(places);
    this.#viewClass = rowViewClass(this);
    if (this.isRecord) {
      this.occupy(1, 0);
      this.settle(1);
    }
  }

  // What rules call.

  add(start: RowStart<F>, options: { owner?: SeatRef } = {}): Row<F> {
    let place = this.#lowestFree;
    while (place <= this.maxRows && this.alive[place] === 1) place++;
    if (place > this.maxRows) {
      throw new GameError('TABLE_FULL', `Table ${this.name} is full: its maxRows is ${this.maxRows}.`, {
        table: this.name,
        maxRows: this.maxRows,
      });
    }
    this.#lowestFree = place + 1;
    this.occupy(place, this.generation[place] ?? 0);
    this.mark(place, STRUCTURAL);
    const row = this.viewAt(place) as unknown as Row<F>;
    try {
      this.#own(place, options.owner?.number ?? 0);
      // Through the accessors, so that a new row's values are checked as any other write.
      for (const column of this.columns) {
        const value = start[column.name];
        if (value !== undefined) (row as Record<string, unknown>)[column.name] = value;
      }
    } catch (error) {
      this.vacate(place);
      throw error;
    }
    return row;
  }

  remove(row: Row<F>): boolean {
    const place = this.placeOf(row.id);
    if (place === 0) return false;
    this.mark(place, STRUCTURAL);
    this.vacate(place);
    return true;
  }

  get(id: number): Row<F> | undefined {
    const place = this.placeOf(id);
    return place === 0 ? undefined : (this.viewAt(place) as unknown as Row<F>);
  }

  has(id: number): boolean {
    return this.placeOf(id) !== 0;
  }

  ownedBy(seat: SeatRef): Row<F> | undefined {
    for (let place = 1; place <= this.highest; place++) {
      if (this.alive[place] === 1 && this.#owners[place] === seat.number) {
        return this.viewAt(place) as unknown as Row<F>;
      }
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<Row<F>, undefined> {
    for (let place = 1; place <= this.highest; place++) {
      if (this.alive[place] === 1) yield this.viewAt(place) as unknown as Row<F>;
    }
  }

  /** Leaves the rows of a seat that has gone to nobody. */
  disown(seat: SeatRef): void {
    for (let place = 1; place <= this.highest; place++) {
      if (this.alive[place] === 1 && this.#owners[place] === seat.number) {
        this.#owners[place] = 0;
        this.mark(place, 1 << this.ownerColumn);
      }
    }
  }

  /** Gives a row to a seat, whose number is checked as any other value that is written. */
  #own(place: number, seat: number): void {
    const column = this.columns[this.ownerColumn];
    if (column?.store !== 'int') return;
    const raw = column.codec.quantise(seat);
    this.#owners[place] = Number.isNaN(raw) ? this.badWrite(column, seat, 0, column.codec.clamp(seat)) : raw;
  }

  /** For each seat number up to `seats`, the first row it owns: one pass for all of them. */
  rowsByOwner(seats: number): readonly (Row<F> | undefined)[] {
    const rows = new Array<Row<F> | undefined>(seats + 1).fill(undefined);
    for (let place = this.highest; place > 0; place--) {
      const owner = this.#owners[place] ?? 0;
      if (this.alive[place] === 1 && owner <= seats) rows[owner] = this.viewAt(place) as unknown as Row<F>;
    }
    return rows;
  }

  // What codecs call.

  idAt(place: number): number {
    return (((this.generation[place] ?? 0) << 16) | place) >>> 0;
  }

  ownerAt(place: number): number {
    return this.#owners[place] ?? 0;
  }

  /** The place a living row's id names, or 0. */
  placeOf(id: number): number {
    const place = id & 0xffff;
    return place <= this.maxRows && this.alive[place] === 1 && this.generation[place] === id >>> 16 ? place : 0;
  }

  viewAt(place: number): RowView {
    const known = this.#views[place];
    if (known !== undefined) return known;
    const view = new this.#viewClass(place, this.idAt(place));
    this.#views[place] = view;
    return view;
  }

  /** Marks columns of a place as changed since the last commit. */
  mark(place: number, bits: number): void {
    const before = this.dirty[place] ?? 0;
    if (before === 0) this.touched[this.touchedCount++] = place;
    this.dirty[place] = before | bits;
  }

  /** Puts a row with every field at its zero into a vacant place. */
  occupy(place: number, generation: number): void {
    this.alive[place] = 1;
    this.generation[place] = generation;
    this.size++;
    if (place > this.highest) this.highest = place;
    for (const column of this.columns) column.data[place] = column.codec.zero;
  }

  /** Takes the row out of a place and moves its generation on. Views of it refuse from now on. */
  vacate(place: number): void {
    this.alive[place] = 0;
    this.generation[place] = (this.generation[place] ?? 0) + 1;
    this.size--;
    if (place < this.#lowestFree) this.#lowestFree = place;
    while (this.highest > 0 && this.alive[this.highest] === 0) this.highest--;
    const view = this.#views[place];
    if (view !== undefined) {
      view[PLACE] = 0;
      this.#views[place] = undefined;
    }
  }

  /** Removes every row, as before reading a snapshot. */
  clear(): void {
    for (let place = this.highest; place > 0; place--) if (this.alive[place] === 1) this.vacate(place);
  }

  /** What is true now becomes what the next delta builds on. */
  commit(): void {
    for (let i = 0; i < this.touchedCount; i++) {
      const place = this.touched[i] ?? 0;
      this.dirty[place] = 0;
      this.settle(place);
    }
    this.touchedCount = 0;
  }

  /** Takes everything over as it is, whatever was marked: after a snapshot was read. */
  settleAll(): void {
    for (let place = 1; place <= this.maxRows; place++) this.settle(place);
  }

  /** Takes one place over into the committed columns. */
  settle(place: number): void {
    this.committedGeneration[place] = this.alive[place] === 1 ? (this.generation[place] ?? 0) : VACANT;
    for (const column of this.columns) {
      if (column.store === 'int') column.committed[place] = column.data[place] ?? 0;
    }
  }

  /** The raw value to store for one that the type refused, by policy. */
  badWrite<R>(column: Column, value: unknown, old: R, clamped: R | undefined): R {
    const reason = whyNot(column.type, value);
    const problem = new GameError(
      'BAD_WRITE',
      `A rule wrote a value to ${this.name}.${column.name} that cannot be stored: ${reason}.`,
      { table: this.name, field: column.name, reason },
    );
    if (this.#policy.badWrites === 'throw') throw problem;
    this.#policy.onClamp(problem);
    return clamped ?? old;
  }
}

const PLACE = Symbol('place');

/** A row as game code holds it: accessors over the columns, good for as long as the row lives. It cannot be spread. */
export interface RowView {
  [PLACE]: number;
  readonly id: number;
  toJSON(): Record<string, unknown>;
}

function newColumn(name: string, type: AnyField, places: number): Column {
  const { codec } = type;
  switch (codec.store) {
    case 'int':
      return {
        name,
        type,
        store: 'int',
        codec,
        data: new Int32Array(places).fill(codec.zero),
        committed: new Int32Array(places),
      };
    case 'float':
      return { name, type, store: 'float', codec, data: new Float64Array(places) };
    case 'text':
      return { name, type, store: 'text', codec, data: new Array<string>(places).fill('') };
  }
}

function maskOf(columns: readonly Column[], visibility: string): number {
  return columns.reduce(
    (mask, column, index) => (column.type.visibility === visibility ? mask | (1 << index) : mask),
    0,
  );
}

/** A class of row views for one table: one hidden shape, one accessor per column, no lookups by name at run time. */
function rowViewClass(store: TableStore): new (place: number, id: number) => RowView {
  class View implements RowView {
    [PLACE]: number;
    readonly id: number;
    constructor(place: number, id: number) {
      this[PLACE] = place;
      this.id = id;
    }

    /** Fields are accessors of the prototype, which JSON and consoles would not look at. */
    toJSON(): Record<string, unknown> {
      const fields: Record<string, unknown> = { id: this.id };
      for (const { name } of store.columns) if (name in this) fields[name] = Reflect.get(this, name);
      return fields;
    }
  }
  const placeOf = (view: View): number => {
    const place = view[PLACE];
    if (place === 0) {
      throw new GameError(
        'ROW_GONE',
        `Row ${view.id} of ${store.name} was removed; look rows up again instead of keeping them.`,
        { table: store.name },
      );
    }
    return place;
  };
  store.columns.forEach((column, index) => {
    if (store.viewer !== 'server' && column.type.visibility === 'nobody') return;
    const access = accessors(store, column, 1 << index, placeOf);
    const isPrivate = store.viewer !== 'server' && column.type.visibility === 'owner';
    const get = isPrivate
      ? function (this: View): unknown {
          return store.ownerAt(placeOf(this)) === store.viewer ? access.get.call(this) : undefined;
        }
      : access.get;
    const isWritable = store.viewer === 'server' && index !== store.ownerColumn;
    Object.defineProperty(
      View.prototype,
      column.name,
      isWritable ? { get, set: access.set, enumerable: true } : { get, enumerable: true },
    );
  });
  return View;
}

interface Accessors {
  get(this: RowView): unknown;
  set(this: RowView, value: unknown): void;
}

function accessors(store: TableStore, column: Column, bit: number, placeOf: (view: RowView) => number): Accessors {
  switch (column.store) {
    case 'int':
    case 'float': {
      const { codec, data } = column;
      return {
        get() {
          return codec.toValue(data[placeOf(this)] ?? 0);
        },
        set(value) {
          const place = placeOf(this);
          let raw = codec.quantise(value);
          if (Number.isNaN(raw)) raw = store.badWrite(column, value, data[place] ?? 0, codec.clamp(value));
          if (data[place] === raw) return;
          data[place] = raw;
          store.mark(place, bit);
        },
      };
    }
    case 'text': {
      const { codec, data } = column;
      return {
        get() {
          return codec.toValue(data[placeOf(this)] ?? '');
        },
        set(value) {
          const place = placeOf(this);
          const raw = codec.quantise(value) ?? store.badWrite(column, value, data[place] ?? '', codec.clamp(value));
          if (data[place] === raw) return;
          data[place] = raw;
          store.mark(place, bit);
        },
      };
    }
  }
}
