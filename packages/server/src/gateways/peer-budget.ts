/** What one connection has left of its allowances. */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import type { Limits } from './limits.ts';
import { fullAtAfter, TokenBucket } from './token-bucket.ts';

/** Two buckets that every message is paid from, in one object: a server has thousands, and none of them is in a cache. */
export class PeerBudget {
  readonly #clock: Clock;
  readonly #limits: Limits;
  #messagesPerSecond: number;
  #messagesFullAtMs = Number.NEGATIVE_INFINITY;
  #bytesFullAtMs = Number.NEGATIVE_INFINITY;
  #refusals: TokenBucket | null = null;

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#messagesPerSecond = limits.messagesPerSecond;
  }

  /** From now on there may be an input for each tick of a game, beside the other messages. What is missing fills the faster. */
  allowInputs(tickRateHz: number): void {
    const { messagesPerSecond, inputsPerTick } = this.#limits;
    const nowMs = this.#clock.nowMs();
    const perSecond = messagesPerSecond + Math.ceil(inputsPerTick * tickRateHz);
    const missingMs = Math.max(0, this.#messagesFullAtMs - nowMs);
    this.#messagesFullAtMs = nowMs + (missingMs * this.#messagesPerSecond) / perSecond;
    this.#messagesPerSecond = perSecond;
  }

  /** Pays for a message that came in. Throws RATE_LIMITED. */
  spendMessage(sizeBytes: number): void {
    const nowMs = this.#clock.nowMs();
    const { messagesBurstSeconds, bytesPerSecond, bytesBurst } = this.#limits;
    const perSecond = this.#messagesPerSecond;
    const messages = { fullAtMs: this.#messagesFullAtMs, perSecond, burst: messagesBurstSeconds * perSecond };
    const messagesFullAtMs = fullAtAfter(1, messages, nowMs);
    if (Number.isNaN(messagesFullAtMs)) throw tooMany('messages', perSecond);
    this.#messagesFullAtMs = messagesFullAtMs;
    const bytes = { fullAtMs: this.#bytesFullAtMs, perSecond: bytesPerSecond, burst: bytesBurst };
    const bytesFullAtMs = fullAtAfter(sizeBytes, bytes, nowMs);
    if (Number.isNaN(bytesFullAtMs)) throw tooMany('bytes', bytesPerSecond);
    this.#bytesFullAtMs = bytesFullAtMs;
  }

  /** Pays for a request that was refused. Throws RATE_LIMITED. */
  spendRefusal(): void {
    const { refusalsPerSecond, refusalsBurst } = this.#limits;
    // Most connections never come to need it.
    this.#refusals ??= new TokenBucket(this.#clock, refusalsPerSecond, refusalsBurst);
    if (!this.#refusals.take(1)) throw tooMany('refused requests', refusalsPerSecond);
  }
}

/** What too much of something is refused with. */
export function tooMany(what: string, perSecond: number): GameError<'RATE_LIMITED'> {
  return new GameError('RATE_LIMITED', `Too many ${what}: at most ${perSecond} a second.`, { what, perSecond });
}
