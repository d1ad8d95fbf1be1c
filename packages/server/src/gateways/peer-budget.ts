/** What one connection has left of its allowances. */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

export class PeerBudget {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  #refusals: TokenBucket | null = null;

  constructor(clock: Clock, limits: Limits) {
    const { messagesPerSecond, messagesBurstSeconds, bytesPerSecond, bytesBurst } = limits;
    this.#clock = clock;
    this.#limits = limits;
    this.#messages = new TokenBucket(clock, messagesPerSecond, messagesBurstSeconds * messagesPerSecond);
    this.#bytes = new TokenBucket(clock, bytesPerSecond, bytesBurst);
  }

  /** From now on there may be an input for each tick of a game, beside the other messages. */
  allowInputs(tickRateHz: number): void {
    const { messagesPerSecond, inputsPerTick, messagesBurstSeconds } = this.#limits;
    const perSecond = messagesPerSecond + Math.ceil(inputsPerTick * tickRateHz);
    this.#messages.widen(perSecond, messagesBurstSeconds * perSecond);
  }

  /** Pays for a message that came in. Throws RATE_LIMITED. */
  spendMessage(sizeBytes: number): void {
    const nowMs = this.#clock.nowMs();
    spend(this.#messages, 1, 'messages', nowMs);
    spend(this.#bytes, sizeBytes, 'bytes', nowMs);
  }

  /** Pays for a request that was refused. Throws RATE_LIMITED. */
  spendRefusal(): void {
    const { refusalsPerSecond, refusalsBurst } = this.#limits;
    // Most connections never come to need it.
    this.#refusals ??= new TokenBucket(this.#clock, refusalsPerSecond, refusalsBurst);
    spend(this.#refusals, 1, 'refused requests', this.#clock.nowMs());
  }
}

/** What too much of something is refused with. */
export function tooMany(what: string, perSecond: number): GameError<'RATE_LIMITED'> {
  return new GameError('RATE_LIMITED', `Too many ${what}: at most ${perSecond} a second.`, { what, perSecond });
}

function spend(bucket: TokenBucket, tokens: number, what: string, nowMs: number): void {
  if (!bucket.take(tokens, nowMs)) throw tooMany(what, bucket.perSecond);
}
