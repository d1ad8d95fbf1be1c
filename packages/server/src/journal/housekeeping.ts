/** Recordings that nobody may keep for ever: the old and those beyond the space there is for them go, an hour apart. */
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

const PERIOD_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How long recordings are kept, and how many. */
export interface RecordingLimits {
  /** 30. */
  readonly maxAgeDays: number;
  /** Bytes of all of them. 1 GiB. */
  readonly maxBytes: number;
}

export const RECORDING_LIMITS: RecordingLimits = { maxAgeDays: 30, maxBytes: 1024 ** 3 };

export class Housekeeping {
  readonly #journal: Journal;
  readonly #limits: RecordingLimits;
  readonly #clock: Clock;
  readonly #wallNowMs: () => number;
  readonly #log: Logger;
  #cancel: (() => void) | null = null;

  constructor(journal: Journal, limits: RecordingLimits, clock: Clock, wallNowMs: () => number, log: Logger) {
    this.#journal = journal;
    this.#limits = limits;
    this.#clock = clock;
    this.#wallNowMs = wallNowMs;
    this.#log = log;
  }

  /** Tidies up now, and once an hour. Never rejects: what could not be done is tried again. */
  start(): void {
    this.#cancel = this.#clock.after(PERIOD_MS, () => this.start());
    const { maxAgeDays, maxBytes } = this.#limits;
    this.#journal.prune({ endedBeforeWallMs: this.#wallNowMs() - maxAgeDays * DAY_MS, maxBytes }).then(
      (count) => {
        if (count > 0) this.#log.info({ count }, 'old recordings were deleted');
      },
      (err: unknown) => this.#log.warn({ err }, 'old recordings could not be deleted'),
    );
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
