/** How often somebody may do what costs us more than an answer: one bucket for each, and of those not too many. */
import { GameError } from '@madang/core';
import { TokenBucket } from '../gateways/token-bucket.ts';
import type { Clock } from '../ports/clock.ts';

/** Keys that are remembered; who was the first of them is forgotten first. */
const KEYS_MAX = 10_000;

export interface AllowanceOptions {
  readonly clock: Clock;
  /** What a refusal calls it. */
  readonly what: string;
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

export class Allowances {
  readonly #options: AllowanceOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** Takes one of what this user or address may do, or answers false. */
  take(key: string): boolean {
    const { clock, perSecond, burst } = this.#options;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(clock, perSecond, burst);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > KEYS_MAX) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(1);
  }

  /** As `take`. Throws RATE_LIMITED where there is none left. */
  check(key: string): void {
    if (this.take(key)) return;
    const { what, perSecond } = this.#options;
    throw new GameError('RATE_LIMITED', `Too many ${what}: at most ${perSecond} a second.`, { what, perSecond });
  }
}
