/**
 * Where the rows of a table are while one moment goes over into the next: a uniform grid over their places at the older
 * one, which answers for every time between the two. A search looks as much further as any row gets away from its place
 * meanwhile. Rows that go further than the others, because they jump or are fast, are in no cell: every search looks at
 * them.
 *
 * It finds more rows than are asked for, never fewer: whoever searches compares what was found with where it is drawn.
 */
import type { Between } from './between.ts';
import type { DrawnColumn } from './drawn-column.ts';

/** Rows that a cell holds where they are spread evenly. */
const ROWS_PER_CELL = 2;

/** Cells that a row may get away from its own before it is looked at by every search. */
const CELLS_AWAY = 1;

/** More than rounding can move a number by, as a part of it. */
const ROUNDING = 2 ** -46;

/** The most that one of a cubic's slopes takes it away from its ends, per unit of slope. */
const SLOPE_REACH = 4 / 27;

const NOWHERE = -1;
const RESTLESS = -2;
const NOTHING_IS_CALM = -1;

export class PlaceGrid {
  /** Searches of this pair of moments so far, whoever counts them. */
  asked = 0;
  /** The places that the last search found, each once, in no order that means anything. */
  found = new Int32Array(0);
  foundCount = 0;

  readonly #x: DrawnColumn;
  readonly #y: DrawnColumn;
  #fromSerial = 0;
  #toSerial = 0;
  #isBuilt = false;
  #minX = 0;
  #minY = 0;
  #maxX = 0;
  #maxY = 0;
  #width = 0;
  #height = 0;
  #cellsX = 1;
  #cellsY = 1;
  /** By place, its cell. */
  #cells = new Int32Array(0);
  /** Where each cell's places begin, and behind the last one where they end. */
  #begins = new Int32Array(0);
  /** Places by cell, and behind them the restless ones. */
  #places = new Int32Array(0);
  /** A row that gets further away than this is restless. */
  #calmReach = 0;
  #calmCount = 0;
  #restlessCount = 0;
  /**
   * How far a calm row gets from its place until the newer moment, and how much further for each such time beyond it.
   */
  #reach = 0;
  #drift = 0;

  constructor(x: DrawnColumn, y: DrawnColumn) {
    this.#x = x;
    this.#y = y;
  }

  /** From now on this pair of moments; what was known of another one is forgotten. */
  aim({ from, to }: Between): void {
    if (this.#fromSerial === from.serial && this.#toSerial === to.serial) return;
    this.#fromSerial = from.serial;
    this.#toSerial = to.serial;
    this.#isBuilt = false;
    this.asked = 0;
  }

  /** Finds every row that is in the box at this moment. `seconds` pass between the two moments. */
  findInBox(at: Between, seconds: number, minX: number, minY: number, maxX: number, maxY: number): void {
    this.#build(at, seconds);
    const farthest = Math.max(Math.abs(minX), Math.abs(minY), Math.abs(maxX), Math.abs(maxY));
    const beyond = this.#beyond(at, farthest);
    const firstRow = this.#rowOf(minY - beyond);
    const lastRow = this.#rowOf(maxY + beyond);
    const lastColumn = this.#columnOf(maxX + beyond);
    for (let column = this.#columnOf(minX - beyond); column <= lastColumn; column++) {
      this.#addCells(column, firstRow, lastRow);
    }
  }

  /**
   * Finds every row that is at most `radius` away, at this moment, from a way of `length` in a direction of length 1 or
   * 0.
   */
  findAlong(
    at: Between,
    seconds: number,
    x: number,
    y: number,
    toX: number,
    toY: number,
    length: number,
    radius: number,
  ): void {
    this.#build(at, seconds);
    const beyond = this.#beyond(at, Math.abs(x) + Math.abs(y)) + radius;
    // Nothing is further away than this.
    const acrossX = Math.max(Math.abs(this.#minX - x), Math.abs(this.#maxX - x));
    const acrossY = Math.max(Math.abs(this.#minY - y), Math.abs(this.#maxY - y));
    const end = Math.min(length, acrossX + acrossY + 2 * beyond);
    const lastColumn = this.#columnOf(Math.max(x, x + toX * end) + beyond);
    for (let column = this.#columnOf(Math.min(x, x + toX * end) - beyond); column <= lastColumn; column++) {
      // The part of the way that is near enough to the column.
      const left = (this.#minX + column * this.#width - beyond - x) / toX;
      const right = (this.#minX + (column + 1) * this.#width + beyond - x) / toX;
      const enter = toX === 0 ? 0 : Math.max(0, Math.min(end, left, right));
      const leave = toX === 0 ? end : Math.min(end, Math.max(0, left, right));
      const low = Math.min(y + toY * enter, y + toY * leave);
      const high = Math.max(y + toY * enter, y + toY * leave);
      this.#addCells(column, this.#rowOf(low - beyond), this.#rowOf(high + beyond));
    }
  }

  /** How far from its place a calm row can be at this moment, for searches that reach as far as `farthest` from 0. */
  #beyond({ part }: Between, farthest: number): number {
    const far = Math.max(
      farthest,
      Math.abs(this.#minX),
      Math.abs(this.#minY),
      Math.abs(this.#maxX),
      Math.abs(this.#maxY),
    );
    return (this.#reach + this.#drift * Math.max(0, part - 1)) * (1 + ROUNDING) + far * ROUNDING;
  }

  #addCells(column: number, firstRow: number, lastRow: number): void {
    // The cells of a column lie one behind the other.
    const first = this.#begins[column * this.#cellsY + firstRow] ?? 0;
    const end = this.#begins[column * this.#cellsY + lastRow + 1] ?? 0;
    for (let i = first; i < end; i++) this.found[this.foundCount++] = this.#places[i] ?? 0;
  }

  #columnOf(x: number): number {
    return cellOf(x - this.#minX, this.#width, this.#cellsX);
  }

  #rowOf(y: number): number {
    return cellOf(y - this.#minY, this.#height, this.#cellsY);
  }

  /** Ready to search, with the restless rows found. */
  #build(at: Between, seconds: number): void {
    if (!this.#isBuilt) {
      this.#isBuilt = true;
      const highest = Math.max(at.from.highest, at.to.highest);
      if (this.#cells.length <= highest) {
        this.#cells = new Int32Array(highest * 2);
        this.#places = new Int32Array(highest * 2);
        this.found = new Int32Array(highest * 2);
      }
      this.#measure(at, highest);
      this.#assign(at, seconds, highest);
      this.#sort(highest);
    }
    this.foundCount = 0;
    for (let i = 0; i < this.#restlessCount; i++) {
      this.found[this.foundCount++] = this.#places[this.#calmCount + i] ?? 0;
    }
  }

  /** The size of the grid and of its cells. */
  #measure(at: Between, highest: number): void {
    let [minX, minY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let [maxX, maxY] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let count = 0;
    for (let place = 1; place <= highest; place++) {
      const moment = momentOf(at, place);
      if (moment === null) continue;
      count++;
      const x = this.#x.numberIn(moment, place);
      const y = this.#y.numberIn(moment, place);
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    // Without any rows, and with rows further apart than numbers go, there is nothing to divide.
    const isUsable = count > 0 && maxX - minX < Number.MAX_VALUE && maxY - minY < Number.MAX_VALUE;
    [this.#minX, this.#minY, this.#maxX, this.#maxY] = isUsable ? [minX, minY, maxX, maxY] : [0, 0, 0, 0];
    const [spanX, spanY] = [this.#maxX - this.#minX, this.#maxY - this.#minY];
    const cells = Math.max(1, Math.floor(count / ROWS_PER_CELL));
    const across = spanX > 0 && spanY > 0 ? Math.sqrt(cells) * Math.sqrt(spanX / spanY) : spanX > 0 ? cells : 1;
    this.#cellsX = Math.max(1, Math.min(Math.round(across), cells));
    this.#cellsY = spanY > 0 ? Math.max(1, Math.floor(cells / this.#cellsX)) : 1;
    this.#width = spanX / this.#cellsX;
    this.#height = spanY / this.#cellsY;
    this.#calmReach = isUsable ? CELLS_AWAY * Math.max(this.#width, this.#height) : NOTHING_IS_CALM;
  }

  /** A cell for each place, and how far calm rows get. */
  #assign(at: Between, seconds: number, highest: number): void {
    const cells = this.#cellsX * this.#cellsY;
    if (this.#begins.length <= cells) this.#begins = new Int32Array(2 * cells);
    this.#begins.fill(0, 0, cells + 1);
    this.#reach = 0;
    this.#drift = 0;
    this.#calmCount = 0;
    for (let place = 1; place <= highest; place++) {
      const moment = momentOf(at, place);
      let cell = moment === null ? NOWHERE : RESTLESS;
      const idFrom = at.from.ids[place] ?? 0;
      const idTo = at.to.ids[place] ?? 0;
      if (moment !== null && (idFrom === idTo || idFrom === 0 || idTo === 0)) {
        const isInBoth = idFrom === idTo;
        const reach = isInBoth
          ? Math.max(reachOf(this.#x, at, place, seconds), reachOf(this.#y, at, place, seconds))
          : 0;
        const drift = isInBoth
          ? Math.max(driftOf(this.#x, at, place, seconds), driftOf(this.#y, at, place, seconds))
          : 0;
        if (reach + drift <= this.#calmReach) {
          cell =
            this.#columnOf(this.#x.numberIn(moment, place)) * this.#cellsY +
            this.#rowOf(this.#y.numberIn(moment, place));
          if (reach > this.#reach) this.#reach = reach;
          if (drift > this.#drift) this.#drift = drift;
          this.#calmCount++;
          this.#begins[cell] = (this.#begins[cell] ?? 0) + 1;
        }
      }
      this.#cells[place] = cell;
    }
  }

  /** Places by their cells: a counting sort. */
  #sort(highest: number): void {
    const cells = this.#cellsX * this.#cellsY;
    let end = 0;
    for (let cell = 0; cell <= cells; cell++) {
      end += this.#begins[cell] ?? 0;
      this.#begins[cell] = end;
    }
    this.#restlessCount = 0;
    // From the end of each cell to its begin, which is then where it begins.
    for (let place = highest; place > 0; place--) {
      const cell = this.#cells[place] ?? NOWHERE;
      if (cell === RESTLESS) this.#places[this.#calmCount + this.#restlessCount++] = place;
      else if (cell !== NOWHERE) {
        const at = (this.#begins[cell] ?? 0) - 1;
        this.#begins[cell] = at;
        this.#places[at] = place;
      }
    }
  }
}

/** The moment that says where a place's row is at first, or null where neither has one. */
function momentOf({ from, to }: Between, place: number) {
  if ((from.ids[place] ?? 0) !== 0) return from;
  return (to.ids[place] ?? 0) !== 0 ? to : null;
}

/** Which of so many cells of a size something is in; the first or the last one for what lies outside. */
function cellOf(offset: number, size: number, cells: number): number {
  if (!(offset > 0)) return 0;
  const cell = offset / size;
  return cell < cells ? Math.floor(cell) : cells - 1;
}

/**
 * How far from its value in `from` a place that both moments have is drawn at most until `to`: a bound that holds for each
 * moment between them. Not for circles.
 */
export function reachOf(column: DrawnColumn, { from, to }: Between, place: number, seconds: number): number {
  const way = Math.abs(column.numberIn(to, place) - column.numberIn(from, place));
  const { velocity } = column;
  if (velocity === null || way > column.jumpAbove) return way;
  const slopes = Math.abs(velocity.numberIn(from, place)) + Math.abs(velocity.numberIn(to, place));
  return way + SLOPE_REACH * slopes * seconds;
}

/** How much further than that it is drawn beyond `to`, for each time that passes between the two moments. */
export function driftOf(column: DrawnColumn, { from, to }: Between, place: number, seconds: number): number {
  const way = Math.abs(column.numberIn(to, place) - column.numberIn(from, place));
  if (!column.isContinuous || way > column.jumpAbove) return 0;
  return column.velocity === null ? way : Math.abs(column.velocity.numberIn(to, place)) * seconds;
}
