/** The named timers of a game in one room: names and ticks, so that they can be written down with the rest of the room. */
import { GameError, type RoomTimers } from '@madang/core';

export class TickTimers implements RoomTimers {
  readonly #names: ReadonlySet<string>;
  readonly #tickRateHz: number;
  readonly #now: () => number;
  /** Ticks at which timers are due, by name. */
  readonly #due = new Map<string, number>();
  #running: [string, number][] | null = null;

  /** `now` answers the tick at hand. */
  constructor(names: Iterable<string>, tickRateHz: number, now: () => number) {
    this.#names = new Set(names);
    this.#tickRateHz = tickRateHz;
    this.#now = now;
  }

  start(name: string, afterSeconds: number): void {
    if (!this.#names.has(name)) throw badTimer(name, 'the game has no timer of that name');
    if (!(afterSeconds >= 0 && afterSeconds < 2 ** 31))
      throw badTimer(name, 'it must be started for 0 seconds or more');
    // A time that was meant to be whole ticks is no tick more for how fractions are written.
    const ticks = Math.max(1, Math.ceil(afterSeconds * this.#tickRateHz - 1e-6));
    this.#due.delete(name);
    this.#due.set(name, this.#now() + ticks);
    this.#running = null;
  }

  stop(name: string): void {
    if (this.#due.delete(name)) this.#running = null;
  }

  /** What runs, in the order of its starting, with the ticks at which it is due: the same list while nothing changes. */
  get running(): [string, number][] {
    this.#running ??= [...this.#due];
    return this.#running;
  }

  /** Runs what ran before the process ended; a timer that the game does not have any more is left out. */
  restore(running: readonly (readonly [string, number])[]): void {
    for (const [name, tick] of running) if (this.#names.has(name)) this.#due.set(name, tick);
  }

  leftSeconds(name: string): number | null {
    const due = this.#due.get(name);
    return due === undefined ? null : Math.max(0, due - this.#now()) / this.#tickRateHz;
  }

  /** The tick at which the next one is due; infinitely late where none runs. */
  get nextTick(): number {
    return Math.min(...this.#due.values());
  }

  /** Takes off and answers one that is due, in the order of their ticks, then of their starting; null where none is. */
  takeNext(): string | null {
    let next: string | null = null;
    let atTick = this.#now() + 1;
    for (const [name, tick] of this.#due) {
      if (tick >= atTick) continue;
      next = name;
      atTick = tick;
    }
    if (next !== null) this.stop(next);
    return next;
  }
}

function badTimer(name: string, reason: string): GameError {
  return new GameError('BAD_SCHEMA', `A rule used the timer ${name}, and ${reason}.`, {
    where: `timers ${name}`,
    reason,
  });
}
