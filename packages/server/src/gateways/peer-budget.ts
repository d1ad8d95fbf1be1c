/** What one connection has left of its allowances. */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

export class PeerBudget {
  readonly #limits: Limits;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #refusals: TokenBucket;

  constructor(clock: Clock, limits: Limits) {
    const { messagesPerSecond, messagesBurstSeconds, bytesPerSecond, bytesBurst } = limits;
    this.#limits = limits;
    this.#messages = new TokenBucket(clock, messagesPerSecond, messagesBurstSeconds * messagesPerSecond);
    this.#bytes = new TokenBucket(clock, bytesPerSecond, bytesBurst);
    this.#refusals = new TokenBucket(clock, limits.refusalsPerSecond, limits.refusalsBurst);
  }

  /** From now on there may be an input for each tick of a game, beside the other messages. */
  allowInputs(tickRateHz: number): void {
    const { messagesPerSecond, inputsPerTick, messagesBurstSeconds } = this.#limits;
    const perSecond = messagesPerSecond + Math.ceil(inputsPerTick * tickRateHz);
    this.#messages.widen(perSecond, messagesBurstSeconds * perSecond);
  }

  /** Pays for a message that came in. Throws RATE_LIMITED. */
  spendMessage(sizeBytes: number): void {
    spend(this.#messages, 1, 'messages');
    spend(this.#bytes, sizeBytes, 'bytes');
  }

  /** Pays for a request that was refused. Throws RATE_LIMITED. */
  spendRefusal(): void {
    spend(this.#refusals, 1, 'refused requests');
  }
}

/** What too much of something is refused with. */
export function tooMany(what: string, perSecond: number): GameError<'RATE_LIMITED'> {
  return new GameError('RATE_LIMITED', `Too many ${what}: at most ${perSecond} a second.`, { what, perSecond });
}

function spend(bucket: TokenBucket, tokens: number, what: string): void {
  if (!bucket.take(tokens)) throw tooMany(what, bucket.perSecond);
}
