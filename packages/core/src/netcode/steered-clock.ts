/**
 * A clock that counts ticks and is steered to where it should be: it never stands still and never runs by more than a
 * tenth too fast or too slow, so that nobody sees it; only where it is further off than that could mend does it jump.
 *
 * Source: time scale 0.9 to 1.1 and the jump beyond as in Unity's Netcode for Entities.
 */

/** How much faster or slower than real time, at most. */
const SPEED_RANGE = 0.1;

/** Beyond an error of this much, and of a tick, the clock jumps: ten ticks at 30 Hz. */
const JUMP_MS = 340;

/** An error is to be gone after this many ticks, and not before it is looked at again: or it would be overshot. */
const MENDING_TICKS = 10;
const MENDING_STEERINGS = 2;

export class SteeredClock {
  readonly #tickMs: number;
  #position = 0;
  #atMs = 0;
  #speed = 1;
  #isSet = false;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** False until it was steered for the first time. */
  get isSet(): boolean {
    return this.#isSet;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Ticks, with fractions, at a moment that is not before the last one asked about. */
  read(nowMs: number): number {
    return this.#position + ((nowMs - this.#atMs) / this.#tickMs) * this.#speed;
  }

  /** When the clock will read `tick` if nobody steers it, in milliseconds. */
  whenMs(tick: number): number {
    return this.#atMs + ((tick - this.#position) * this.#tickMs) / this.#speed;
  }

  /** The clock should read `target` now. Answers true where it jumped there. */
  steer(target: number, nowMs: number): boolean {
    const position = this.read(nowMs);
    const error = target - position;
    const jumps = !this.#isSet || Math.abs(error) > Math.max(1, JUMP_MS / this.#tickMs);
    const sinceTicks = (nowMs - this.#atMs) / this.#tickMs;
    const gain = 1 / Math.max(MENDING_TICKS, MENDING_STEERINGS * sinceTicks);
    this.#position = jumps ? target : position;
    this.#atMs = nowMs;
    this.#speed = jumps ? 1 : 1 + Math.max(-SPEED_RANGE, Math.min(SPEED_RANGE, error * gain));
    this.#isSet = true;
    return jumps;
  }

  /** Forgets where it is: the next steering sets it. */
  unset(): void {
    this.#isSet = false;
  }
}
