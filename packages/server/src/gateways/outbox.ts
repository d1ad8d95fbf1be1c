/** Watches what a peer has not read yet, before anything more is encoded for it. Its memory here is bounded by this. */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import { OUTBOX_HARD_BYTES, OUTBOX_SLOW_MS, OUTBOX_SOFT_BYTES } from './limits.ts';

export class Outbox {
  readonly #clock: Clock;
  readonly #bufferedBytes: () => number;
  #slowSinceMs: number | null = null;

  constructor(clock: Clock, bufferedBytes: () => number) {
    this.#clock = clock;
    this.#bufferedBytes = bufferedBytes;
  }

  /** True when state may go out now; false when it must wait. Throws TOO_SLOW for a peer that is to be given up. */
  mayGo(): boolean {
    const bufferedBytes = this.#bufferedBytes();
    if (bufferedBytes <= OUTBOX_SOFT_BYTES) {
      this.#slowSinceMs = null;
      return true;
    }
    const nowMs = this.#clock.nowMs();
    this.#slowSinceMs ??= nowMs;
    if (bufferedBytes > OUTBOX_HARD_BYTES || nowMs - this.#slowSinceMs > OUTBOX_SLOW_MS) {
      throw new GameError('TOO_SLOW', 'This connection reads too slowly to play; it may come back.', {
        bufferedBytes,
        limitBytes: bufferedBytes > OUTBOX_HARD_BYTES ? OUTBOX_HARD_BYTES : OUTBOX_SOFT_BYTES,
      });
    }
    return false;
  }
}
