/**
 * What a room sends, by table and field: which field costs what. Bytes and rows of each table are counted as they are
 * written for each viewer; how a table's bytes divide among its fields is measured in one of several publications.
 */
import type { TableChanges } from '@madang/core/codec';

/** What one table has cost so far. */
export type TableTraffic = {
  readonly table: string;
  /** Bytes of its changes, over all viewers, and rows told. */
  readonly bytes: number;
  readonly rows: number;
  /** Estimated: a table's bytes, divided as those of its measured changes were. Empty for grids. */
  readonly fields: readonly { readonly field: string; readonly bytes: number }[];
};

/** What a room has sent so far, over all viewers of the native protocol. Plain JSON. */
export type RoomTraffic = {
  readonly roomId: string;
  readonly game: string;
  readonly tables: readonly TableTraffic[];
  /** Whole states: newcomers, and those that needed repair. */
  readonly snapshotBytes: number;
  /** What was missed by those that had been behind. */
  readonly catchUpBytes: number;
  /** Private fields. */
  readonly privateBytes: number;
  /** How long this room's ticks take, in milliseconds: the mean, and the longest of late. */
  readonly tickMs: { readonly mean: number; readonly max: number };
};

/** Counts what one table costs. */
export class TableCount {
  bytes = 0;
  rows = 0;

  add(bytes: number, rows: number): void {
    this.bytes += bytes;
    this.rows += rows;
  }
}

export class TrafficCount {
  snapshotBytes = 0;
  catchUpBytes = 0;
  privateBytes = 0;
  readonly #names: readonly string[];
  readonly #changes: readonly (TableChanges | null)[];
  readonly #counts: readonly TableCount[];

  /** Names of the parts, and the changes of those that are tables, in schema order. */
  constructor(names: readonly string[], changes: readonly (TableChanges | null)[]) {
    this.#names = names;
    this.#changes = changes;
    this.#counts = names.map(() => new TableCount());
  }

  /** The count of one part, by its place in the schema. */
  of(index: number): TableCount {
    const count = this.#counts[index];
    if (count === undefined) throw new RangeError(`there is no part ${index}`);
    return count;
  }

  get total(): Omit<RoomTraffic, 'roomId' | 'game' | 'tickMs'> {
    const { snapshotBytes, catchUpBytes, privateBytes } = this;
    const tables = this.#counts.map(({ bytes, rows }, index) => {
      const changes = this.#changes[index];
      const shares = changes?.costs.shares ?? [];
      const fields = (changes?.table.columns ?? [])
        .map(({ name }, column) => ({ field: name, bytes: Math.round(bytes * (shares[column] ?? 0)) }))
        .filter((one) => one.bytes > 0);
      return { table: this.#names[index] ?? '', bytes, rows, fields };
    });
    return { tables, snapshotBytes, catchUpBytes, privateBytes };
  }
}
