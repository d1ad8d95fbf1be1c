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

/** A class and not a literal: see decision 30. */
class Entry<T> {
  /** The tick it was addressed to: corrections know it by this one. */
  readonly sentFor: number;
  /** The tick from which on it counts. */
  tick: number;
  /** The server has said so: nothing more will be said of it. */
  isCorrected = false;
  readonly input: T;
  /** The one that was put after it. */
  next: Entry<T> | null = null;

  constructor(tick: number, input: T) {
    this.sentFor = tick;
    this.tick = tick;
    this.input = input;
  }
}

export class InputTimeline<T> {
  #held: T;
  /**
   * In the order in which they were put, and so of ascending ticks. A chain, since mostly one waits and then none: an array
   * gives up its room each time it is empty.
   */
  #first: Entry<T> | null = null;
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
    let waiting = 0;
    for (let entry = this.#first; entry !== null; entry = entry.next) waiting++;
    return waiting;
  }

  /** The input of a tick that was not settled yet. */
  at(tick: number): T {
    let input = this.#held;
    for (let entry = this.#first; entry !== null && entry.tick <= tick; entry = entry.next) input = entry.input;
    return input;
  }

  /** From `tick` on, this input. Whatever was addressed to `tick` or later is void; of too many, the oldest goes. */
  put(tick: number, input: T): void {
    let last: Entry<T> | null = null;
    let kept = 0;
    let next = this.#first;
    for (; next !== null && next.tick < tick; next = next.next) {
      last = next;
      kept++;
    }
    while (next !== null) next = this.#leave(next);
    const entry = new Entry(tick, input);
    if (last === null) this.#first = entry;
    else last.next = entry;
    if (kept === INPUTS_AHEAD_MAX && this.#first !== null) this.#first = this.#leave(this.#first);
  }

  /** The tick is over: answers its input, which is held from now on. */
  settle(tick: number): T {
    while (this.#first !== null && this.#first.tick <= tick) {
      this.#held = this.#first.input;
      this.#first = this.#leave(this.#first);
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
    let before: Entry<T> | null = null;
    let entry = this.#first;
    for (; entry !== null && (entry.sentFor !== tick || entry.isCorrected); entry = entry.next) before = entry;
    if (entry === null) return;
    if (appliedAt === 0) {
      if (before === null) this.#first = entry.next;
      else before.next = entry.next;
      return;
    }
    entry.tick = appliedAt;
    entry.isCorrected = true;
    // What was put after it had not come by then, or this one would be void: it is late as well, and the server will say how much.
    for (let later = entry.next; later !== null; later = later.next) later.tick = Math.max(later.tick, appliedAt + 1);
  }

  /** Hands off: from now on `held` counts, and nothing waits. */
  release(held: T): void {
    this.#held = held;
    this.#first = null;
    this.#gone = [];
  }

  /** It does not wait any more. Answers the one after it. */
  #leave(entry: Entry<T>): Entry<T> | null {
    const { next } = entry;
    // An old object that is dead would keep all that were put after it from being collected while they are young.
    entry.next = null;
    // Of one that was corrected, all has been said.
    if (this.#isCorrected && !entry.isCorrected) {
      this.#gone.push(entry.sentFor);
      if (this.#gone.length > INPUTS_AHEAD_MAX) this.#gone.shift();
    }
    return next;
  }
}
