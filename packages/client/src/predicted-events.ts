/**
 * Events that the player's own rules emit ahead of the server: told at once, once, however often their tick is played
 * again. The server's event then confirms them in silence; where none comes, they are rejected.
 */
import type { Fields, LateInput, ValuesOf } from '@madang/core';

export interface PredictedEvent {
  tick: number;
  readonly name: string;
  readonly ordinal: number;
  readonly payload: ValuesOf<Fields>;
}

/** A replay may move an event by this many ticks and it is still the same. */
const SAME_WITHIN_TICKS = 2;

/** Confirmed events that a replay must not tell again. */
const CONFIRMED_KEPT = 32;

export class PredictedEvents {
  /** Told, and neither confirmed nor rejected. */
  #open: PredictedEvent[] = [];
  readonly #confirmed: PredictedEvent[] = [];

  /** A rule emits: answers true where this is news. `ordinal` counts those of its name in its tick. */
  emit(tick: number, name: string, ordinal: number, payload: ValuesOf<Fields>, isReplay: boolean): boolean {
    const within = isReplay ? SAME_WITHIN_TICKS : 0;
    for (const events of [this.#open, this.#confirmed]) {
      if (nearest(events, tick, name, ordinal, within) !== undefined) return false;
    }
    this.#open.push({ tick, name, ordinal, payload });
    return true;
  }

  /** The server's event of this player is here: true where it was told already. */
  confirm(tick: number, name: string, ordinal: number): boolean {
    const event = nearest(this.#open, tick, name, ordinal, SAME_WITHIN_TICKS);
    if (event === undefined) return false;
    this.#open = this.#open.filter((one) => one !== event);
    event.tick = tick;
    this.#confirmed.push(event);
    if (this.#confirmed.length > CONFIRMED_KEPT) this.#confirmed.shift();
    return true;
  }

  /** An input was applied at another tick: so is what it caused. */
  correct({ tick, appliedAt }: LateInput): void {
    if (appliedAt === 0) return;
    for (const event of this.#open) if (event.tick === tick) event.tick = appliedAt;
  }

  /** All that the server emitted up to this tick is here: answers what it did not. */
  rejectUpTo(tick: number): readonly PredictedEvent[] {
    if (this.#open.every((event) => event.tick > tick)) return [];
    const rejected = this.#open.filter((event) => event.tick + SAME_WITHIN_TICKS < tick);
    if (rejected.length > 0) this.#open = this.#open.filter((event) => event.tick + SAME_WITHIN_TICKS >= tick);
    return rejected;
  }
}

function nearest(
  events: readonly PredictedEvent[],
  tick: number,
  name: string,
  ordinal: number,
  within: number,
): PredictedEvent | undefined {
  let best: PredictedEvent | undefined;
  for (const event of events) {
    const off = Math.abs(event.tick - tick);
    if (event.name !== name || event.ordinal !== ordinal || off > within) continue;
    if (best === undefined || off < Math.abs(best.tick - tick)) best = event;
  }
  return best;
}
