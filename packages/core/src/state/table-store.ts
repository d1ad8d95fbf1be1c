/**
 * The memory of one table: a column per field, a generation per place, what changed since it was last published, and
 * what viewers have been told.
 *
 * - Places are numbered from 1 and the lowest free one is taken first, so ids stay small on the wire and where the next
 *   row goes follows from the state alone. An id is `generation << 16 | place`; a place's generation moves on when
 *   its row goes, so an old id names nothing until 65,536 rows have come and gone in that place.
 * - Writing a field quantises it and marks the row; `touched` lists the marked places, so the cost of a tick follows
 *   what changed and not what exists.
 * - `data` is what rules read and write; `sent` is the table as of its last publication, the only thing that frames are
 *   written from. So a viewer that comes between two publications is given what all others have, and differences build
 *   on it. In a mirror, which publishes nothing, both are the same arrays.
 */

import { GameError } from '../errors.ts';
import type { AnyField, BoxedCodec, Fields, FloatCodec, IntCodec, Visibility } from '../schema/field.ts';
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
  readonly sent: Int32Array;
}
export interface FloatColumn {
  readonly store: 'float';
  readonly codec: FloatCodec<unknown>;
  readonly data: Float64Array;
  readonly sent: Float64Array;
}
export interface BoxedColumn {
  readonly store: 'boxed';
  readonly codec: BoxedCodec<unknown>;
  readonly data: unknown[];
  readonly sent: unknown[];
}
export type Column = (IntColumn | FloatColumn | BoxedColumn) & { readonly name: string; readonly type: AnyField };

/** Marks a place whose row came or went; the bits below are one per column. */
export const STRUCTURAL = 1 << 31;

/** Who holds a state: a seat's mirror, by the seat's number (0: nobody in particular), or the server. */
export type Holder = number | 'server';

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
  readonly sendEvery: number;
  /** A record is one row that cannot be added or removed. */
  readonly isRecord: boolean;
  readonly holder: Holder;
  readonly columns: readonly Column[];
  /** Column bits that everyone, the owner, the team, either of those, and all together cover. */
  readonly sharedMask: number;
  readonly ownerMask: number;
  readonly teamMask: number;
  readonly privateMask: number;
  readonly allMask: number;
  /** Columns that decide who may see private ones: the owner's and the team's. */
  readonly accessMask: number;
  /** The owner column's index, or -1 in a record. */
  readonly ownerColumn: number;
  /** The index of the column that names a row's team, or -1. */
  readonly teamColumn: number;

  readonly alive: Uint8Array;
  readonly generation: Uint16Array;
  readonly dirty: Int32Array;
  readonly touched: Int32Array;
  touchedCount = 0;
  /** Rows that came or went since the last publication are among the touched. */
  hasStructuralChanges = false;
  /** Some row's owner or team is another than viewers know: until they do, the wrong ones might be shown what is private. */
  hasAccessChanges = false;
  /** No place above this one is taken. */
  highest = 0;
  /** Rows are added above this place while there is room there: what a client plays ahead keeps clear of what others have. */
  addAbove = 0;
  size = 0;

  /** The id of the row that viewers know in each place, or 0. */
  readonly sentId: Uint32Array;
  /** The publication in which each place last changed for viewers, by number. */
  readonly changedAt: Int32Array;
  /** No place above this one has a row that viewers know. */
  highestSent = 0;
  sentSize = 0;
  /** In a mirror, the private columns of each place that its seat has been told. */
  readonly granted: Int32Array;

  readonly #policy: WritePolicy;
  readonly #owners: Int32Array;
  readonly #sentOwners: Int32Array;
  readonly #sentTeams: Int32Array;
  readonly #views: (RowView | undefined)[] = [];
  readonly #viewClass: RowViewClass;
  readonly #sentViews: (RowView | undefined)[] = [];
  #sentViewClass: RowViewClass | null = null;
  #lowestFree = 1;

  constructor(name: string, schema: TableSchema<F> | RecordSchema<F>, holder: Holder, policy: WritePolicy) {
    this.name = name;
    this.isRecord = schema.type === 'record';
    this.maxRows = schema.type === 'record' ? 1 : schema.maxRows;
    this.sendEvery = schema.sendEvery;
    this.holder = holder;
    this.#policy = policy;
    const places = this.maxRows + 1;
    const isMirror = holder !== 'server';
    this.columns = columnsOf(schema).map(([fieldName, type]) => newColumn(fieldName, type, places, isMirror));
    this.sharedMask = maskOf(this.columns, 'everyone');
    this.ownerMask = maskOf(this.columns, 'owner');
    this.teamMask = maskOf(this.columns, 'team');
    this.privateMask = this.ownerMask | this.teamMask;
    this.allMask = (1 << this.columns.length) - 1;
    this.ownerColumn = this.isRecord ? -1 : this.columns.length - 1;
    const team = schema.type === 'table' ? schema.team : null;
    this.teamColumn = this.columns.findIndex((column) => column.name === team);
    this.accessMask = (this.isRecord ? 0 : 1 << this.ownerColumn) | (team === null ? 0 : 1 << this.teamColumn);
    const owner = this.columns[this.ownerColumn];
    const teams = this.columns[this.teamColumn];
    this.#owners = owner?.store === 'int' ? owner.data : new Int32Array(places);
    this.#sentOwners = owner?.store === 'int' ? owner.sent : this.#owners;
    this.#sentTeams = teams?.store === 'int' ? teams.sent : new Int32Array(team === null ? 0 : places);
    this.alive = new Uint8Array(places);
    this.generation = new Uint16Array(places);
    this.dirty = new Int32Array(places);
    this.touched = new Int32Array(places);
    this.sentId = new Uint32Array(places);
    this.changedAt = new Int32Array(isMirror ? 0 : places);
    this.granted = new Int32Array(isMirror && this.privateMask !== 0 ? places : 0);
    this.#viewClass = rowViewClass(this, 'data');
    if (this.isRecord) {
      this.occupy(1, 0);
      this.settle(1);
    }
  }

  // What rules call.

  add(start: RowStart<F>, options: { owner?: SeatRef } = {}): Row<F> {
    const place = this.#freeFrom(this.addAbove + 1) || this.#freeFrom(1);
    if (place === 0) {
      throw new GameError('TABLE_FULL', `Table ${this.name} is full: its maxRows is ${this.maxRows}.`, {
        table: this.name,
        maxRows: this.maxRows,
      });
    }
    if (place <= this.#lowestFree) this.#lowestFree = place + 1;
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

  /** The lowest free place from this one on, or 0. */
  #freeFrom(first: number): number {
    let place = Math.max(first, this.#lowestFree);
    while (place <= this.maxRows && this.alive[place] === 1) place++;
    return place > this.maxRows ? 0 : place;
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
        this.hasAccessChanges = true;
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

  // What codecs call.

  idAt(place: number): number {
    return (((this.generation[place] ?? 0) << 16) | place) >>> 0;
  }

  /** The seat that owns a row, as viewers know it. */
  sentOwnerAt(place: number): number {
    return this.#sentOwners[place] ?? 0;
  }

  /** The team a row is on, as viewers know it; 0 for none. */
  sentTeamAt(place: number): number {
    return this.#sentTeams[place] ?? 0;
  }

  /** The private columns of a row that a seat of a team may see: its owner all of them, its team the team's. */
  accessAt(place: number, seat: number, team: number): number {
    if (this.privateMask === 0) return 0;
    if (seat !== 0 && this.#sentOwners[place] === seat) return this.privateMask;
    return team !== 0 && this.#sentTeams[place] === team ? this.teamMask : 0;
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

  /** A row as viewers know it, to read only: good until the next publication. */
  sentViewAt(place: number): RowView {
    const id = this.sentId[place] ?? 0;
    const known = this.#sentViews[place];
    if (known?.id === id) return known;
    this.#sentViewClass ??= rowViewClass(this, 'sent');
    const view = new this.#sentViewClass(place, id);
    this.#sentViews[place] = view;
    return view;
  }

  /** Marks columns of a place as changed since the last publication. */
  mark(place: number, bits: number): void {
    const before = this.dirty[place] ?? 0;
    if (before === 0) this.touched[this.touchedCount++] = place;
    this.dirty[place] = before | bits;
    if (bits === STRUCTURAL) this.hasStructuralChanges = true;
  }

  /** Puts a row with every field at its zero into a vacant place. */
  occupy(place: number, generation: number): void {
    this.alive[place] = 1;
    this.generation[place] = generation;
    this.size++;
    if (place > this.highest) this.highest = place;
    for (const column of this.columns) column.data[place] = column.codec.zero;
    if (this.holder !== 'server') this.settle(place);
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
    if (this.holder !== 'server') this.settle(place);
  }

  /** What is true of a place now is what viewers know: its row or its lack of one. */
  settle(place: number): void {
    const before = this.sentId[place] ?? 0;
    const id = this.alive[place] === 1 ? this.idAt(place) : 0;
    this.sentId[place] = id;
    if (before === 0 && id !== 0) this.sentSize++;
    else if (before !== 0 && id === 0) this.sentSize--;
    if (id !== 0 && place > this.highestSent) this.highestSent = place;
    while (this.highestSent > 0 && this.sentId[this.highestSent] === 0) this.highestSent--;
    if (this.granted.length > 0) this.granted[place] = 0;
    this.settleColumns(place, this.allMask);
  }

  /** Columns of a row that stays: their values are what viewers know. */
  settleColumns(place: number, bits: number): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const column = columnAt(this, rest);
      column.sent[place] = column.data[place] as never;
    }
  }

  /** Takes everything over as it is, whatever was marked: after a state was read as a whole. */
  settleAll(): void {
    this.unmark();
    for (let place = 1; place <= this.maxRows; place++) this.settle(place);
  }

  /**
   * Becomes what another table of the same schema is, by copies of its columns: nothing is marked then, and what viewers know
   * stays as it was. Views of rows that are still there stay good.
   */
  copyFrom(other: TableStore): void {
    this.unmark();
    const highest = Math.max(this.highest, other.highest);
    for (let place = 1; place <= highest; place++) {
      const view = this.#views[place];
      if (view === undefined || (other.alive[place] === 1 && other.idAt(place) === view.id)) continue;
      view[PLACE] = 0;
      this.#views[place] = undefined;
    }
    this.generation.set(other.generation);
    this.alive.set(other.alive);
    this.columns.forEach((column, index) => {
      const from = other.columns[index]?.data;
      const to = column.data;
      if (to instanceof Int32Array && from instanceof Int32Array) to.set(from.subarray(0, highest + 1));
      else if (to instanceof Float64Array && from instanceof Float64Array) to.set(from.subarray(0, highest + 1));
      else if (Array.isArray(to)) for (let place = 1; place <= highest; place++) to[place] = from?.[place];
    });
    this.size = other.size;
    this.highest = other.highest;
    this.#lowestFree = other.#lowestFree;
  }

  /** Nothing is marked any more. */
  unmark(): void {
    for (let i = 0; i < this.touchedCount; i++) this.dirty[this.touched[i] ?? 0] = 0;
    this.touchedCount = 0;
    this.hasStructuralChanges = false;
    this.hasAccessChanges = false;
  }

  /** In a mirror: the seat has been told these private columns of a row. */
  grant(place: number, columns: number): void {
    this.granted[place] = (this.granted[place] ?? 0) | columns;
  }

  /** In a mirror: forgets the private columns of a row. */
  revoke(place: number): void {
    if ((this.granted[place] ?? 0) === 0) return;
    this.granted[place] = 0;
    this.columns.forEach((column, index) => {
      if ((this.privateMask & (1 << index)) !== 0) column.data[place] = column.codec.zero;
    });
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

function newColumn(name: string, type: AnyField, places: number, isMirror: boolean): Column {
  const { codec } = type;
  // What nobody is told needs no memory of what was told.
  const isSame = isMirror || type.visibility === 'nobody';
  switch (codec.store) {
    case 'int': {
      const data = new Int32Array(places).fill(codec.zero);
      return { name, type, store: 'int', codec, data, sent: isSame ? data : data.slice() };
    }
    case 'float': {
      const data = new Float64Array(places);
      return { name, type, store: 'float', codec, data, sent: isSame ? data : data.slice() };
    }
    case 'boxed': {
      const data = new Array<unknown>(places).fill(codec.zero);
      return { name, type, store: 'boxed', codec, data, sent: isSame ? data : data.slice() };
    }
  }
}

/** The column of the lowest bit that is set. */
export function columnAt(table: TableStore, bits: number): Column {
  const column = table.columns[31 - Math.clz32(bits & -bits)];
  if (column === undefined) throw new RangeError(`table ${table.name} has no such column`);
  return column;
}

function maskOf(columns: readonly Column[], visibility: Visibility): number {
  return columns.reduce(
    (mask, column, index) => (column.type.visibility === visibility ? mask | (1 << index) : mask),
    0,
  );
}

/** Fields are accessors of a row's prototype, which JSON and consoles would not look at. */
export function fieldsOf(row: { readonly id: number }, { columns }: TableStore): Record<string, unknown> {
  const fields: Record<string, unknown> = { id: row.id };
  for (const { name } of columns) if (name in row) fields[name] = Reflect.get(row, name);
  return fields;
}

/** What reading or writing a row is refused with that is not there any more. */
export function rowGone(table: string, id: number): GameError<'ROW_GONE'> {
  return new GameError('ROW_GONE', `Row ${id} of ${table} was removed; look rows up again instead of keeping them.`, {
    table,
  });
}

type RowViewClass = new (place: number, id: number) => RowView;

/** A class of row views for one table: one hidden shape, one accessor per column, no lookups by name at run time. */
function rowViewClass(store: TableStore, source: 'data' | 'sent'): RowViewClass {
  class View implements RowView {
    [PLACE]: number;
    readonly id: number;
    constructor(place: number, id: number) {
      this[PLACE] = place;
      this.id = id;
    }

    toJSON(): Record<string, unknown> {
      return fieldsOf(this, store);
    }
  }
  const placeOf = (view: View): number => {
    const place = view[PLACE];
    if (place === 0) {
      throw rowGone(store.name, view.id);
    }
    return place;
  };
  const isServer = store.holder === 'server';
  store.columns.forEach((column, index) => {
    if (!isServer && column.type.visibility === 'nobody') return;
    const bit = 1 << index;
    const access = accessors(store, column, bit, source, placeOf);
    const isPrivate = !isServer && (store.privateMask & bit) !== 0;
    const get = isPrivate
      ? function (this: View): unknown {
          return ((store.granted[placeOf(this)] ?? 0) & bit) === 0 ? undefined : access.get.call(this);
        }
      : access.get;
    const isWritable = isServer && source === 'data' && index !== store.ownerColumn;
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

function accessors(
  store: TableStore,
  column: Column,
  bit: number,
  source: 'data' | 'sent',
  placeOf: (view: RowView) => number,
): Accessors {
  const isTeam = store.teamColumn >= 0 && bit === 1 << store.teamColumn;
  switch (column.store) {
    case 'int':
    case 'float': {
      const { codec, data } = column;
      const read = column[source];
      return {
        get() {
          return codec.toValue(read[placeOf(this)] ?? 0);
        },
        set(value) {
          const place = placeOf(this);
          let raw = codec.quantise(value);
          if (Number.isNaN(raw)) raw = store.badWrite(column, value, data[place] ?? 0, codec.clamp(value));
          if (data[place] === raw) return;
          data[place] = raw;
          store.mark(place, bit);
          if (isTeam) store.hasAccessChanges = true;
        },
      };
    }
    case 'boxed': {
      const { codec, data } = column;
      const read = column[source];
      return {
        get() {
          return codec.toValue(read[placeOf(this)]);
        },
        set(value) {
          const place = placeOf(this);
          const raw = codec.quantise(value) ?? store.badWrite(column, value, data[place], codec.clamp(value));
          if (codec.isSame(data[place], raw)) return;
          data[place] = raw;
          store.mark(place, bit);
        },
      };
    }
  }
}
