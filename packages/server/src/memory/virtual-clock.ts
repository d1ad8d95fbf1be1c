/**
 * A clock that stands still until told: minutes of play pass in milliseconds, the same way every time. Setting a timer
 * costs the logarithm of how many there are, cancelling one nothing.
 */
import type { Clock } from '../ports/clock.ts';
import { TimerHeap } from './timer-heap.ts';

export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new TimerHeap();

  nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#timers.pending;
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), run);
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
    const { nextMs } = this.#timers;
    const run = nextMs > untilMs ? null : this.#timers.take();
    if (run === null) return false;
    this.#nowMs = Math.max(this.#nowMs, nextMs);
    run();
    return true;
  }

  /** Resolves once chains of promises that no timer or socket stands behind have run. */
  async settle(): Promise<void> {
    for (let i = 0; i < 8; i++) await null;
  }

  /** A stall: time passes and nothing runs, as when the machine sleeps. What fell due runs at the next `advance`. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }
}
