/** All rooms of this node: opens them, finds one with a free seat, closes those that nobody needs. */
import { type Game, GameError } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import type { Random } from '../ports/random.ts';
import { playerName } from './player-name.ts';
import { roomGone } from './refusals.ts';
import { Room } from './room.ts';
import type { RoomEvent, SeatHandle, Viewer } from './viewer.ts';

/** No vowels and no look-alikes: ids can be read aloud and never spell a word. 28 letters, 8 of them: 38 bits. */
const ID_ALPHABET = '23456789bcdfghjkmnpqrstvwxyz';
const ID_LENGTH = 8;

/** How long a room outlives its last person. */
const EMPTY_ROOM_MS = 10_000;

export interface RoomsOptions {
  readonly games: readonly Game[];
  /** Names of games of which one room is open from the start and never closes for being empty. */
  readonly alwaysOpen: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: Directory;
  readonly log: Logger;
  readonly graceMs: number;
  readonly maxRooms: number;
  readonly badWrites: 'throw' | 'clamp';
  readonly checksumEvery: number;
  readonly syncTest: boolean;
  emitted(room: Room, event: RoomEvent): void;
}

/** Who wants to play what. Values come from outside and are checked here. */
export interface JoinWish {
  /** Absent: the first game of the server. */
  readonly game?: unknown;
  /** Absent: any room with a free seat, a new one where there is none. */
  readonly room?: unknown;
  readonly name?: unknown;
}

export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #standing = new Set<Room>();
  readonly #closingSoon = new Map<Room, () => void>();
  readonly #reopening = new Set<() => void>();
  #guests = 0;
  #opened = 0;
  #isStopping = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  get all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  get games(): readonly Game[] {
    return this.#options.games;
  }

  get(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  /** Opens the rooms that are always open. */
  start(): void {
    for (const name of this.#options.alwaysOpen) this.#openStanding(this.game(name));
  }

  /** Closes every room and takes no more joins. */
  stop(): void {
    this.#isStopping = true;
    for (const cancel of this.#reopening) cancel();
    for (const room of this.all) room.close(stopping());
  }

  /** The game of this name, the first where none is asked for. Throws GAME_UNKNOWN. */
  game(name: unknown): Game {
    const { games } = this.#options;
    const game = name === undefined || name === '' ? games[0] : games.find((one) => one.name === name);
    if (game === undefined) {
      const known = games.map((one) => one.name).join(', ');
      throw new GameError('GAME_UNKNOWN', `This server does not run that game; it runs ${known}.`, {
        game: typeof name === 'string' ? name.slice(0, 32) : '',
      });
    }
    return game;
  }

  /**
   * Takes a seat by wish. Throws GAME_UNKNOWN, ROOM_GONE for a room that is not there, ROOM_FULL, BAD_NAME, SERVER_FULL,
   * SERVER_STOPPING; the viewer is not called then.
   */
  join(wish: JoinWish, viewer: Viewer): SeatHandle {
    if (this.#isStopping) throw stopping();
    const game = this.game(wish.game);
    this.#guests = (this.#guests % 9999) + 1;
    const name = playerName(wish.name, `Guest ${this.#guests}`);
    const room = wish.room === undefined || wish.room === '' ? this.#roomWithSeat(game) : this.#roomOf(game, wish.room);
    return room.join(name, viewer);
  }

  /** Opens a room. Throws SERVER_FULL at `maxRooms`, GAME_FAULT where the game's `create` fails. */
  open(game: Game): Room {
    const { clock, random, log, graceMs, badWrites, checksumEvery, syncTest, maxRooms, emitted } = this.#options;
    if (this.#isStopping) throw stopping();
    if (this.#rooms.size >= maxRooms) {
      throw new GameError('SERVER_FULL', `This server runs ${maxRooms} rooms already; try again later.`, {
        limit: maxRooms,
      });
    }
    const room = new Room({
      id: this.#newId(),
      game,
      clock,
      seed: random.u32(),
      log,
      graceMs,
      badWrites,
      checksumEvery,
      syncTest,
      emitted,
      changed: (one) => this.#changed(one),
      closed: (one) => this.#closed(one),
    });
    const periodMs = 1000 / game.tickRateHz;
    // Rooms are spread over the period by the golden ratio, so any number of them shares the load evenly.
    room.open(periodMs * (1 - ((this.#opened++ * 0.618034) % 1)));
    this.#rooms.set(room.id, room);
    this.#changed(room);
    return room;
  }

  #roomWithSeat(game: Game): Room {
    for (const room of this.#rooms.values()) if (room.game === game && room.hasFreeSeat) return room;
    return this.open(game);
  }

  #roomOf(game: Game, id: unknown): Room {
    const room = typeof id === 'string' ? this.#rooms.get(id) : undefined;
    if (room === undefined || room.game !== game) throw roomGone(typeof id === 'string' ? printable(id) : '');
    return room;
  }

  #changed(room: Room): void {
    if (this.#rooms.get(room.id) !== room) return;
    this.#tell(this.#options.directory.publish(room.listing));
    const isNeeded = room.taken > 0 || this.#standing.has(room);
    const cancel = this.#closingSoon.get(room);
    if (isNeeded) {
      cancel?.();
      this.#closingSoon.delete(room);
    } else if (cancel === undefined) {
      const close = (): void => room.close(roomGone(room.id));
      this.#closingSoon.set(room, this.#options.clock.after(EMPTY_ROOM_MS, close));
    }
  }

  #closed(room: Room): void {
    this.#closingSoon.get(room)?.();
    this.#closingSoon.delete(room);
    this.#rooms.delete(room.id);
    this.#tell(this.#options.directory.withdraw(room.id));
    if (!this.#standing.delete(room) || this.#isStopping) return;
    this.#reopenLater(room.game);
  }

  #openStanding(game: Game): void {
    const room = this.open(game);
    this.#standing.add(room);
    this.#changed(room);
  }

  /** A room that is always open has failed: open another, not at once, so that rules that fail early do not spin. */
  #reopenLater(game: Game): void {
    const cancel = this.#options.clock.after(EMPTY_ROOM_MS, () => {
      this.#reopening.delete(cancel);
      try {
        this.#openStanding(game);
      } catch (err) {
        this.#options.log.error({ err, game: game.name }, 'a room that is always open could not be opened again');
        this.#reopenLater(game);
      }
    });
    this.#reopening.add(cancel);
  }

  /** The directory is for others to look at: rooms go on without it. */
  #tell(told: Promise<void>): void {
    told.catch((err: unknown) => this.#options.log.warn({ err }, 'the directory could not be told of a room'));
  }

  #newId(): string {
    const { random } = this.#options;
    for (let tries = 0; tries < 100; tries++) {
      const id = Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[random.u32() % ID_ALPHABET.length]).join('');
      if (!this.#rooms.has(id)) return id;
    }
    throw new Error('no free room id was found: the source of chance repeats itself');
  }
}

function stopping(): GameError {
  return new GameError('SERVER_STOPPING', 'This server is stopping; come back in a moment.', {});
}

/** An id from outside as it may appear in a sentence or a log. */
function printable(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/gu, '').slice(0, 32);
}
