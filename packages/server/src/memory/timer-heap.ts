/**
 * Timers by when they are due. Setting one costs the logarithm of how many there are, cancelling one nothing: cancelled
 * timers lie around until they come up or outnumber the others.
 */

interface Timer {
  readonly dueMs: number;
  /** Breaks ties: of timers due at once, the one set first runs first. */
  readonly order: number;
  /** Null once it was taken or cancelled. */
  run: (() => void) | null;
}

/** Cancelled timers that may lie around before the heap is rid of them. */
const CANCELLED_MIN = 64;

export class TimerHeap {
  #order = 0;
  #pending = 0;
  /** A binary heap, the timer due first at its root. */
  #heap: Timer[] = [];

  /** Timers that were neither taken nor cancelled. */
  get pending(): number {
    return this.#pending;
  }

  /** When the first timer is due: infinitely late where there is none. */
  get nextMs(): number {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.run !== null) return next.dueMs;
      this.#removeFirst();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Answers a function that cancels the timer; cancelling twice, or one that was taken, does nothing. */
  add(dueMs: number, run: () => void): () => void {
    const timer: Timer = { dueMs, order: this.#order++, run };
    this.#push(timer);
    this.#pending++;
    return () => {
      if (timer.run === null) return;
      timer.run = null;
      this.#pending--;
      if (this.#heap.length > CANCELLED_MIN + 2 * this.#pending) this.#sweep();
    };
  }

  /** Takes the first timer out and answers what it runs; null where there is none. */
  take(): (() => void) | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      this.#removeFirst();
      const { run } = first;
      if (run === null) continue;
      first.run = null;
      this.#pending--;
      return run;
    }
    return null;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, timer)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }

  #sweep(): void {
    const kept = this.#heap.filter((timer) => timer.run !== null);
    this.#heap = [];
    for (const timer of kept) this.#push(timer);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
