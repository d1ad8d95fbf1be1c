/**
 * What players saw: the tables that a game names in `rewind`, as they were each time state was sent, for `seenBy`. Both ends
 * read the same copies by the same arithmetic, so what is between two states is here what it was on the player's screen.
 */
import type { Game, PlaceFields, StateStore } from '@madang/core';
import { PastTableView, TableAt, ToldHistory } from '@madang/core/netcode';
import { noPastOf } from './refusals.ts';

interface Remembered {
  readonly history: ToldHistory;
  readonly view: PastTableView;
}

export class Rewind {
  readonly #tables: readonly Remembered[];
  readonly #past: object;
  readonly #rewindTicks: number;
  #newestTick: number | null = null;
  /** The tick that is looked at; null while nobody looks. */
  #at: number | null = null;

  constructor(game: Game, state: StateStore) {
    const ticksPerSending = Math.round(game.tickRateHz / game.sendRateHz);
    this.#rewindTicks = (game.rewindMs * game.tickRateHz) / 1000;
    const sendings = Math.ceil(this.#rewindTicks / ticksPerSending);
    const past: Record<string, unknown> = {};
    const rewind: Readonly<Record<string, PlaceFields | undefined>> = game.rewind ?? {};
    this.#tables = Object.entries(rewind).flatMap(([name, place]) => {
      if (place === undefined) return [];
      const table = state.table(name);
      const view = new PastTableView(new TableAt(table, game.tickRateHz, true), place);
      past[name] = view;
      return [{ history: new ToldHistory(table, ticksPerSending, sendings), view }];
    });
    for (const part of state.parts) {
      if (Object.hasOwn(past, part.name)) continue;
      Object.defineProperty(past, part.name, {
        get: () => {
          throw noPastOf(part.name);
        },
      });
    }
    this.#past = past;
  }

  /** Remembers what was published for this tick: one copy of each column. */
  record(tick: number): void {
    this.#newestTick = tick;
    for (const { history } of this.#tables) history.record(tick);
  }

  /** Shows the past at `viewTick`, as far as it is remembered, null for the newest there is. */
  look<R>(viewTick: number | null, tick: number, look: (past: never, atTick: number) => R): R {
    const newest = this.#tables.length === 0 ? tick : (this.#newestTick ?? tick);
    const atTick = Math.max(tick - this.#rewindTicks, Math.min(viewTick ?? newest, newest));
    const before = this.#at;
    this.#aim(atTick);
    try {
      return look(this.#past as never, atTick);
    } finally {
      // A look within a look: the outer one goes on where it was.
      if (before !== null) this.#aim(before);
      else this.#turnAway();
    }
  }

  /** The past is over: what a rule kept of it shows nothing any more, sooner than rows of another tick. */
  #turnAway(): void {
    this.#at = null;
    for (const { view } of this.#tables) view.aim(null);
  }

  #aim(atTick: number): void {
    this.#at = atTick;
    for (const { history, view } of this.#tables) view.aim(history.at(atTick, 0));
  }
}
