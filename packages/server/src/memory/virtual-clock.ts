/**
 * A clock that stands still until told: minutes of play pass in milliseconds, the same way every time. Setting a timer
 * costs the logarithm of how many there are, cancelling one nothing.
 */
import type { Clock } from '../ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  /** Breaks ties: of timers due at once, the one set first runs first. */
  readonly order: number;
  /** Null once it ran or was cancelled. */
  run: (() => void) | null;
}

/** Cancelled timers that may lie around before the heap is rid of them. */
const CANCELLED_MIN = 64;

export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #pending = 0;
  /** A binary heap, the timer due first at its root. Cancelled ones stay until they come up or outnumber the others. */
  #heap: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#pending;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(timer);
    this.#pending++;
    return () => {
      if (timer.run === null) return;
      timer.run = null;
      this.#pending--;
      if (this.#heap.length > CANCELLED_MIN + 2 * this.#pending) this.#sweep();
    };
  }

  /** Lets time pass, running what falls due in order. Work that awaits promises needs `advanceAsync`. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    while (this.step(end));
    this.#nowMs = end;
  }

  /** As `advance`, letting promises settle after every timer. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await this.settle();
    while (this.step(end)) await this.settle();
    this.#nowMs = end;
  }

  /** Runs the next timer where one is due by `untilMs`, and answers whether one was: for those who look in between. */
  step(untilMs: number): boolean {
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= untilMs; next = this.#heap[0]) {
      this.#removeFirst();
      const { run } = next;
      if (run === null) continue;
      next.run = null;
      this.#pending--;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      run();
      return true;
    }
    return false;
  }

  /** Resolves once chains of promises that no timer or socket stands behind have run. */
  async settle(): Promise<void> {
    for (let i = 0; i < 8; i++) await null;
  }

  /** A stall: time passes and nothing runs, as when the machine sleeps. What fell due runs at the next `advance`. */
  stall(ms: number): void {
    this.#nowMs += ms;
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
