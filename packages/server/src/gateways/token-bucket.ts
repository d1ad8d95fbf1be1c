/** An allowance that fills with time up to a burst: how much of something may come, and how fast. */
import type { Clock } from '../ports/clock.ts';

/** Of a token: what sums of fractions may be off by. */
const TOLERANCE = 1e-6;

/**
 * Kept as the moment at which it is full again, which is all that changes: one number for each message of each connection.
 * Source: the virtual scheduling form of the Generic Cell Rate Algorithm, ITU-T I.371.
 */
export class TokenBucket {
  readonly #clock: Clock;
  #perSecond: number;
  #burst: number;
  #fullAtMs = Number.NEGATIVE_INFINITY;

  /** Full at first. `perSecond` is above 0. */
  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Holds more from now on, and has more at once. */
  widen(perSecond: number, burst: number): void {
    const nowMs = this.#clock.nowMs();
    const missing = this.#missingAt(nowMs);
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#fullAtMs = nowMs + (missing * 1000) / perSecond;
  }

  /** Takes this much out; where there is not enough, takes nothing and answers false. Whoever has read the clock may say so. */
  take(tokens: number, nowMs = this.#clock.nowMs()): boolean {
    if (this.#missingAt(nowMs) + tokens > this.#burst + TOLERANCE) return false;
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + (tokens * 1000) / this.#perSecond;
    return true;
  }

  /** True where nothing is taken out: such a bucket is as good as a new one. */
  get isFull(): boolean {
    return this.#fullAtMs <= this.#clock.nowMs();
  }

  #missingAt(nowMs: number): number {
    return this.#fullAtMs <= nowMs ? 0 : ((this.#fullAtMs - nowMs) * this.#perSecond) / 1000;
  }
}
