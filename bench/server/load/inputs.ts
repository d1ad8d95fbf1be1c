/** Everybody's inputs, one each a tick, evenly over the tick: players of real life do not speak all at once. */
import type { Player } from './player.ts';

const TURN_MS = 2;

export class Inputs {
  readonly #players: readonly Player[];
  readonly #periodMs: number;
  readonly #turnEveryTicks: number;
  #at = 0;
  #due = 0;
  #turnedAtMs = performance.now();

  /** `players` may change meanwhile. */
  constructor(players: readonly Player[], { rateHz, turnEveryTicks }: { rateHz: number; turnEveryTicks: number }) {
    this.#players = players;
    this.#periodMs = 1000 / rateHz;
    this.#turnEveryTicks = turnEveryTicks;
  }

  start(): void {
    setInterval(() => this.#turn(), TURN_MS);
  }

  #turn(): void {
    const nowMs = performance.now();
    const count = this.#players.length;
    this.#due += ((nowMs - this.#turnedAtMs) / this.#periodMs) * count;
    this.#turnedAtMs = nowMs;
    // What a stall kept from being said is not said twice.
    this.#due = Math.min(this.#due, count);
    for (; this.#due >= 1; this.#due--) {
      if (this.#at >= count) this.#at = 0;
      this.#players[this.#at++]?.sendInput(this.#turnEveryTicks);
    }
  }
}
