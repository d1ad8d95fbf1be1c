/**
 * Spares a database that does not answer, and those who would wait for it: after a few failures in a row every call is refused at once,
 * while one probe asks again, less and less often. The first probe that is answered lets calls through.
 */
import type { Clock } from '@madang/server';
import { StoreError } from '@madang/server/sql';

/** Calls in a row that were not answered. One may be bad luck; each of those that wait costs its caller the whole timeout. */
const FAILURES_MAX = 3;
const FIRST_PROBE_MS = 250;
const PROBE_MAX_MS = 5_000;

export interface BreakerOptions {
  readonly clock: Clock;
  /** From 0 up to 1: servers that lost the same database at once do not all ask for it at once. */
  readonly random: () => number;
  /** Asks the database for anything; rejects where it does not answer. Has a timeout of its own. */
  readonly probe: () => Promise<unknown>;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #isOpen = false;
  #isStopped = false;
  #probeMs = FIRST_PROBE_MS;
  #cancelProbe = (): void => {};
  #lastError: unknown;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** True while calls are refused. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Throws `gone` while calls are refused. */
  check(): void {
    if (!this.#isOpen) return;
    throw new StoreError('gone', 'PostgreSQL does not answer; it is asked again from time to time', {
      cause: this.#lastError,
    });
  }

  /** A call was answered, whatever the answer was. */
  answered(): void {
    // While calls are refused this is an old one: whether new ones are answered, the probe finds out.
    if (!this.#isOpen) this.#failures = 0;
  }

  /** A call was not answered. */
  failed(error: unknown): void {
    this.#lastError = error;
    this.#failures++;
    if (this.#isOpen || this.#isStopped || this.#failures < FAILURES_MAX) return;
    this.#isOpen = true;
    this.#probeMs = FIRST_PROBE_MS;
    this.#probeLater();
  }

  /** Probes no more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelProbe();
  }

  #probeLater(): void {
    const { clock, random } = this.#options;
    const delayMs = this.#probeMs * (0.5 + random() / 2);
    this.#probeMs = Math.min(PROBE_MAX_MS, this.#probeMs * 2);
    this.#cancelProbe = clock.after(delayMs, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    try {
      await this.#options.probe();
      this.#isOpen = false;
      this.#failures = 0;
    } catch (error) {
      this.#lastError = error;
      if (!this.#isStopped) this.#probeLater();
    }
  }
}
