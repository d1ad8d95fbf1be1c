/**
 * The rows of one table that one seat is told about, in ascending order of places: which they are, and what its peer has
 * been told of each. How rows come into it differs by interest (`near-rows.ts`, `ruled-rows.ts`); this is what they share.
 */
import type { RowSet, TableStore } from '@madang/core';
import { IntList } from '@madang/core/codec';

/** In `waits`: the peer has this row as it was last published. Above 0: it misses changes since that publication. */
export const IN_SYNC = 0;

export abstract class VisibleRows implements RowSet {
  readonly table: TableStore;
  readonly seat: number;
  places = new Int32Array(16);
  ids = new Uint32Array(16);
  /** By entry: IN_SYNC; n, told once and out of date since publication n; -n, wanted since publication n and never told. */
  waits = new Int32Array(16);
  count = 0;
  /** By entry, where `isHolding`: 1 for one that must wait for its turn. */
  held = new Uint8Array(0);
  isHolding = false;
  /** Places of rows that the peer was told of and is to forget; the last `refresh` found them. */
  readonly left = new IntList();

  /** What comes into view in this refresh, in any order and perhaps twice. */
  protected readonly entering = new IntList();

  constructor(table: TableStore, seat: number) {
    this.table = table;
    this.seat = seat;
  }

  /** Brings the list up to date with publication `number`; `lookAnew` before, where publications were missed. */
  abstract refresh(number: number): void;

  /** The next refresh looks at all rows, and not only at those that its publication changed. */
  abstract lookAnew(): void;

  /** Forgets everything, what the peer was told included: the next refresh begins from nothing. */
  reset(): void {
    this.count = 0;
    this.left.clear();
    this.lookAnew();
  }

  /** How far an entry is from who looks, in radii; 0 where the interest is none of distance. */
  distanceAt(_entry: number): number {
    return 0;
  }

  /** Holds those entries back that `mustWait` answers true for: from publication `number` on they are out of date. */
  hold(number: number, mustWait: (entry: number) => boolean): void {
    if (this.held.length < this.count) this.held = new Uint8Array(this.places.length);
    for (let i = 0; i < this.count; i++) {
      this.held[i] = mustWait(i) ? 1 : 0;
      if (this.held[i] === 1 && this.waits[i] === IN_SYNC) this.waits[i] = number;
    }
  }

  /** Where a place is in the list, or -1. */
  indexOf(place: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = this.places[middle] ?? 0;
      if (at === place) return middle;
      if (at < place) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** After publications were missed: what changed after number `since` is out of date. */
  outdate(since: number, number: number): void {
    const { changedAt } = this.table;
    for (let i = 0; i < this.count; i++) {
      if (this.waits[i] === IN_SYNC && (changedAt[this.places[i] ?? 0] ?? 0) > since) this.waits[i] = number;
    }
  }

  /** Every row was told as it is now: after a snapshot. */
  settle(): void {
    this.waits.fill(IN_SYNC, 0, this.count);
    this.left.clear();
  }

  /** Keeps the entries that `isStaying` answers true for and whose row is still the same; lists the others as left. */
  protected retain(isStaying: (place: number) => boolean): void {
    const { places, ids, waits, table } = this;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const place = places[i] ?? 0;
      const wait = waits[i] ?? 0;
      if (table.sentId[place] === ids[i] && isStaying(place)) {
        places[kept] = place;
        ids[kept] = ids[i] ?? 0;
        waits[kept++] = wait;
      } else if (wait >= 0) this.left.push(place);
    }
    this.count = kept;
  }

  /** Adds what is entering, which is then as of publication `number` wanted and not told. */
  protected admit(number: number): void {
    const { entering } = this;
    if (entering.count === 0) return;
    entering.sort();
    this.#grow(this.count + entering.count);
    const { places, ids, waits } = this;
    // From the back, so that nothing is overwritten before it was moved; a place that is there already is dropped after.
    let from = this.count - 1;
    let to = this.count + entering.count - 1;
    for (let i = entering.count - 1; i >= 0; ) {
      const place = entering.items[i] ?? 0;
      if (from >= 0 && (places[from] ?? 0) >= place) {
        if (places[from] === place) i--;
        places[to] = places[from] ?? 0;
        ids[to] = ids[from] ?? 0;
        waits[to--] = waits[from--] ?? 0;
        continue;
      }
      i--;
      // The same place once more.
      if (to + 1 < this.count + entering.count && places[to + 1] === place) continue;
      places[to] = place;
      ids[to] = this.table.sentId[place] ?? 0;
      waits[to--] = -number;
    }
    this.#close(from + 1, to + 1, this.count + entering.count);
    entering.clear();
  }

  /** Closes the gap that entries seen twice have left: [0, low) and [high, end) become one. */
  #close(low: number, high: number, end: number): void {
    if (low !== high) {
      this.places.copyWithin(low, high, end);
      this.ids.copyWithin(low, high, end);
      this.waits.copyWithin(low, high, end);
    }
    this.count = low + (end - high);
  }

  #grow(capacity: number): void {
    if (capacity <= this.places.length) return;
    const { places, ids, waits } = this;
    const length = Math.max(capacity, this.places.length * 2);
    this.places = new Int32Array(length);
    this.ids = new Uint32Array(length);
    this.waits = new Int32Array(length);
    this.places.set(places);
    this.ids.set(ids);
    this.waits.set(waits);
  }
}
