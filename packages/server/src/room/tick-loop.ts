/**
 * Ticks on an absolute grid: tick n is due at `origin + n x period`, whatever the lateness of the one before, so an
 * hour of ticks drifts by nothing. After a stall a few missed ticks are caught up at once; if that does not do, the
 * grid itself is moved, openly: the room's clock then runs late by a known number of ticks rather than in a rush.
 */
import type { Clock } from '../ports/clock.ts';

/** Ticks run in one go to catch up after a stall. More would turn one stall into the next. */
export const CATCH_UP_TICKS_MAX = 5;

export interface TickLoopOptions {
  readonly clock: Clock;
  readonly periodMs: number;
  /** Runs one tick. Must not throw: the room has its own answer to faults. */
  run(): void;
  /** Told when the grid was moved by this many whole ticks. */
  slipped(ticks: number): void;
}

export class TickLoop {
  readonly #options: TickLoopOptions;
  #dueMs = 0;
  #cancel: (() => void) | null = null;

  constructor(options: TickLoopOptions) {
    this.#options = options;
  }

  /** The first tick is due after `delayMs`, so that rooms can be spread over the period. Starting twice does nothing. */
  start(delayMs: number): void {
    if (this.#cancel !== null) return;
    this.#dueMs = this.#options.clock.nowMs() + delayMs;
    this.#await();
  }

  /**
   * Ticks until the next one is due: 1 just after one was and while nothing runs, less than 0 when it is overdue, and no
   * less than as many as are caught up: beyond them the grid is moved.
   */
  get ticksToNext(): number {
    if (this.#cancel === null) return 1;
    return Math.max(-CATCH_UP_TICKS_MAX, (this.#dueMs - this.#options.clock.nowMs()) / this.#options.periodMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #await(): void {
    const { clock } = this.#options;
    this.#cancel = clock.after(this.#dueMs - clock.nowMs(), () => this.#fire());
  }

  #fire(): void {
    const { clock, periodMs, run, slipped } = this.#options;
    let ran = 0;
    // Timers may fire a little early: then nothing is due yet, and the rest of the wait follows.
    for (; ran < CATCH_UP_TICKS_MAX && clock.nowMs() >= this.#dueMs; ran++) {
      this.#dueMs += periodMs;
      run();
      if (this.#cancel === null) return;
    }
    if (ran === CATCH_UP_TICKS_MAX) {
      const missed = Math.max(0, Math.floor((clock.nowMs() - this.#dueMs) / periodMs) + 1);
      this.#dueMs += missed * periodMs;
      if (missed > 0) slipped(missed);
    }
    this.#await();
  }
}
