/**
 * Ticks on an absolute grid: tick n is due at `origin + n x period`, whatever the lateness of the one before, so an
 * hour of ticks drifts by nothing. After a stall a few missed ticks are caught up at once; if that does not do, the
 * grid itself is moved, openly: the room's clock then runs late by a known number of ticks rather than in a rush.
 *
 * Ticks in which there is nothing to do are not worth waking up for: they are owed, and counted together before the next one in which
 * there is, or when somebody wakes the loop.
 */
import type { Clock } from '../ports/clock.ts';

/** Ticks run in one go to catch up after a stall. More would turn one stall into the next. */
export const CATCH_UP_TICKS_MAX = 5;

export interface TickLoopOptions {
  readonly clock: Clock;
  readonly periodMs: number;
  /** Runs one tick. Must not throw: the room has its own answer to faults. */
  run(): void;
  /** Counts one tick in which there was nothing to do. */
  pass(): void;
  /** In how many of the ticks that follow there is nothing to do; whoever gives them something to do calls `wake` before. */
  idleTicks(): number;
  /** Told when the grid was moved by this many whole ticks. */
  slipped(ticks: number): void;
}

export class TickLoop {
  readonly #options: TickLoopOptions;
  #dueMs = 0;
  /** Of the ticks that follow, those that need not be run. */
  #idleTicks = 0;
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
    const { clock, periodMs } = this.#options;
    return Math.max(-CATCH_UP_TICKS_MAX - this.#idleTicks, (this.#dueMs - clock.nowMs()) / periodMs);
  }

  /** Ticks that were due, in which there was nothing to do, and which have not been counted yet. */
  get owedTicks(): number {
    if (this.#idleTicks === 0) return 0;
    const { clock, periodMs } = this.#options;
    const dueTicks = Math.floor((clock.nowMs() - this.#dueMs) / periodMs) + 1;
    return Math.max(0, Math.min(this.#idleTicks, dueTicks));
  }

  /** Counts the ticks that are owed: after this something may be done that is for the ticks to come. */
  wake(): void {
    if (this.#idleTicks === 0) return;
    this.#passOwed();
    this.#cancel?.();
    this.#await();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#idleTicks = 0;
  }

  #await(): void {
    const { clock, periodMs } = this.#options;
    const dueMs = this.#dueMs + this.#idleTicks * periodMs;
    this.#cancel = clock.after(dueMs - clock.nowMs(), () => this.#fire());
  }

  #passOwed(): void {
    const owed = this.owedTicks;
    this.#idleTicks = 0;
    this.#dueMs += owed * this.#options.periodMs;
    for (let left = owed; left > 0; left--) this.#options.pass();
  }

  #fire(): void {
    const { clock, periodMs, run, idleTicks, slipped } = this.#options;
    this.#passOwed();
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
    this.#idleTicks = idleTicks();
    this.#await();
  }
}
