/**
 * A table as somebody saw it, to be asked who was where: what `seenBy` shows of it. It is aimed anew for every seat,
 * several times a tick; what it knows of a pair of moments is kept for all who look between the same two.
 */
import { hypot } from '../deterministic/trigonometry.ts';
import type { Fields } from '../schema/field.ts';
import type { PastRow, PastTable, PlaceFields, RayHit } from '../schema/netcode.ts';
import type { Between } from './between.ts';
import type { DrawnColumn } from './drawn-column.ts';
import { PlaceGrid } from './place-grid.ts';
import type { RowAt, TableAt } from './table-at.ts';
import type { TableMoment } from './table-history.ts';

/** Rows that are compared one by one sooner than a grid would know them apart. */
const FEW_ROWS = 48;

/** Searches of one pair of moments that cost no more than a grid would: only then is one made. */
const ASKED_BEFORE_GRID = 2;

export class PastTableView<F extends Fields = Fields> implements PastTable<F> {
  readonly #at: TableAt;
  readonly #x: DrawnColumn;
  readonly #y: DrawnColumn;
  readonly #grids = new WeakMap<TableMoment, PlaceGrid>();
  #between: Between | null = null;
  #seconds = 0;
  /** By place, the distance of what was found last: what nearest means. */
  #distances = new Float64Array(0);
  readonly #nearestFirst = (a: RowAt, b: RowAt): number =>
    (this.#distances[placeOf(a)] ?? 0) - (this.#distances[placeOf(b)] ?? 0) || placeOf(a) - placeOf(b);

  /**
   * `at` has all fields, those that no client sees too, and is aimed from here only; `place` names number fields of its
   * rows.
   */
  constructor(at: TableAt, place: PlaceFields) {
    this.#at = at;
    this.#x = columnOf(at, place.x);
    this.#y = columnOf(at, place.y);
  }

  /**
   * From now on rows are as between these moments; without any, there are none. Rows of another aim are not to be kept.
   */
  aim(between: Between | null): void {
    this.#between = between;
    this.#seconds = between === null ? 0 : this.#at.secondsOf(between);
    this.#at.aim(between);
  }

  get size(): number {
    return this.#at.size;
  }

  get(id: number): PastRow<F> | undefined {
    return this.#at.get(id) as PastRow<F> | undefined;
  }

  [Symbol.iterator](): Iterator<PastRow<F>> {
    return this.#at[Symbol.iterator]() as Iterator<unknown> as Iterator<PastRow<F>>;
  }

  inCircle(x: number, y: number, radius: number): readonly PastRow<F>[] {
    if (!(finite(x) && finite(y) && finite(radius))) throw notFinite('inCircle', { x, y, radius });
    const rows: RowAt[] = [];
    const at = this.#between;
    if (at === null || radius < 0) return rows as unknown as PastRow<F>[];
    const grid = this.#gridFor(at);
    grid?.findInBox(at, this.#seconds, x - radius, y - radius, x + radius, y + radius);
    const count = this.#countOf(grid);
    for (let i = 0; i < count; i++) {
      const place = grid === null ? i + 1 : (grid.found[i] ?? 0);
      const id = this.#at.idAt(place);
      if (id === 0) continue;
      const distance = hypot(this.#placeIn(this.#x, at, place, id) - x, this.#placeIn(this.#y, at, place, id) - y);
      if (!(distance <= radius)) continue;
      this.#distances[place] = distance;
      rows.push(this.#at.rowAt(place, id));
    }
    return rows.sort(this.#nearestFirst) as unknown as PastRow<F>[];
  }

  inBox(minX: number, minY: number, maxX: number, maxY: number): readonly PastRow<F>[] {
    if (!(finite(minX) && finite(minY) && finite(maxX) && finite(maxY))) {
      throw notFinite('inBox', { minX, minY, maxX, maxY });
    }
    const rows: RowAt[] = [];
    const at = this.#between;
    if (at === null || minX > maxX || minY > maxY) return rows as unknown as PastRow<F>[];
    const grid = this.#gridFor(at);
    grid?.findInBox(at, this.#seconds, minX, minY, maxX, maxY);
    const count = this.#countOf(grid);
    for (let i = 0; i < count; i++) {
      const place = grid === null ? i + 1 : (grid.found[i] ?? 0);
      const id = this.#at.idAt(place);
      if (id === 0) continue;
      const x = this.#placeIn(this.#x, at, place, id);
      if (x < minX || x > maxX) continue;
      const y = this.#placeIn(this.#y, at, place, id);
      if (y >= minY && y <= maxY) rows.push(this.#at.rowAt(place, id));
    }
    return (grid === null ? rows : rows.sort(inOrder)) as unknown as PastRow<F>[];
  }

  alongRay(ray: {
    x: number;
    y: number;
    dx: number;
    dy: number;
    length: number;
    radius: number;
  }): readonly RayHit<F>[] {
    const { x, y, dx, dy, length, radius } = ray;
    if (!(finite(x) && finite(y) && finite(dx) && finite(dy) && finite(length) && finite(radius))) {
      throw notFinite('alongRay', { x, y, dx, dy, length, radius });
    }
    const hits: RayHit<F>[] = [];
    const at = this.#between;
    if (at === null || radius < 0 || length < 0) return hits;
    // Made of a size that can be squared first, whatever size it has.
    const larger = Math.max(Math.abs(dx), Math.abs(dy));
    const size = larger === 0 ? 1 : hypot(dx / larger, dy / larger);
    const toX = larger === 0 ? 0 : dx / larger / size;
    const toY = larger === 0 ? 0 : dy / larger / size;
    const grid = this.#gridFor(at);
    grid?.findAlong(at, this.#seconds, x, y, toX, toY, length, radius);
    const count = this.#countOf(grid);
    for (let i = 0; i < count; i++) {
      const place = grid === null ? i + 1 : (grid.found[i] ?? 0);
      const id = this.#at.idAt(place);
      if (id === 0) continue;
      const awayX = this.#placeIn(this.#x, at, place, id) - x;
      const awayY = this.#placeIn(this.#y, at, place, id) - y;
      const distance = distanceTo(awayX, awayY, toX, toY, radius);
      if (!(distance <= length)) continue;
      hits.push({ row: this.#at.rowAt(place, id) as unknown as PastRow<F>, distance });
    }
    return hits.sort(nearestHitFirst);
  }

  /** The number of a row that is there, at this moment. */
  #placeIn(column: DrawnColumn, at: Between, place: number, id: number): number {
    return column.numberAt(at, place, at.from.ids[place] === id, at.to.ids[place] === id, this.#seconds);
  }

  /** How many places are to be looked at: those that the grid found, or all. */
  #countOf(grid: PlaceGrid | null): number {
    const { highest } = this.#at;
    if (this.#distances.length <= highest) this.#distances = new Float64Array(highest * 2);
    return grid === null ? highest : grid.foundCount;
  }

  /** The grid to search in, or null where one by one is as good. */
  #gridFor(at: Between): PlaceGrid | null {
    if (this.#at.highest <= FEW_ROWS) return null;
    let grid = this.#grids.get(at.from);
    if (grid === undefined) {
      grid = new PlaceGrid(this.#x, this.#y);
      this.#grids.set(at.from, grid);
    }
    grid.aim(at);
    return grid.asked++ < ASKED_BEFORE_GRID ? null : grid;
  }
}

/**
 * How far along a ray of length 1 it enters a circle around what is so far away from its start; infinite where it never
 * does.
 */
function distanceTo(awayX: number, awayY: number, toX: number, toY: number, radius: number): number {
  if (hypot(awayX, awayY) <= radius) return 0;
  const along = awayX * toX + awayY * toY;
  const aside = Math.abs(awayX * toY - awayY * toX);
  // Not beside the ray, and not behind its start: in a direction of 0 there is nothing but the start.
  if (!(along > 0 && aside <= radius)) return Number.POSITIVE_INFINITY;
  return Math.max(0, along - Math.sqrt(radius - aside) * Math.sqrt(radius + aside));
}

function placeOf({ id }: { readonly id: number }): number {
  return id & 0xffff;
}

function inOrder(a: RowAt, b: RowAt): number {
  return placeOf(a) - placeOf(b);
}

function nearestHitFirst(a: RayHit<Fields>, b: RayHit<Fields>): number {
  return a.distance - b.distance || placeOf(a.row) - placeOf(b.row);
}

function columnOf({ table, columns }: TableAt, name: string): DrawnColumn {
  const column = columns.find((one) => one.name === name);
  if (column === undefined)
    throw new RangeError(`table ${table.name} has no field ${name} that says where its rows are`);
  return column;
}

function finite(value: number): boolean {
  return Number.isFinite(value);
}

function notFinite(search: string, values: Readonly<Record<string, number>>): RangeError {
  const found = Object.entries(values).find(([, value]) => !finite(value));
  const [name, value] = found ?? [];
  return new RangeError(
    `${search} needs finite numbers, and its ${name} is ${value}: look where it was computed, perhaps from 0 / 0.`,
  );
}
