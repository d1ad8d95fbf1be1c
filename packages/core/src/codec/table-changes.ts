/** What one publication changed in one table: lists of places, and the slices of the rows that changed. */
import type { TableStore } from '../state/table-store.ts';
import { FieldCosts } from './field-costs.ts';
import { IntList } from './int-list.ts';

/** What `TableChanges.sliceWords` has of each place. */
export const SLICE_WORDS = 4;

/** Bytes of a slice that stand in its words. */
export const SHORT_SLICE_BYTES = 8;

/** Bytes a row's place and column mask take at most, before its values. */
const ROW_HEAD_BYTES = 10;

/** In place of a row's head, whose gap is never 0: how many rows follow it directly is said first. */
export const HEAD_OF_RUN = 1;

/** Heads of smaller gaps take one byte. */
export const SHORT_GAP = 64;

/** Rows that may follow the first of a run: their number is one byte. */
export const RUN_ROWS_MAX = 0xff;

/** What the last publication changed in one table. Places ascend in every list. */
export class TableChanges {
  readonly table: TableStore;
  readonly index: number;
  /** Written as slices, row by row, rather than into the delta for all. */
  readonly isSliced: boolean;
  /** Rows that are new. */
  readonly put = new IntList();
  /** Places that lost their row and have no new one. */
  readonly gone = new IntList();
  /** Rows that have a slice. */
  readonly changed = new IntList();
  /** Rows with a private column that changed, or whose owner or team did; new rows are not among them. */
  readonly restricted = new IntList();
  /**
   * The slice of each place, four words from `place * SLICE_WORDS` on: its length in bytes (0: there is none), its columns, and
   * its first eight bytes as two little-endian numbers. Most slices are no longer; so copying one is two loads and two stores.
   */
  readonly sliceWords: Int32Array;
  /** By place, where a slice of more than eight bytes is in `Publication.slices`. */
  readonly longSliceAt: Int32Array;
  /** Where `writeChanges` is at. */
  readonly run = { isDense: false, next: 0, end: 0, lastPlace: 0, lastColumns: 0, rows: 0 };
  /** What each field's changes cost, estimated. */
  readonly costs: FieldCosts;

  // The table's columns as the inner loop wants them: by index, null where the column is no integer.
  readonly ints: readonly (Int32Array | null)[];
  readonly sentInts: readonly Int32Array[];
  readonly shifts: Int32Array;
  readonly rowBytesMax: number;

  constructor(table: TableStore, index: number, isSliced: boolean) {
    this.table = table;
    this.index = index;
    this.isSliced = isSliced;
    this.longSliceAt = new Int32Array(isSliced ? table.maxRows + 1 : 0);
    this.sliceWords = new Int32Array(this.longSliceAt.length * SLICE_WORDS);
    this.costs = new FieldCosts(table.columns.length);
    const none = new Int32Array(0);
    this.ints = table.columns.map((column) => (column.store === 'int' ? column.data : null));
    this.sentInts = table.columns.map((column) => (column.store === 'int' ? column.sent : none));
    this.shifts = Int32Array.from(table.columns, ({ store, codec }) =>
      store === 'int' && codec.wrapBits > 0 ? 32 - codec.wrapBits : 0,
    );
    this.rowBytesMax = ROW_HEAD_BYTES + SHORT_SLICE_BYTES + 8 * table.columns.length;
  }

  /** Nothing changed: before the next publication. */
  clear(): void {
    const { items, count } = this.changed;
    if (this.isSliced) for (let i = 0; i < count; i++) this.sliceWords[(items[i] ?? 0) * SLICE_WORDS] = 0;
    this.put.clear();
    this.gone.clear();
    this.changed.clear();
    this.restricted.clear();
  }
}
