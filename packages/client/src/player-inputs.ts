/**
 * What a player asks for, tick by tick. Every input lasts at least one tick: one that follows sooner waits for the
 * next, and of several that wait only the last counts. So a key tapped between two ticks is seen by one, and no burst
 * of keys becomes lasting delay. An input goes out when it changes, and now and then as a sign of life, by which the
 * server measures how early it comes.
 */
import { InputTimeline } from '@madang/core/netcode';

/** Time between signs of life, and at first, while the lead is being found. */
const HEARTBEAT_MS = 200;
const EAGER_HEARTBEAT_TICKS = 2;
const EAGER_HEARTBEATS = 20;

export class PlayerInputs<T> {
  /** What was asked for last: what an input without some fields leaves as it is. */
  asked: T;
  /** By tick, as the server plays them. */
  readonly timeline: InputTimeline<T>;
  readonly #neutral: T;
  readonly #heartbeatTicks: number;
  #next: T | null = null;
  #afterNext: T | null = null;
  #held: T;
  #sentAtTick = Number.NEGATIVE_INFINITY;
  #beats = 0;

  constructor(neutral: T, tickMs: number) {
    this.#neutral = neutral;
    this.asked = neutral;
    this.#held = neutral;
    this.timeline = new InputTimeline(neutral);
    this.#heartbeatTicks = Math.max(1, Math.round(HEARTBEAT_MS / tickMs));
  }

  ask(input: T): void {
    this.asked = input;
    if (this.#next === null) this.#next = input;
    else this.#afterNext = input;
  }

  /** The tick, after `tick`, at which something is to be sent. */
  dueTick(tick: number): number {
    if (this.#next !== null) return tick + 1;
    const isEager = this.#beats < EAGER_HEARTBEATS;
    const everyTicks = isEager ? Math.min(EAGER_HEARTBEAT_TICKS, this.#heartbeatTicks) : this.#heartbeatTicks;
    return Math.max(tick + 1, this.#sentAtTick + everyTicks);
  }

  /** This tick begins: answers the input to be sent for it, null where there is none. */
  begin(tick: number): T | null {
    const input = this.#next;
    this.#next = this.#afterNext;
    this.#afterNext = null;
    if (input === null) {
      // A clock that went back has signs of life to come that were sent already.
      if (this.dueTick(tick - 1) > tick && this.#sentAtTick <= tick) return null;
      this.#beats++;
    }
    this.#held = input ?? this.#held;
    this.timeline.put(tick, this.#held);
    this.#sentAtTick = tick;
    return this.#held;
  }

  /** The server holds nothing any more, and knows nothing of what was sent: what is asked for goes out anew. */
  restart(): void {
    this.timeline.release(this.#neutral);
    this.#held = this.#neutral;
    this.#next = this.asked;
    this.#afterNext = null;
    this.#sentAtTick = Number.NEGATIVE_INFINITY;
    this.#beats = 0;
  }

  /** Hands off: nothing waits, and from this tick on nothing is held. Answers the input that says so. */
  release(tick: number): T {
    this.asked = this.#neutral;
    this.#next = this.#neutral;
    this.#afterNext = null;
    this.begin(tick);
    return this.#held;
  }
}
