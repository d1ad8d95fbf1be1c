/** The bots of one room: as many as its game asks for, and what they think. */
import { type Game, type GameError, parseInput, type SeededRandom, type StateStore } from '@madang/core';
import { isPromise } from '@madang/core/netcode';
import { avatarsBySeat } from './avatars.ts';
import type { RulePlay } from './rule-play.ts';
import type { Seating } from './seating.ts';
import type { Seats } from './seats.ts';

export interface BotsOptions {
  readonly game: Game;
  readonly state: StateStore;
  readonly random: SeededRandom;
  readonly seats: Seats;
  readonly seating: Seating;
  readonly rules: RulePlay;
}

export class Bots {
  readonly #options: BotsOptions;

  constructor(options: BotsOptions) {
    this.#options = options;
  }

  /** True where bots play. */
  get areHere(): boolean {
    const { game, seats } = this.#options;
    return game.bots !== undefined && seats.countOf(true) > 0;
  }

  /** As many bots as the game asks for: the last to come is the first to go. Answers what the game's `join` threw. */
  fill(): GameError | null {
    const { game, seats, seating } = this.#options;
    const { bots } = game;
    if (bots === undefined) return null;
    const wanted = Math.max(0, bots.atLeast - seats.countOf(false));
    for (let excess = seats.countOf(true) - wanted; excess > 0; excess--) seating.dismissBot();
    for (let missing = wanted - seats.countOf(true); missing > 0 && seats.freeNumber > 0; missing--) {
      const fault = seating.seatBot(this.#nameOf(bots.names));
      if (fault !== null) return fault;
    }
    return null;
  }

  /** Has each bot say what it does in this tick, up to the first that fails. */
  think(): GameError | null {
    const { game, state, random, seats, rules } = this.#options;
    const { bots, avatars } = game;
    if (bots === undefined || avatars === undefined || !this.areHere) return null;
    const rows = avatarsBySeat(state.table(avatars), game.seats);
    return rules.run('bots', () => {
      for (const seat of seats.numbered) {
        const me = seat?.isBot ? rows[seat.number] : undefined;
        if (seat === null || me === undefined) continue;
        const { held } = seat.inputs;
        const thought: unknown = bots.think(me as never, { tick: rules.tick, random, state: state.view, held });
        if (isPromise(thought)) return thought;
        seat.inputs.hold(parseInput(game, thought, held), rules.tick - 1);
      }
      return undefined;
    });
  }

  /** The first name that nobody at play has; of too few names, the first. */
  #nameOf(names: readonly string[]): string {
    const taken = new Set(this.#options.seats.seated.map(({ name }) => name));
    return names.find((name) => !taken.has(name)) ?? names[0] ?? '';
  }
}
