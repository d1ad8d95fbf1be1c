/** How long it was between two states, of all players together: a count for each tenth of a millisecond. */
import type { Spread } from '../figures.ts';

const BUCKETS_PER_MS = 10;
const COUNTED_MS = 2_000;

export class Spacings {
  /** The last bucket is for whatever is longer. */
  readonly #counts = new Uint32Array(COUNTED_MS * BUCKETS_PER_MS + 1);
  #total = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.min(Math.floor(ms * BUCKETS_PER_MS), this.#counts.length - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#maxMs = 0;
  }

  /** Null where nothing was added. */
  get spread(): Spread | null {
    if (this.#total === 0) return null;
    return { p50Ms: this.#quantileMs(0.5), p99Ms: this.#quantileMs(0.99), maxMs: this.#maxMs };
  }

  #quantileMs(share: number): number {
    let left = Math.ceil(share * this.#total);
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      // The middle of the bucket; nothing is longer than the longest.
      if (left <= 0) return Math.min((bucket + 0.5) / BUCKETS_PER_MS, this.#maxMs);
    }
    return this.#maxMs;
  }
}

/** Of times that are known one by one, sorted. */
export function spreadOf(sortedMs: readonly number[]): Spread {
  const at = (share: number): number => sortedMs[Math.max(0, Math.ceil(share * sortedMs.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
