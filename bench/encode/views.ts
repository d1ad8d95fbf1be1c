/**
 * Who sees what: every viewer sees the rows within one radius of a mover of its own, that mover included.
 *
 * The radius is chosen so that a viewer sees `visible` rows in the mean when the world begins. Views stay as they began
 * until `follow` is called; called every tick, it reports each row that came into a view or left it.
 */
import { at, QUANTA_MAX, type World } from './world.ts';

export interface Views {
  readonly viewers: number;
  /** Quanta. */
  readonly radius: number;
  /** The mover a viewer stands at; they are spread evenly over all ids. */
  moverOf(viewer: number): number;
  /** The rows one viewer sees, in no particular order; valid until the next `follow`. */
  visible(viewer: number): Uint32Array;
  /** Rows that are visible, summed over all viewers. */
  visibleTotal(): number;
  /** Brings the views up to where the world is now: first what a viewer newly sees, then what it has lost. */
  follow(on: ViewChanges): void;
}

export interface ViewChanges {
  entered(viewer: number, row: number): void;
  left(viewer: number, row: number): void;
}

export interface ViewsOptions {
  readonly viewers: number;
  /** Mean number of rows a viewer is to see. */
  readonly visible: number;
}

/** `viewers` may not exceed the world's movers. */
export function createViews(world: World, { viewers, visible }: ViewsOptions): Views {
  const moverOf = (viewer: number): number => Math.floor((viewer * world.movers) / viewers);
  const radius = radiusFor(world, viewers, moverOf, visible);
  const nearby = createNearby(world, radius);

  // seen[viewer][row] is the number of the last look at which that viewer saw the row.
  const seen = Array.from({ length: viewers }, () => new Uint32Array(world.rows));
  let now = lists(viewers, world.rows);
  let before = lists(viewers, world.rows);
  let look = 1;
  let total = 0;

  const follow = (on: ViewChanges): void => {
    [now, before] = [before, now];
    look += 1;
    nearby.sort();
    total = 0;
    for (let viewer = 0; viewer < viewers; viewer++) {
      const stamps = seen[viewer] as Uint32Array;
      const rows = now.rows[viewer] as Uint32Array;
      const count = nearby.find(moverOf(viewer), rows);
      now.counts[viewer] = count;
      total += count;
      for (let i = 0; i < count; i++) {
        const row = at(rows, i);
        if (stamps[row] !== look - 1) on.entered(viewer, row);
        stamps[row] = look;
      }
      const old = before.rows[viewer] as Uint32Array;
      for (let i = 0; i < at(before.counts, viewer); i++) {
        const row = at(old, i);
        if (stamps[row] !== look) on.left(viewer, row);
      }
    }
  };
  follow({ entered() {}, left() {} });

  return {
    viewers,
    radius,
    moverOf,
    visible: (viewer) => (now.rows[viewer] as Uint32Array).subarray(0, now.counts[viewer]),
    visibleTotal: () => total,
    follow,
  };
}

function lists(viewers: number, rows: number): { rows: Uint32Array[]; counts: Uint32Array } {
  return { rows: Array.from({ length: viewers }, () => new Uint32Array(rows)), counts: new Uint32Array(viewers) };
}

function isWithin(world: World, row: number, other: number, radius: number): boolean {
  const dx = at(world.x, row) - at(world.x, other);
  const dy = at(world.y, row) - at(world.y, other);
  return dx * dx + dy * dy <= radius * radius;
}

/** By halving the interval: the walls cut some circles off, so no formula gives the mean exactly. */
function radiusFor(world: World, viewers: number, moverOf: (viewer: number) => number, visible: number): number {
  let [low, high] = [0, QUANTA_MAX];
  while (high - low > 1) {
    const radius = (low + high) / 2;
    let total = 0;
    for (let viewer = 0; viewer < viewers; viewer++) {
      const own = moverOf(viewer);
      for (let row = 0; row < world.movers; row++) if (isWithin(world, row, own, radius)) total += 1;
    }
    if (total < visible * viewers) low = radius;
    else high = radius;
  }
  return high;
}

/** Finds rows by square cells as wide as the radius, so only the nine around a mover have to be searched. */
function createNearby(world: World, radius: number): { sort(): void; find(mover: number, into: Uint32Array): number } {
  const across = Math.max(1, Math.min(256, Math.floor((QUANTA_MAX + 1) / radius)));
  const cellOf = (quanta: number): number => Math.floor((quanta * across) / (QUANTA_MAX + 1));
  const starts = new Uint32Array(across * across + 1);
  const sorted = new Uint32Array(world.rows);

  return {
    /** Counting sort of all rows by cell, from the back so that `starts` ends up at each cell's first row. */
    sort() {
      starts.fill(0);
      for (let row = 0; row < world.rows; row++) {
        const cell = cellOf(at(world.y, row)) * across + cellOf(at(world.x, row));
        starts[cell] = at(starts, cell) + 1;
      }
      for (let cell = 1; cell < starts.length; cell++) starts[cell] = at(starts, cell) + at(starts, cell - 1);
      for (let row = world.rows - 1; row >= 0; row--) {
        const cell = cellOf(at(world.y, row)) * across + cellOf(at(world.x, row));
        const place = at(starts, cell) - 1;
        starts[cell] = place;
        sorted[place] = row;
      }
    },
    find(mover, into) {
      const [column, line] = [cellOf(at(world.x, mover)), cellOf(at(world.y, mover))];
      let count = 0;
      for (let cellY = Math.max(0, line - 1); cellY <= Math.min(across - 1, line + 1); cellY++) {
        const first = at(starts, cellY * across + Math.max(0, column - 1));
        const end = at(starts, cellY * across + Math.min(across - 1, column + 1) + 1);
        for (let i = first; i < end; i++) {
          const row = at(sorted, i);
          if (isWithin(world, row, mover, radius)) into[count++] = row;
        }
      }
      return count;
    },
  };
}
