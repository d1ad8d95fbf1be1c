/** A growing list of whole numbers that is filled anew again and again: its memory is kept when it is cleared. */
export class IntList {
  items: Int32Array;
  count = 0;

  constructor(capacity = 16) {
    this.items = new Int32Array(capacity);
  }

  push(item: number): void {
    if (this.count === this.items.length) this.reserve(this.count * 2);
    this.items[this.count++] = item;
  }

  clear(): void {
    this.count = 0;
  }

  /** Room for so many items in all. */
  reserve(capacity: number): void {
    if (capacity <= this.items.length) return;
    const grown = new Int32Array(Math.max(capacity, this.items.length * 2));
    grown.set(this.items.subarray(0, this.count));
    this.items = grown;
  }

  /** Puts the items in ascending order. */
  sort(): void {
    sortAscending(this.items, this.count);
  }
}

/** Sorts the first `count` items in place; costs one look at each where they are in order already, as they mostly are. */
export function sortAscending(items: Int32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    if ((items[i - 1] ?? 0) > (items[i] ?? 0)) {
      items.subarray(0, count).sort();
      return;
    }
  }
}
