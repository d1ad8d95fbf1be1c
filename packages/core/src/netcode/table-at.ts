/**
 * A table at a moment between its states: rows with every field as it is drawn there. Fields are worked out when they
 * are read, so a moment costs nothing but what is looked at.
 *
 * Rows that a client predicts come from a second history, that of its own future, and carry the errors that are still
 * being smoothed; everything else comes from the past that the server sent.
 */
import { fieldsOf, rowGone, type TableStore } from '../state/table-store.ts';
import { type Between, presentOf } from './between.ts';
import { DrawnColumn } from './drawn-column.ts';
import type { TableMoment } from './table-history.ts';

/** Ids of rows that only this client knows so far begin here, above all ids that a server gives. */
export const PROVISIONAL_ID = 2 ** 32;

const PLACE = Symbol('place');

/** A row of a `TableAt`. */
export interface RowAt {
  readonly [PLACE]: number;
  readonly id: number;
}

type RowAtClass = new (place: number, id: number) => RowAt;

/** What is known of a row that is predicted, beside its history. */
export interface Ahead {
  readonly at: Between;
  /** True for the places whose rows come from here. */
  has(place: number): boolean;
  /** What is added to a column's value of a place while an error is being smoothed. */
  errorAt(place: number, column: number): number;
}

export class TableAt {
  readonly table: TableStore;
  /** The table's columns, in its order. */
  readonly columns: readonly DrawnColumn[];
  readonly #tickSeconds: number;
  readonly #rowClass: RowAtClass;
  readonly #rows: (RowAt | undefined)[] = [];
  #past: Between | null = null;
  #pastSeconds = 0;
  #pastPresent: TableMoment | null = null;
  #ahead: Ahead | null = null;

  /** `isAll`: with the fields that no client sees. */
  constructor(table: TableStore, tickRateHz: number, isAll: boolean) {
    this.table = table;
    this.#tickSeconds = 1 / tickRateHz;
    this.columns = table.columns.map((column) => new DrawnColumn(table, column));
    this.#rowClass = rowAtClass(this, isAll);
  }

  /** From now on rows are as between these moments; those of `ahead` as there. */
  aim(past: Between | null, ahead: Ahead | null = null): void {
    this.#past = past;
    this.#pastSeconds = past === null ? 0 : this.secondsOf(past);
    this.#pastPresent = past === null ? null : presentOf(past);
    this.#ahead = ahead;
  }

  /** Seconds from one moment to the other. */
  secondsOf({ ticks }: Between): number {
    return ticks * this.#tickSeconds;
  }

  get size(): number {
    let size = 0;
    for (let place = this.highest; place > 0; place--) if (this.idAt(place) !== 0) size++;
    return size;
  }

  get(id: number): RowAt | undefined {
    return this.has(id) ? this.rowAt(id & 0xffff, id) : undefined;
  }

  has(id: number): boolean {
    return id !== 0 && this.idAt(id & 0xffff) === id;
  }

  ownedBy(seat: { readonly number: number }): RowAt | undefined {
    const { ownerColumn } = this.table;
    const { highest } = this;
    for (let place = 1; place <= highest; place++) {
      const id = this.idAt(place);
      if (id !== 0 && this.valueAt(place, id, ownerColumn) === seat.number) return this.rowAt(place, id);
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<RowAt, undefined> {
    for (let place = 1; place <= this.highest; place++) {
      const id = this.idAt(place);
      if (id !== 0) yield this.rowAt(place, id);
    }
  }

  /** No place above this one is taken. */
  get highest(): number {
    const past = this.#pastPresent === null ? 0 : this.#pastPresent.highest;
    return this.#ahead === null ? past : Math.max(past, presentOf(this.#ahead.at).highest);
  }

  /** The id of the row in a place, or 0. */
  idAt(place: number): number {
    const ahead = this.#ahead;
    if (ahead?.has(place)) return this.#aheadIdAt(ahead, place);
    return this.#pastPresent?.ids[place] ?? 0;
  }

  #aheadIdAt({ at }: Ahead, place: number): number {
    const id = presentOf(at).ids[place] ?? 0;
    return id === 0 || this.table.placeOf(id) === place ? id : id + PROVISIONAL_ID;
  }

  /** The row in a place, by the id it has there. */
  rowAt(place: number, id: number): RowAt {
    const known = this.#rows[place];
    if (known?.id === id) return known;
    const row = new this.#rowClass(place, id);
    this.#rows[place] = row;
    return row;
  }

  /** A column's value of the row of this id. Throws ROW_GONE. */
  valueAt(place: number, id: number, index: number): unknown {
    const column = this.#columnAt(index);
    const ahead = this.#ahead;
    if (ahead?.has(place)) return this.#aheadValueAt(ahead, place, id, column, index);
    const at = this.#past;
    if (at === null || this.#pastPresent?.ids[place] !== id) throw rowGone(this.table.name, id);
    return column.valueAt(at, place, at.from.ids[place] === id, at.to.ids[place] === id, this.#pastSeconds);
  }

  /**
   * `valueAt` of a private column: undefined where this client was not told it. What it was told only at one of the
   * moments is between them what it is there, as with rows that come and go.
   */
  toldAt(place: number, id: number, index: number): unknown {
    const bit = 1 << index;
    const ahead = this.#ahead;
    if (ahead?.has(place)) {
      const value = this.valueAt(place, id, index);
      // A row that the server does not know yet is this client's own.
      return id >= PROVISIONAL_ID || ((this.table.granted[place] ?? 0) & bit) !== 0 ? value : undefined;
    }
    const at = this.#past;
    if (at === null || this.#pastPresent?.ids[place] !== id) throw rowGone(this.table.name, id);
    const { from, to, part } = at;
    const isInFrom = from.ids[place] === id && ((from.granted[place] ?? 0) & bit) !== 0;
    const isInTo = to.ids[place] === id && ((to.granted[place] ?? 0) & bit) !== 0;
    if (!(part >= 1 ? isInTo : isInFrom)) return undefined;
    return this.#columnAt(index).valueAt(at, place, isInFrom, isInTo, this.#pastSeconds);
  }

  #aheadValueAt(ahead: Ahead, place: number, id: number, column: DrawnColumn, index: number): unknown {
    if (this.#aheadIdAt(ahead, place) !== id) throw rowGone(this.table.name, id);
    const { at } = ahead;
    // Generations are what a provisional id has in common with the id it is counted by.
    const storedId = id >= PROVISIONAL_ID ? id - PROVISIONAL_ID : id;
    const isInFrom = at.from.ids[place] === storedId;
    const isInTo = at.to.ids[place] === storedId;
    const seconds = this.secondsOf(at);
    if (!column.isContinuous) return column.valueAt(at, place, isInFrom, isInTo, seconds);
    return column.shifted(column.numberAt(at, place, isInFrom, isInTo, seconds), ahead.errorAt(place, index));
  }

  #columnAt(index: number): DrawnColumn {
    const column = this.columns[index];
    if (column === undefined) throw new RangeError(`there is no column ${index}`);
    return column;
  }
}

function rowAtClass(view: TableAt, isAll: boolean): RowAtClass {
  class Row implements RowAt {
    readonly [PLACE]: number;
    readonly id: number;
    constructor(place: number, id: number) {
      this[PLACE] = place;
      this.id = id;
    }

    toJSON(): Record<string, unknown> {
      return fieldsOf(this, view.table);
    }
  }
  view.table.columns.forEach(({ name, type }, index) => {
    if (!isAll && type.visibility === 'nobody') return;
    const isPrivate = !isAll && (view.table.privateMask & (1 << index)) !== 0;
    const get = isPrivate
      ? function (this: Row): unknown {
          return view.toldAt(this[PLACE], this.id, index);
        }
      : function (this: Row): unknown {
          return view.valueAt(this[PLACE], this.id, index);
        };
    Object.defineProperty(Row.prototype, name, { get, enumerable: true });
  });
  return Row;
}
