/**
 * The clock of one machine among several that share a virtual time: it has its own idea of what time it is and how fast
 * time goes, and can lose a while of it. Monotonic, as the ports ask for: it never goes back. Its timers run a little
 * late, as all real ones do.
 */
import type { Clock } from '@madang/server';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
  cancel: () => void;
}

/** By how much: enough that whoever waits for a moment finds that it has come, whatever rounding does to it. */
const LATE_MS = 0.001;

export interface ParticipantClockOptions {
  /** What it says when it starts. 0. */
  readonly startsAtMs?: number;
  /** Its milliseconds per millisecond of virtual time: 1.001 is 0.1 % fast. 1. */
  readonly rate?: number;
}

export class ParticipantClock implements Clock {
  readonly #world: Clock;
  /** In the order they were set. */
  readonly #timers = new Set<Timer>();
  #rate: number;
  /** The clock said `#baseMs` when virtual time was `#baseAtMs`. */
  #baseMs: number;
  #baseAtMs: number;
  /** What it said or promised last: rounding must not take it back. */
  #leastMs: number;
  #awakeAtMs = 0;
  #isCrashed = false;

  /** Throws RangeError for a rate that is not above 0. */
  constructor(world: Clock, { startsAtMs = 0, rate = 1 }: ParticipantClockOptions = {}) {
    checkRate(rate);
    this.#world = world;
    this.#rate = rate;
    this.#baseMs = startsAtMs;
    this.#leastMs = startsAtMs;
    this.#baseAtMs = world.nowMs();
  }

  nowMs(): number {
    const nowMs = this.#baseMs + (this.#world.nowMs() - this.#baseAtMs) * this.#rate;
    return nowMs > this.#leastMs ? nowMs : this.#leastMs;
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#timers.size;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Drift: from now on, its milliseconds per millisecond of virtual time. Throws RangeError. */
  set rate(rate: number) {
    checkRate(rate);
    this.#rebase(0);
    this.#rate = rate;
    this.#schedule();
  }

  after(delayMs: number, run: () => void): () => void {
    if (this.#isCrashed) return () => {};
    const timer: Timer = { dueMs: this.nowMs() + Math.max(0, delayMs), run, cancel: () => {} };
    this.#timers.add(timer);
    this.#set(timer);
    return () => {
      if (this.#timers.delete(timer)) timer.cancel();
    };
  }

  /** The clock is put forward: what falls due by then runs next. Throws RangeError for a step back. */
  jump(ms: number): void {
    if (!(ms >= 0)) throw new RangeError('a monotonic clock does not go back');
    this.#rebase(ms);
    this.#schedule();
  }

  /**
   * The machine sleeps: time goes on, and what falls due within the next `ms` of virtual time runs when it wakes. One that
   * sleeps already wakes at the later end.
   */
  sleep(ms: number): void {
    this.#awakeAtMs = Math.max(this.#awakeAtMs, this.#world.nowMs() + ms);
    this.#schedule();
  }

  /** What sleeps wakes now. */
  wake(): void {
    this.#awakeAtMs = this.#world.nowMs();
    this.#schedule();
  }

  /** The machine is gone: none of its timers will run, and no new one is taken. */
  crash(): void {
    this.#isCrashed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #rebase(aheadMs: number): void {
    this.#baseMs = this.nowMs() + aheadMs;
    this.#leastMs = this.#baseMs;
    this.#baseAtMs = this.#world.nowMs();
  }

  #schedule(): void {
    const inOrder = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of inOrder) {
      timer.cancel();
      this.#set(timer);
    }
  }

  #set(timer: Timer): void {
    const dueInMs = (timer.dueMs - this.nowMs()) / this.#rate + LATE_MS;
    timer.cancel = this.#world.after(Math.max(dueInMs, this.#awakeAtMs - this.#world.nowMs()), () => {
      this.#timers.delete(timer);
      // On a clock that says a year, a microsecond is too little to be seen: the timer's own word is that it is time.
      this.#leastMs = Math.max(this.#leastMs, timer.dueMs);
      timer.run();
    });
  }
}

function checkRate(rate: number): void {
  if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) throw new RangeError('a clock needs a rate above 0');
}
