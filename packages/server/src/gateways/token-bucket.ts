/** An allowance that fills with time up to a burst: how much of something may come, and how fast. */
import type { Clock } from '../ports/clock.ts';

/** Of a token: what sums of fractions may be off by. */
const TOLERANCE = 1e-6;

/**
 * When a bucket is full again out of which `tokens` are taken now; NaN where there are not as many in it. The moment at which it
 * is full is all that changes about a bucket. Source: the virtual scheduling form of the Generic Cell Rate Algorithm,
 * ITU-T I.371.
 */
export function fullAtAfter(
  tokens: number,
  { fullAtMs, perSecond, burst }: { readonly fullAtMs: number; readonly perSecond: number; readonly burst: number },
  nowMs: number,
): number {
  const missing = fullAtMs <= nowMs ? 0 : ((fullAtMs - nowMs) * perSecond) / 1000;
  if (missing + tokens > burst + TOLERANCE) return Number.NaN;
  return Math.max(fullAtMs, nowMs) + (tokens * 1000) / perSecond;
}

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #fullAtMs = Number.NEGATIVE_INFINITY;

  /** Full at first. `perSecond` is above 0. */
  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes this much out; where there is not enough, takes nothing and answers false. */
  take(tokens: number): boolean {
    const bucket = { fullAtMs: this.#fullAtMs, perSecond: this.#perSecond, burst: this.#burst };
    const fullAtMs = fullAtAfter(tokens, bucket, this.#clock.nowMs());
    if (Number.isNaN(fullAtMs)) return false;
    this.#fullAtMs = fullAtMs;
    return true;
  }

  /** True where nothing is taken out: such a bucket is as good as a new one. */
  get isFull(): boolean {
    return this.#fullAtMs <= this.#clock.nowMs();
  }
}
