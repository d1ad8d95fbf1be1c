/** An allowance that fills with time up to a burst: how much of something may come, and how fast. */
import type { Clock } from '../ports/clock.ts';

export class TokenBucket {
  readonly #clock: Clock;
  #perSecond: number;
  #burst: number;
  #left: number;
  #filledAtMs: number;

  /** Full at first. */
  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#filledAtMs = clock.nowMs();
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Holds more from now on, and has more at once. */
  widen(perSecond: number, burst: number): void {
    this.#fill();
    this.#left += burst - this.#burst;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes this much out; where there is not enough, takes nothing and answers false. Whoever has read the clock may say so. */
  take(tokens: number, nowMs = this.#clock.nowMs()): boolean {
    this.#fill(nowMs);
    if (tokens > this.#left) return false;
    this.#left -= tokens;
    return true;
  }

  /** True where nothing is taken out: such a bucket is as good as a new one. */
  get isFull(): boolean {
    this.#fill();
    return this.#left === this.#burst;
  }

  #fill(nowMs = this.#clock.nowMs()): void {
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond);
    this.#filledAtMs = nowMs;
  }
}
