/**
 * Lets every input that goes out last at least one tick: the first goes at once, one that follows sooner than a tick waits,
 * and of several that wait only the last goes. A key tapped between two ticks is thus seen by one, nobody sends faster than
 * the room can play, and no burst of keys becomes lasting delay.
 */
import type { Timers } from './timers.ts';

export class InputPacer<T> {
  readonly #timers: Timers;
  readonly #tickMs: number;
  readonly #send: (input: T) => void;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #waiting: { input: T; readonly cancel: () => void } | null = null;

  constructor(timers: Timers, tickMs: number, send: (input: T) => void) {
    this.#timers = timers;
    this.#tickMs = tickMs;
    this.#send = send;
  }

  send(input: T): void {
    if (this.#waiting !== null) {
      this.#waiting.input = input;
      return;
    }
    const waitMs = this.#sentAtMs + this.#tickMs - this.#timers.nowMs();
    if (waitMs <= 0) return this.#go(input);
    this.#waiting = { input, cancel: this.#timers.after(waitMs, () => this.#goWaiting()) };
  }

  stop(): void {
    this.#waiting?.cancel();
    this.#waiting = null;
  }

  #goWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) this.#go(waiting.input);
  }

  #go(input: T): void {
    this.#sentAtMs = this.#timers.nowMs();
    this.#send(input);
  }
}
