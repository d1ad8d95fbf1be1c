/** Events of the game and messages of its players that wait for the next sending, in the order they came. */
import {
  encodeEvent,
  encodeSaid,
  type Fields,
  type Game,
  type JsonValue,
  type Seat,
  type ValuesOf,
} from '@madang/core';
import type { Seats } from './seats.ts';
import type { RoomEvent, Said, Viewer } from './viewer.ts';

export interface LettersOptions {
  readonly game: Game;
  readonly seats: Seats;
  /** Told at once of each event and whom it is for. */
  emitted(event: RoomEvent, to: Seat | undefined): void;
  /** Told of what is for all, after the seats. */
  event(event: RoomEvent): void;
  said(said: Said, tick: number): void;
}

export class Letters {
  readonly #options: LettersOptions;
  readonly #events: { readonly event: RoomEvent; readonly to: Seat | undefined }[] = [];
  readonly #said: { readonly said: Said; readonly tick: number }[] = [];

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /** An event of this tick, for one seat or for all; `by` is the seat that it follows from, 0 for none. */
  emit(tick: number, name: string, payload: ValuesOf<Fields>, to: Seat | undefined, by: number): void {
    const { game } = this.#options;
    const event: RoomEvent = {
      tick,
      name,
      payload,
      policy: game.eventPolicy?.[name] ?? 'all',
      frame: once(() => encodeEvent(game, { tick, by, name, payload })),
    };
    this.#events.push({ event, to });
    this.#options.emitted(event, to);
  }

  say(tick: number, from: string, message: JsonValue): void {
    this.#said.push({ said: { from, message, frame: once(() => encodeSaid(from, message)) }, tick });
  }

  get isEmpty(): boolean {
    return this.#events.length === 0 && this.#said.length === 0;
  }

  /** Tells what waits: events first. */
  send(): void {
    if (this.isEmpty) return;
    for (const { event, to } of this.#events.splice(0)) {
      this.#tell(event.tick, (viewer, seat) => {
        if (to === undefined || to === seat) viewer.event(event);
      });
      if (to === undefined) this.#options.event(event);
    }
    for (const { said, tick } of this.#said.splice(0)) {
      this.#tell(tick, (viewer) => viewer.said(said));
      this.#options.said(said, tick);
    }
  }

  /** Tells all who were there at that tick. */
  #tell(tick: number, tell: (viewer: Viewer, seat: Seat) => void): void {
    for (const seat of this.#options.seats.numbered) {
      if (seat?.stay.state === 'occupied' && !seat.awaitsWelcome && seat.joinedAtTick <= tick) {
        tell(seat.stay.viewer, seat);
      }
    }
  }
}

/** Makes something on first demand. */
function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
