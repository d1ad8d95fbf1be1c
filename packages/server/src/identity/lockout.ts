/**
 * Addresses that show what proves wrong again and again have to wait: nobody tries tokens out, and nobody has
 * signatures checked all day. People who share an address share its patience, so it is generous and comes back by
 * itself.
 */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';

/** Wrong tokens from one address per second, and how many may come at once. */
const WRONG_PER_SECOND = 1;
const WRONG_BURST = 30;

/** Addresses that are remembered; the one that was wrong longest ago is forgotten first. */
const ADDRESSES_MAX = 10_000;

interface Wrongs {
  readonly count: number;
  readonly atMs: number;
}

export class Lockout {
  readonly #clock: Clock;
  readonly #wrongs = new Map<string, Wrongs>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws RATE_LIMITED for an address that has to wait. '' never has to: it is nobody's. */
  check(address: string): void {
    if (this.#count(address) < WRONG_BURST) return;
    throw new GameError('RATE_LIMITED', `Too many wrong tokens: at most ${WRONG_PER_SECOND} a second.`, {
      what: 'wrong tokens',
      perSecond: WRONG_PER_SECOND,
    });
  }

  /** Something from this address proved wrong. */
  wrong(address: string): void {
    if (address === '') return;
    const count = Math.min(WRONG_BURST, this.#count(address)) + 1;
    this.#wrongs.delete(address);
    this.#wrongs.set(address, { count, atMs: this.#clock.nowMs() });
    if (this.#wrongs.size <= ADDRESSES_MAX) return;
    for (const [oldest] of this.#wrongs) {
      this.#wrongs.delete(oldest);
      return;
    }
  }

  #count(address: string): number {
    const known = this.#wrongs.get(address);
    if (known === undefined) return 0;
    const forgottenMs = this.#clock.nowMs() - known.atMs;
    return Math.max(0, known.count - (forgottenMs / 1000) * WRONG_PER_SECOND);
  }
}
