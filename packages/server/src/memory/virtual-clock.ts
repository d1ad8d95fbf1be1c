/** A clock that stands still until told: minutes of play pass in milliseconds, the same way every time. */
import type { Clock } from '../ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  /** Breaks ties: of timers due at once, the one set first runs first. */
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#timers.length;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    const behind = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(behind < 0 ? this.#timers.length : behind, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, running what falls due in order. Work that awaits promises needs `advanceAsync`. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (let next = this.#timers[0]; next !== undefined && next.dueMs <= end; next = this.#timers[0])
      this.#runNext(next);
    this.#nowMs = end;
  }

  /** As `advance`, letting promises settle after every timer. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settle();
    for (let next = this.#timers[0]; next !== undefined && next.dueMs <= end; next = this.#timers[0]) {
      this.#runNext(next);
      await settle();
    }
    this.#nowMs = end;
  }

  /** A stall: time passes and nothing runs, as when the machine sleeps. What fell due runs at the next `advance`. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  #runNext(timer: Timer): void {
    this.#timers.shift();
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.run();
  }
}

/** Long enough for chains of promises that no timer or socket stands behind. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
