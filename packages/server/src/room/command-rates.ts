/** How often a seat may send each kind of command: buckets that fill with the room's ticks. */
import { type Game, GameError } from '@madang/core';

/** Commands of one kind per second, unless the game says otherwise. */
const COMMANDS_PER_SECOND = 20;

/** How many seconds' worth may come at once. */
const BURST_SECONDS = 2;

export class CommandRates {
  readonly #game: Game;
  readonly #left = new Map<string, { tokens: number; atTick: number }>();

  constructor(game: Game) {
    this.#game = game;
  }

  /** Pays for one command. Throws TOO_OFTEN. */
  spend(command: string, tick: number): void {
    const rates: Readonly<Record<string, number | undefined>> = this.#game.rates ?? {};
    const perSecond = rates[command] ?? COMMANDS_PER_SECOND;
    const most = Math.max(1, BURST_SECONDS * perSecond);
    const { tokens, atTick } = this.#left.get(command) ?? { tokens: most, atTick: tick };
    const filled = Math.min(most, tokens + ((tick - atTick) / this.#game.tickRateHz) * perSecond);
    if (filled < 1) {
      throw new GameError('TOO_OFTEN', `${command} can be sent at most ${perSecond} times a second.`, {
        what: command,
        perSecond,
      });
    }
    this.#left.set(command, { tokens: filled - 1, atTick: tick });
  }
}
