/** What one connection has left of its allowances: token buckets that fill with time. */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import {
  BYTES_BURST,
  BYTES_PER_SECOND,
  INPUTS_PER_TICK,
  MESSAGES_BURST_SECONDS,
  MESSAGES_PER_SECOND,
  REFUSALS_BURST,
  REFUSALS_PER_SECOND,
} from './limits.ts';

export class PeerBudget {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #refusals: TokenBucket;

  constructor(clock: Clock) {
    this.#messages = new TokenBucket(
      clock,
      'messages',
      MESSAGES_PER_SECOND,
      MESSAGES_BURST_SECONDS * MESSAGES_PER_SECOND,
    );
    this.#bytes = new TokenBucket(clock, 'bytes', BYTES_PER_SECOND, BYTES_BURST);
    this.#refusals = new TokenBucket(clock, 'refused requests', REFUSALS_PER_SECOND, REFUSALS_BURST);
  }

  /** From now on there may be an input for each tick of a game, beside the other messages. */
  allowInputs(tickRateHz: number): void {
    const perSecond = MESSAGES_PER_SECOND + Math.ceil(INPUTS_PER_TICK * tickRateHz);
    this.#messages.widen(perSecond, MESSAGES_BURST_SECONDS * perSecond);
  }

  /** Pays for a message that came in. Throws RATE_LIMITED. */
  spendMessage(sizeBytes: number): void {
    this.#messages.spend(1);
    this.#bytes.spend(sizeBytes);
  }

  /** Pays for a request that was refused. Throws RATE_LIMITED. */
  spendRefusal(): void {
    this.#refusals.spend(1);
  }
}

class TokenBucket {
  readonly #clock: Clock;
  readonly #what: string;
  #perSecond: number;
  #burst: number;
  #left: number;
  #filledAtMs: number;

  constructor(clock: Clock, what: string, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#what = what;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#filledAtMs = clock.nowMs();
  }

  /** Holds more from now on, and has more at once. */
  widen(perSecond: number, burst: number): void {
    this.#fill();
    this.#left += burst - this.#burst;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  spend(tokens: number): void {
    this.#fill();
    if (tokens > this.#left) {
      throw new GameError('RATE_LIMITED', `Too many ${this.#what}: at most ${this.#perSecond} a second.`, {
        what: this.#what,
        perSecond: this.#perSecond,
      });
    }
    this.#left -= tokens;
  }
  #fill(): void {
    const nowMs = this.#clock.nowMs();
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond);
    this.#filledAtMs = nowMs;
  }
}
