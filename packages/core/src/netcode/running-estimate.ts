/**
 * Mean and spread of a delay that is measured again and again, over about the last 32 samples. A stall (a lost packet
 * holds up everything behind it) is not spread: samples far from the mean are left out, unless they stay: then the
 * network has changed, and the estimate begins anew.
 *
 * Source: exponentially weighted mean and variance as in Finch, "Incremental calculation of weighted mean and variance"
 * (2009).
 */

/** Samples that count: about one second of states at 30 Hz. */
const WINDOW = 32;

/** How many sigma from the mean is not chance any more. */
const OUTLIER_SIGMAS = 5;

/** How long samples stay far off before they are the new truth. */
const PATIENCE_MS = 500;

export interface EstimateOptions {
  /** A sample this near to the mean always counts. */
  readonly tolerance: number;
  /** True where a sample far below the mean is the new truth at once: nothing can arrive too early by chance. */
  readonly trustsLow: boolean;
}

export class RunningEstimate {
  readonly #options: EstimateOptions;
  #mean = 0;
  #variance = 0;
  #count = 0;
  #outliersSinceMs: number | null = null;

  constructor(options: EstimateOptions) {
    this.#options = options;
  }

  /** False until the first sample. */
  get isKnown(): boolean {
    return this.#count > 0;
  }

  get mean(): number {
    return this.#mean;
  }

  /** The standard deviation. */
  get sigma(): number {
    return Math.sqrt(this.#variance);
  }

  /** Takes a sample; answers false for one that was left out. */
  add(sample: number, atMs: number): boolean {
    const { tolerance, trustsLow } = this.#options;
    const off = sample - this.#mean;
    if (this.#count > 0 && Math.abs(off) > Math.max(tolerance, OUTLIER_SIGMAS * this.sigma)) {
      this.#outliersSinceMs ??= atMs;
      const isNewTruth = (off < 0 && trustsLow) || atMs - this.#outliersSinceMs >= PATIENCE_MS;
      if (!isNewTruth) return false;
      this.forget();
    }
    this.#outliersSinceMs = null;
    this.#count++;
    const weight = Math.max(1 / this.#count, 1 / WINDOW);
    const step = sample - this.#mean;
    this.#mean += weight * step;
    this.#variance = (1 - weight) * (this.#variance + weight * step * step);
    return true;
  }

  /** Begins anew. */
  forget(): void {
    this.#mean = 0;
    this.#variance = 0;
    this.#count = 0;
    this.#outliersSinceMs = null;
  }
}
