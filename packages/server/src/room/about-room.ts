/** What lists say of a room beside its seats: what everyone may see of the record that its game names in `listed`. */
import { type Game, type JsonObject, type StateStore, toJsonValue } from '@madang/core';

export class AboutRoom {
  readonly #game: Game;
  readonly #state: StateStore;
  #lookedAtTick = 0;
  #told = '';

  constructor(game: Game, state: StateStore) {
    this.#game = game;
    this.#state = state;
  }

  get json(): JsonObject {
    const { listed, state } = this.#game;
    const part = listed === undefined ? undefined : state[listed];
    const record = listed === undefined ? undefined : this.#state.view[listed];
    if (part?.type !== 'record' || record === undefined) return {};
    const shown = Object.entries(part.fields).filter(([, { visibility }]) => visibility === 'everyone');
    return Object.fromEntries(
      shown.map(([field]) => {
        const value: unknown = Reflect.get(record, field);
        return [field, value instanceof Uint8Array ? Array.from(value) : toJsonValue(value)];
      }),
    );
  }

  /** The tick in which is looked again for what lists are to hear; infinitely late where they hear of nothing. */
  get nextLookTick(): number {
    const { listed, tickRateHz } = this.#game;
    return listed === undefined ? Number.POSITIVE_INFINITY : Math.ceil(this.#lookedAtTick + tickRateHz);
  }

  /** True where lists are to hear that it has changed. Looks once a second, however often it is asked. */
  isNews(tick: number): boolean {
    if (tick < this.nextLookTick) return false;
    this.#lookedAtTick = tick;
    const about = JSON.stringify(this.json);
    if (about === this.#told) return false;
    this.#told = about;
    return true;
  }
}
