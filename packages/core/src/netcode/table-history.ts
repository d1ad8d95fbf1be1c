/**
 * What a table was at its last states: a ring of column copies, the memory of interpolation on clients and of lag
 * compensation on servers. Both draw from the same copies by the same arithmetic, so the server can look at what a
 * player saw.
 */
import type { Column, TableStore } from '../state/table-store.ts';

/** A table at one tick. */
export interface TableMoment {
  tick: number;
  /** No place above this one is taken. */
  highest: number;
  /** Another number for each state that was ever recorded: buffers are reused. */
  serial: number;
  /** By place, the id of the row there, or 0. Longer than needed. */
  ids: Uint32Array;
  /** In a mirror, by place, the private columns that its seat had been told. Empty where a table has none. */
  granted: Int32Array;
  /** Per column of the table, raw values by place. */
  readonly columns: ColumnCopy[];
}

type ColumnCopy = Int32Array | Float64Array | unknown[];

export class TableHistory {
  readonly table: TableStore;
  readonly #capacity: number;
  /** Ascending ticks. */
  readonly #moments: TableMoment[] = [];
  /** Buffers of moments that were forgotten, to be written anew. */
  readonly #spare: TableMoment[] = [];
  #recorded = 0;

  /** Remembers the last `capacity` states. */
  constructor(table: TableStore, capacity: number) {
    this.table = table;
    this.#capacity = capacity;
  }

  get moments(): readonly TableMoment[] {
    return this.#moments;
  }

  get newest(): TableMoment | undefined {
    return this.#moments.at(-1);
  }

  /**
   * Remembers the table as viewers know it, or as it is: one copy of each column. What was remembered of later ticks is
   * void.
   */
  record(tick: number, source: 'sent' | 'data' = 'sent'): void {
    while ((this.newest?.tick ?? Number.NEGATIVE_INFINITY) >= tick) this.#forget(this.#moments.pop());
    if (this.#moments.length === this.#capacity) this.#forget(this.#moments.shift());
    const { table } = this;
    const highest = source === 'sent' ? table.highestSent : table.highest;
    const moment = this.#spare.pop() ?? newMoment();
    moment.tick = tick;
    moment.highest = highest;
    moment.serial = ++this.#recorded;
    if (moment.ids.length <= highest) this.#grow(moment, highest);
    if (source === 'sent') copy(moment.ids, table.sentId, highest);
    else {
      for (let place = 1; place <= highest; place++) {
        moment.ids[place] = table.alive[place] === 1 ? table.idAt(place) : 0;
      }
    }
    // What this buffer held before may have had the same row up there.
    moment.ids.fill(0, highest + 1);
    if (table.granted.length > 0) copy(moment.granted, table.granted, highest);
    table.columns.forEach((column, index) => {
      const to = moment.columns[index];
      const from = column[source];
      if (to instanceof Int32Array && from instanceof Int32Array) copy(to, from, highest);
      else if (to instanceof Float64Array && from instanceof Float64Array) copy(to, from, highest);
      else if (Array.isArray(to)) for (let place = 1; place <= highest; place++) to[place] = from[place];
    });
    this.#moments.push(moment);
  }

  forgetAll(): void {
    while (this.#moments.length > 0) this.#forget(this.#moments.pop());
  }

  #forget(moment: TableMoment | undefined): void {
    if (moment !== undefined) this.#spare.push(moment);
  }

  /** Room for half as many rows again, so that a table that fills does not grow at each state. */
  #grow(moment: TableMoment, highest: number): void {
    const places = Math.min(this.table.maxRows, Math.ceil(highest * 1.5)) + 1;
    moment.ids = new Uint32Array(places);
    moment.granted = new Int32Array(this.table.granted.length > 0 ? places : 0);
    moment.columns.length = 0;
    for (const column of this.table.columns) moment.columns.push(newCopy(column, places));
  }
}

function newMoment(): TableMoment {
  return { tick: 0, highest: 0, serial: 0, ids: new Uint32Array(0), granted: new Int32Array(0), columns: [] };
}

function newCopy({ store }: Column, places: number): ColumnCopy {
  switch (store) {
    case 'int':
      return new Int32Array(places);
    case 'float':
      return new Float64Array(places);
    case 'boxed':
      return new Array<unknown>(places).fill(null);
  }
}

/** Below this, going through the rows costs less than naming a part of the array. */
const FEW_ROWS = 48;

function copy<T extends Int32Array | Float64Array | Uint32Array>(to: T, from: T, highest: number): void {
  if (highest < FEW_ROWS) for (let place = 0; place <= highest; place++) to[place] = from[place] ?? 0;
  else to.set(from.subarray(0, highest + 1));
}
