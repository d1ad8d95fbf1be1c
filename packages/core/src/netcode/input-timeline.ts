/**
 * Inputs addressed to ticks, with hold-last: between two inputs the last one counts. Server and client keep one each
 * and so agree about every tick without a word between them; where an input came late, the server says what it made of
 * it.
 *
 * Lines keep order. An input that is addressed to an earlier tick than one before it therefore means that its sender's
 * clock went back: whatever it had addressed from there on is void.
 */
import type { LateInput } from '../wire/frames.ts';

/** Ticks ahead that inputs may be addressed to, and inputs that wait at most: more would be play from another time. */
export const INPUTS_AHEAD_MAX = 64;

interface Entry<T> {
  /** The tick it was addressed to: corrections know it by this one. */
  readonly sentFor: number;
  /** The tick from which on it counts. */
  tick: number;
  /** The server has said so: nothing more will be said of it. */
  isCorrected: boolean;
  readonly input: T;
}

export class InputTimeline<T> {
  #held: T;
  /** In the order in which they were put, and so of ascending ticks. */
  #entries: Entry<T>[] = [];
  /** What inputs that do not wait any more were addressed to, the last ones: corrections may still speak of them. */
  #gone: number[] = [];
  readonly #isCorrected: boolean;

  /** `held` counts until the first input. `isCorrected` is false where `correct` is never called, as on a server. */
  constructor(held: T, isCorrected = true) {
    this.#held = held;
    this.#isCorrected = isCorrected;
  }

  /** Inputs that are still to come. */
  get waiting(): number {
    return this.#entries.length;
  }

  /** The input of a tick that was not settled yet. */
  at(tick: number): T {
    let input = this.#held;
    for (const entry of this.#entries) {
      if (entry.tick > tick) break;
      input = entry.input;
    }
    return input;
  }

  /** From `tick` on, this input. Whatever was addressed to `tick` or later is void; of too many, the oldest goes. */
  put(tick: number, input: T): void {
    while (this.#entries.length > 0 && (this.#entries.at(-1)?.tick ?? 0) >= tick) this.#leave(this.#entries.pop());
    this.#entries.push({ sentFor: tick, tick, isCorrected: false, input });
    if (this.#entries.length > INPUTS_AHEAD_MAX) this.#leave(this.#entries.shift());
  }

  /** The tick is over: answers its input, which is held from now on. */
  settle(tick: number): T {
    while (this.#entries.length > 0 && (this.#entries[0]?.tick ?? 0) <= tick) {
      const entry = this.#entries.shift();
      if (entry !== undefined) this.#held = entry.input;
      this.#leave(entry);
    }
    return this.#held;
  }

  /**
   * The server applied an input at another tick than the one it was addressed to, or never. Corrections come in the
   * order in which the inputs were put; what is said of one that does not wait any more does not touch another for the
   * same tick.
   */
  correct({ tick, appliedAt }: LateInput): void {
    const gone = this.#gone.indexOf(tick);
    if (gone >= 0) {
      this.#gone.splice(gone, 1);
      return;
    }
    const index = this.#entries.findIndex(({ sentFor, isCorrected }) => sentFor === tick && !isCorrected);
    const entry = this.#entries[index];
    if (entry === undefined) return;
    if (appliedAt === 0) {
      this.#entries.splice(index, 1);
      return;
    }
    entry.tick = appliedAt;
    entry.isCorrected = true;
    // What was put after it had not come by then, or this one would be void: it is late as well, and the server will say how much.
    for (const later of this.#entries.slice(index + 1)) later.tick = Math.max(later.tick, appliedAt + 1);
  }

  /** Hands off: from now on `held` counts, and nothing waits. */
  release(held: T): void {
    this.#held = held;
    this.#entries = [];
    this.#gone = [];
  }

  #leave(entry: Entry<T> | undefined): void {
    // Of one that was corrected, all has been said.
    if (!this.#isCorrected || entry === undefined || entry.isCorrected) return;
    this.#gone.push(entry.sentFor);
    if (this.#gone.length > INPUTS_AHEAD_MAX) this.#gone.shift();
  }
}
