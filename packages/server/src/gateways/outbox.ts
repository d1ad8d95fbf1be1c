/**
 * What goes to one peer, and what waits for it. Before anything more is encoded, it is looked at what the peer has not read
 * yet: over the soft limit state waits (and is told anew, and only as it is then), and so do events and messages, in order.
 * All of it counts towards one hard limit; a peer that passes it, or for whom nothing drains for a while, is given up. What
 * drains is seen only when a write to the socket is complete.
 */
import { GameError } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import type { Limits } from './limits.ts';

/** Something to be sent that is no state. */
export interface Letter {
  readonly sizeBytes: number;
  /** Of waiting letters with the same key only the last counts; null: each counts. */
  readonly key: string | null;
  send(): void;
}

export class Outbox {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #peer: { readonly bufferedBytes: number };
  #waiting: Letter[] = [];
  #waitingBytes = 0;
  /** Since when the peer is over the soft limit without having read anything; null while it is not over it. */
  #slowSinceMs: number | null = null;
  #leastBytes = 0;
  #hardBytes: number;

  constructor(clock: Clock, limits: Limits, peer: { readonly bufferedBytes: number }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#hardBytes = limits.outboxHardBytes;
    this.#peer = peer;
  }

  /** True where nothing waits, and the peer was seen to read when it was looked at last. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#slowSinceMs === null;
  }

  /** True when state may go out now; false when it must wait. Throws TOO_SLOW for a peer that is to be given up. */
  mayGo(): boolean {
    const { bufferedBytes } = this.#peer;
    const unsentBytes = bufferedBytes + this.#waitingBytes;
    if (unsentBytes > this.#hardBytes) throw tooSlow(unsentBytes, this.#hardBytes);
    if (bufferedBytes <= this.#limits.outboxSoftBytes) {
      this.#hardBytes = this.#limits.outboxHardBytes;
      this.#slowSinceMs = null;
      return true;
    }
    const nowMs = this.#clock.nowMs();
    if (this.#slowSinceMs === null || bufferedBytes < this.#leastBytes) this.#slowSinceMs = nowMs;
    this.#leastBytes = bufferedBytes;
    if (nowMs - this.#slowSinceMs > this.#limits.outboxSlowMs)
      throw tooSlow(bufferedBytes, this.#limits.outboxSoftBytes);
    return false;
  }

  /** State was sent. One that is larger by itself than the hard limit allows does not count against its peer. */
  stateSent(): void {
    // What was there before was below the soft limit, or state would not go.
    const { bufferedBytes } = this.#peer;
    if (bufferedBytes > this.#limits.outboxSoftBytes)
      this.#hardBytes = Math.max(this.#hardBytes, bufferedBytes + this.#limits.outboxSoftBytes);
  }

  /** Sends a letter now, or after those that wait. Throws TOO_SLOW where too many do. */
  send(letter: Letter): void {
    if (this.#waiting.length === 0 && this.mayGo()) return letter.send();
    const { key } = letter;
    const earlier = key === null ? -1 : this.#waiting.findIndex((one) => one.key === key);
    if (earlier >= 0) this.#waitingBytes -= this.#waiting.splice(earlier, 1)[0]?.sizeBytes ?? 0;
    this.#waiting.push(letter);
    this.#waitingBytes += letter.sizeBytes;
    if (this.#waiting.length > this.#limits.outboxWaiting)
      throw tooSlow(this.#waitingBytes, this.#limits.outboxHardBytes);
    this.mayGo();
  }

  /** Sends what waits: after the state that it belongs to. */
  drain(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const letter of waiting) letter.send();
  }
}

function tooSlow(bufferedBytes: number, limitBytes: number): GameError<'TOO_SLOW'> {
  return new GameError('TOO_SLOW', 'This connection reads too slowly to play; it may come back.', {
    bufferedBytes,
    limitBytes,
  });
}
