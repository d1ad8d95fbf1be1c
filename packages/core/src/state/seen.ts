/**
 * What somebody may see of a state: which rows, and which columns of each. Everything that leaves a server for a person
 * (hashes, JSON; frames hold the same rules column by column) asks here.
 */
import type { GridStore } from './grid-store.ts';
import type { TableStore } from './table-store.ts';

/** The rows of one table that a viewer is told about: the first `count` of `places`, ascending. */
export interface RowSet {
  readonly places: Int32Array;
  readonly count: number;
}

/** Somebody's eyes: a seat, its team (0 for none), and of tables with interest the rows it is told about. */
export interface Eyes {
  readonly seat: number;
  readonly team: number;
  /** Null where this table is told as a whole. */
  rowsOf(table: TableStore): RowSet | null;
}

/** Whose eyes a state is for: a seat's, by number where it has no team and is told all rows (0: nobody's), or the server's. */
export type Viewer = Eyes | number | 'server';

/** The eyes of a viewer that is not the server. */
export function eyesOf(viewer: Eyes | number): Eyes {
  return typeof viewer === 'number' ? { seat: viewer, team: 0, rowsOf: () => null } : viewer;
}

export function isGridSeen(grid: GridStore, viewer: Viewer): boolean {
  return grid.isShared || viewer === 'server';
}

/**
 * Calls `visit` with each row's place that the viewer sees, ascending, and the bits of the columns it sees of it. The
 * server sees rows as they are; others, and mirrors, as they were published.
 */
export function eachSeenRow(table: TableStore, viewer: Viewer, visit: (place: number, columns: number) => void): void {
  if (viewer === 'server') {
    for (let place = 1; place <= table.highest; place++) if (table.alive[place] === 1) visit(place, table.allMask);
    return;
  }
  const eyes = eyesOf(viewer);
  const columns =
    table.holder === 'server'
      ? (place: number) => table.sharedMask | table.accessAt(place, eyes.seat, eyes.team)
      : (place: number) => table.sharedMask | (table.granted[place] ?? 0);
  const rows = eyes.rowsOf(table);
  if (rows === null) {
    for (let place = 1; place <= table.highestSent; place++)
      if (table.sentId[place] !== 0) visit(place, columns(place));
  } else {
    for (let i = 0; i < rows.count; i++) visit(rows.places[i] ?? 0, columns(rows.places[i] ?? 0));
  }
}
