/**
 * Where the rows of one table are, for all who look at it: positions by place, and a grid of cells to find them by.
 *
 * The grid is a torus of a fixed number of cells, so it needs no bounds of the world; rows that share a cell from afar are
 * told apart by their distance. Rows of a cell are a doubly linked list in arrays: moving costs the same in any world.
 *
 * Looking around is dear beside looking at a list, so viewers look around rarely (`near-rows.ts`). For that the index
 * keeps `travel`, the sum over publications of how far any row has moved, and lists apart those that the last one made
 * appear: `newcomers`, which are new or changed hands, and `arrivals`, which are these and the rows that jumped.
 */
import type { NearInterest, TableStore } from '@madang/core';
import { IntList, SLICE_WORDS, type TableChanges } from '@madang/core/codec';

/** Rows that arrived in one publication beyond which looking around is cheaper than looking at each. */
const ARRIVALS_MAX = 128;

/** The skin, in radii: a wider one is looked around in less often, and has more rows in it to look at meanwhile. */
const SKIN = 0.2;

const GRID_BITS_MIN = 3;
const GRID_BITS_MAX = 7;

export class NearIndex {
  readonly table: TableStore;
  readonly interest: NearInterest;
  /** How much further than the radius a viewer looks around, in the fields' units. */
  readonly skin: number;
  /** Positions as last published, by place. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly newcomers = new IntList();
  readonly arrivals = new IntList();
  /** Places whose row went or was replaced in the last publication. */
  readonly ended = new IntList();
  /** Units that rows have moved since the beginning, at most. */
  travel = 0;

  readonly #columns: number;
  readonly #readX: (place: number) => number;
  readonly #readY: (place: number) => number;
  readonly #cellsPerUnit: number;
  readonly #bits: number;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #cellOf: Int32Array;
  readonly #marks: Int32Array;
  #mark = 0;

  constructor(table: TableStore, interest: NearInterest) {
    const places = table.maxRows + 1;
    this.table = table;
    this.interest = interest;
    this.skin = interest.radius * SKIN;
    this.x = new Float64Array(places);
    this.y = new Float64Array(places);
    this.#columns = columnBit(table, interest.x) | columnBit(table, interest.y);
    this.#readX = positionReader(table, interest.x);
    this.#readY = positionReader(table, interest.y);
    this.#cellsPerUnit = 2 / (interest.radius + this.skin);
    this.#bits = Math.min(GRID_BITS_MAX, Math.max(GRID_BITS_MIN, Math.ceil(Math.log2(places) / 2)));
    this.#heads = new Int32Array(1 << (2 * this.#bits));
    this.#next = new Int32Array(places);
    this.#previous = new Int32Array(places);
    this.#cellOf = new Int32Array(places).fill(-1);
    this.#marks = new Int32Array(places);
  }

  /** More arrived than are worth a look at each. */
  get hasTooManyArrivals(): boolean {
    return this.arrivals.count > ARRIVALS_MAX;
  }

  /** Takes over what a publication changed. */
  update(changes: TableChanges): void {
    const { put, gone, changed, sliceWords } = changes;
    this.newcomers.clear();
    this.arrivals.clear();
    this.ended.clear();
    for (let i = 0; i < gone.count; i++) {
      this.#unlink(gone.items[i] ?? 0);
      this.ended.push(gone.items[i] ?? 0);
    }
    for (let i = 0; i < put.count; i++) {
      const place = put.items[i] ?? 0;
      // Where there was a row before, it was replaced.
      if ((this.#cellOf[place] ?? -1) >= 0) this.ended.push(place);
      this.#move(place, this.#readX(place), this.#readY(place));
      this.newcomers.push(place);
      this.arrivals.push(place);
    }
    const { x, y, table } = this;
    const ownerBit = 1 << table.ownerColumn;
    const jump = (this.skin / 4) ** 2;
    let farthest = 0;
    for (let i = 0; i < changed.count; i++) {
      const place = changed.items[i] ?? 0;
      const columns = sliceWords[place * SLICE_WORDS + 1] ?? 0;
      if ((columns & this.#columns) !== 0) {
        const toX = this.#readX(place);
        const toY = this.#readY(place);
        const step = (toX - (x[place] ?? 0)) ** 2 + (toY - (y[place] ?? 0)) ** 2;
        this.#move(place, toX, toY);
        if (step > jump) this.arrivals.push(place);
        else if (step > farthest) farthest = step;
      }
      if ((columns & ownerBit) !== 0) {
        this.newcomers.push(place);
        this.arrivals.push(place);
      }
    }
    this.travel += Math.sqrt(farthest);
  }

  /** Adds to `found` the places of all rows within `reach` of a point, in no order, without those that `mark` marked. */
  find(found: IntList, x: number, y: number, reach: number): void {
    const scale = this.#cellsPerUnit;
    const side = 1 << this.#bits;
    const limit = reach * reach;
    const left = Math.floor((x - reach) * scale);
    const top = Math.floor((y - reach) * scale);
    // Counted, since far enough out one more than a cell's number is the same number.
    const columns = Math.min(Math.floor((x + reach) * scale) - left, side - 1);
    const rows = Math.min(Math.floor((y + reach) * scale) - top, side - 1);
    for (let row = 0; row <= rows; row++) {
      for (let column = 0; column <= columns; column++) {
        let place = this.#heads[this.#cellAt(left + column, top + row)] ?? 0;
        while (place !== 0) {
          const dx = (this.x[place] ?? 0) - x;
          const dy = (this.y[place] ?? 0) - y;
          if (dx * dx + dy * dy <= limit && this.#marks[place] !== this.#mark) found.push(place);
          place = this.#next[place] ?? 0;
        }
      }
    }
  }

  /** Marks the first `count` places, and no others, for the next `find`. */
  mark(places: Int32Array, count: number): void {
    this.#mark++;
    for (let i = 0; i < count; i++) this.#marks[places[i] ?? 0] = this.#mark;
  }

  #move(place: number, x: number, y: number): void {
    this.x[place] = x;
    this.y[place] = y;
    const cell = this.#cellAt(Math.floor(x * this.#cellsPerUnit), Math.floor(y * this.#cellsPerUnit));
    if (cell === this.#cellOf[place]) return;
    this.#unlink(place);
    const head = this.#heads[cell] ?? 0;
    this.#next[place] = head;
    this.#previous[place] = 0;
    if (head !== 0) this.#previous[head] = place;
    this.#heads[cell] = place;
    this.#cellOf[place] = cell;
  }

  #unlink(place: number): void {
    const cell = this.#cellOf[place] ?? -1;
    if (cell < 0) return;
    const next = this.#next[place] ?? 0;
    const previous = this.#previous[place] ?? 0;
    if (previous === 0) this.#heads[cell] = next;
    else this.#next[previous] = next;
    if (next !== 0) this.#previous[next] = previous;
    this.#cellOf[place] = -1;
  }

  #cellAt(column: number, row: number): number {
    const last = (1 << this.#bits) - 1;
    return ((row & last) << this.#bits) | (column & last);
  }
}

function columnBit(table: TableStore, name: string): number {
  return 1 << table.columns.findIndex((column) => column.name === name);
}

/** Reads a position as published. Every numeric type is `first + step x raw`, and reading it so spares a call per row. */
export function positionReader(table: TableStore, name: string): (place: number) => number {
  const column = table.columns.find((one) => one.name === name);
  if (column?.store === 'float') return (place) => column.sent[place] ?? 0;
  if (column?.store !== 'int') throw new RangeError(`table ${table.name} has no position ${name}`);
  const { sent, codec } = column;
  const first = Number(codec.toValue(0));
  const step = Number(codec.toValue(1)) - first;
  if (codec.signed) return (place) => first + step * (sent[place] ?? 0);
  return (place) => first + step * ((sent[place] ?? 0) >>> 0);
}
