/** A room that plays a recording again: hears what was asked of it then, and its seats play what they played. */
import { type Fields, GameError, type JsonValue, neutral, parseMessage, type ValuesOf } from '@madang/core';
import { badRecording, nowPlaying, type Playing, type TickRecord } from '@madang/core/journal';
import { z } from 'zod';
import type { RestoredRoom } from '../journal/restored-room.ts';
import type { Asked } from './asked.ts';
import { type Deed, parseDeed } from './deeds.ts';
import { roomGone } from './refusals.ts';
import type { Room } from './room.ts';
import type { ReplayedInput, RulePlay } from './rule-play.ts';
import type { RoomSeat } from './seat.ts';
import type { Seating } from './seating.ts';
import type { Seats } from './seats.ts';
import type { SeatHandle, Viewer } from './viewer.ts';

export interface RerunOptions {
  readonly room: Room;
  readonly rules: RulePlay;
  readonly seats: Seats;
  readonly seating: Seating;
  readonly asked: Asked;
}

const sitter = z.object({
  name: z.string(),
  user: z.string().nullable(),
  roles: z.array(z.string()),
  rating: z.number().nullable(),
  team: z.int(),
});

/** What rooms note of what they are asked: a kind, the player's number among all who came, and more. */
const ASKED = z.union([
  z.tuple([z.literal('join'), z.int(), sitter]),
  z.tuple([z.enum(['drop', 'return', 'leave']), z.int()]),
  z.tuple([z.literal('command'), z.int(), z.string(), z.json()]),
  z.tuple([z.literal('deed'), z.int(), z.json()]),
  z.tuple([z.literal('rate'), z.string(), z.number()]),
  z.tuple([z.literal('watch'), sitter]),
]);

export class Rerun {
  /** Nobody looks. */
  readonly viewer: Viewer = {
    canReturn: true,
    welcome: () => {},
    timing: () => {},
    update: () => {},
    event: () => {},
    said: () => {},
    people: () => {},
    chat: () => {},
    answer: () => {},
    refuse: () => {},
    end: () => {},
  };
  readonly #options: RerunOptions;
  readonly #watching: SeatHandle[] = [];
  readonly #players = new Map<number, RoomSeat>();
  /** By seat number. */
  readonly #playing = new Map<number, Playing>();

  constructor(options: RerunOptions) {
    this.#options = options;
    options.rules.replayed = (seat) => this.#replayed(seat);
  }

  /** Begins as a snapshot has it. */
  restore({ playing }: RestoredRoom): void {
    for (const seat of this.#options.seats.seatedPeople) this.#players.set(seat.ref, seat);
    for (const [seat, played] of playing) this.#playing.set(seat, played);
  }

  /** Plays one tick as it was recorded. Throws BAD_RECORDING for what cannot have been asked. */
  tick({ tick, asked = [], inputs = [] }: TickRecord): void {
    for (const what of asked) this.#hear(what);
    for (const one of inputs) {
      this.#playing.set(one.seat, nowPlaying(this.#playing.get(one.seat), tick, one, this.#options.room.game.input));
    }
    this.#options.room.runTick();
    // That they wanted to watch is all that the rules heard.
    for (const seat of this.#watching.splice(0)) seat.leave();
  }

  #replayed(seat: number): ReplayedInput {
    const playing = this.#playing.get(seat);
    if (playing === undefined) return { input: this.#neutral, viewTick: null };
    const { input, viewTick, atTick } = playing;
    return { input, viewTick: viewTick === null ? null : viewTick + (this.#options.room.tick - atTick) };
  }

  #hear(what: JsonValue): void {
    const { room, seating, asked } = this.#options;
    const read = ASKED.safeParse(what);
    if (!read.success) throw badRecording(`what was asked cannot be read: ${read.error.message}`, 0);
    const [kind, of] = read.data;
    if (kind === 'rate') return room.rate(read.data[1], read.data[2]);
    if (kind === 'watch') return void this.#watching.push(room.watch(read.data[1], this.viewer));
    if (kind === 'join') return void this.#players.set(read.data[1], seating.reserve(read.data[2], this.viewer));
    const seat = this.#players.get(Number(of));
    if (seat === undefined) throw badRecording(`a player ${of} is unknown`, 0);
    switch (kind) {
      case 'drop':
        return seating.redrop(seat);
      case 'return':
        return seating.comeBack(seat, seat.user, this.viewer);
      case 'leave':
        return seating.vacate(seat, () => roomGone(room.id));
      case 'command': {
        const [, , name, payload] = read.data;
        const fields = room.game.commands[name];
        if (fields === undefined) throw badRecording(`there is no command ${name}`, 0);
        const values = parseMessage(fields, payload, 'BAD_COMMAND');
        return asked.ask(seat, () => asked.command(seat, name, values, () => {}));
      }
      case 'deed':
        return asked.ask(seat, () => this.#do(seat, parseDeed(read.data[2])));
    }
  }

  /** A deed that was refused is refused again. */
  #do(seat: RoomSeat, deed: Deed): void {
    try {
      this.#options.asked.deed(seat, deed);
    } catch (error) {
      if (!(error instanceof GameError)) throw error;
    }
  }

  get #neutral(): ValuesOf<Fields> {
    return neutral(this.#options.room.game.input);
  }
}
