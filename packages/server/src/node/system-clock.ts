/**
 * The machine's own monotonic time, and timers on it. One timer of the runtime stands for all of a clock's. The runtime counts
 * whole milliseconds and keeps no order among timers of different lengths; with one for each room, ticks were late by three
 * times as much on a busy core (`npm run bench -- tick`).
 */
import { TimerHeap } from '../memory/timer-heap.ts';
import type { Clock } from '../ports/clock.ts';

/** Longer delays would overflow the runtime's timers, which then fire at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** After this the event loop goes round, even if more is due: writes go out only then. */
const TURN_MS = 1;

export class SystemClock implements Clock {
  readonly #timers = new TimerHeap();
  /** When the runtime wakes this clock; infinitely late while nothing is to come. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #cancelWake = (): void => {};
  #isFiring = false;

  nowMs(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): () => void {
    // What is no number would never be due, and everything behind it neither.
    const cancel = this.#timers.add(this.nowMs() + (delayMs > 0 ? delayMs : 0), run);
    this.#await();
    return () => {
      cancel();
      // A process must be able to end while nothing is awaited; any other wake-up in vain costs less than avoiding it.
      if (this.#timers.pending === 0) this.#sleep();
    };
  }

  #await(): void {
    const { nextMs } = this.#timers;
    if (this.#isFiring || nextMs >= this.#wakeMs) return;
    this.#cancelWake();
    this.#wakeMs = nextMs;
    const delayMs = nextMs - this.nowMs();
    // A timer of the runtime waits for a millisecond at least: what is due already goes on after what came in was read.
    if (delayMs <= 0) {
      const immediate = setImmediate(() => this.#fire());
      this.#cancelWake = () => clearImmediate(immediate);
    } else {
      const timeout = setTimeout(() => this.#fire(), Math.min(DELAY_MAX_MS, delayMs));
      this.#cancelWake = () => clearTimeout(timeout);
    }
  }

  #sleep(): void {
    this.#cancelWake();
    this.#wakeMs = Number.POSITIVE_INFINITY;
  }

  /**
   * Runs what is due, in order, for about a millisecond. The rest, and what falls due meanwhile, waits for the next turn: what was
   * sent goes out in between, and sockets are read.
   */
  #fire(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#isFiring = true;
    const startMs = this.nowMs();
    try {
      for (let left = this.#timers.pending; left > 0 && this.#timers.nextMs <= startMs; left--) {
        this.#timers.take()?.();
        if (this.nowMs() - startMs >= TURN_MS) break;
      }
    } finally {
      this.#isFiring = false;
      this.#await();
    }
  }
}

/** Milliseconds since the epoch, which may jump: for what ends at a date, and nothing else. */
export function systemWallNowMs(): number {
  return Date.now();
}
