/**
 * Admission: whether one more may join now. When everybody comes at once, after a restart or a cut line, those who cannot be
 * served at once are told when to come back, spread so that they come about as fast as they can be served, and those who
 * play already notice nothing.
 */
import type { Clock } from '../ports/clock.ts';
import type { Machine } from '../ports/machine.ts';
import type { Random } from '../ports/random.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** How often the machine is looked at. */
const LOOK_MS = 1_000;

/** Nobody comes back sooner than this. */
const RETRY_MS_MIN = 500;

/** Advice is spread over this at least: the reason to wait may not be how many there are. */
const SPREAD_MS_MIN = 2_000;

export interface AdmissionOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly machine: Machine;
}

export class Admission {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #machine: Machine;
  readonly #joins: TokenBucket;
  /** Those who were told to come back and could not have been served yet. */
  #waiting = 0;
  #waitingAtMs: number;
  #usedMemoryShare = 0;
  #loopDelayMs = 0;
  /** What the last look saw of it. */
  #seenDelayMs = 0;
  #cancelLook: (() => void) | null = null;

  constructor({ limits, clock, random, machine }: AdmissionOptions) {
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
    this.#machine = machine;
    this.#joins = new TokenBucket(clock, limits.joinsPerSecond, limits.joinsBurst);
    this.#waitingAtMs = clock.nowMs();
  }

  /** At the last look, at most a second ago. */
  get usedMemoryShare(): number {
    return this.#usedMemoryShare;
  }

  /** The lesser of what the last two looks saw: a stall by itself says nothing of the time after it. */
  get loopDelayMs(): number {
    return this.#loopDelayMs;
  }

  /** Begins to look at the machine, each second. */
  start(): void {
    this.#machine.start();
    this.#look();
  }

  /** Looks no more. Calling twice is fine. */
  stop(): void {
    this.#cancelLook?.();
    this.#machine.stop();
  }

  /**
   * Null where one more may join now, which is counted; else after how long to ask again. Who returns to a seat takes its turn
   * as all do, and is let in however the machine fares: its seat is there already, and would be lost.
   */
  mayJoin(isReturn = false): number | null {
    const { memoryShare, loopDelayMs } = this.#limits;
    const canServe = isReturn || (this.#usedMemoryShare <= memoryShare && this.#loopDelayMs <= loopDelayMs);
    return canServe && this.#joins.take(1) ? null : this.#retryAfterMs();
  }

  #look(): void {
    this.#usedMemoryShare = this.#machine.usedMemoryShare();
    const delayMs = this.#machine.loopDelayMs();
    this.#loopDelayMs = Math.min(delayMs, this.#seenDelayMs);
    this.#seenDelayMs = delayMs;
    this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
  }

  /** Anywhere within the time in which those who wait can be served: whoever is told together does not come together. */
  #retryAfterMs(): number {
    const { joinsPerSecond, retrySpreadMsMax } = this.#limits;
    const nowMs = this.#clock.nowMs();
    const servedSince = ((nowMs - this.#waitingAtMs) / 1000) * joinsPerSecond;
    this.#waiting = Math.max(0, this.#waiting - servedSince) + 1;
    this.#waitingAtMs = nowMs;
    const servedMs = (this.#waiting / joinsPerSecond) * 1000;
    // The spread is what is bounded: bounding the advice would send all who wait longest back at one moment.
    const spreadMs = Math.min(Math.max(SPREAD_MS_MIN, servedMs), retrySpreadMsMax);
    return Math.round(RETRY_MS_MIN + (this.#random.u32() / 2 ** 32) * spreadMs);
  }
}
