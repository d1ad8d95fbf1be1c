/** All rooms of this node: opens them, finds one with a free seat, closes those that nobody needs. */
import {
  type Fields,
  type Game,
  GameError,
  isGameError,
  type JoinWay,
  neutral,
  parseMessage,
  type ValuesOf,
} from '@madang/core';
import type { Logger } from 'pino';
import type { JournalFeed } from '../journal/journal-feed.ts';
import { type RestoredRoom, restoreRoom } from '../journal/restored-room.ts';
import type { Places } from '../journal/room-facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import type { Journal, JournaledRoom } from '../ports/journal.ts';
import type { Random } from '../ports/random.ts';
import { playerName } from './player-name.ts';
import { forbidden, journalDown, roomGone, seatGone, serverStopping, ticketGone } from './refusals.ts';
import { ReturnTokens } from './return-tokens.ts';
import { Room, type RoomOptions } from './room.ts';
import type { RoomRecord } from './room-keeping.ts';
import type { RoomSeat, Sitter } from './seat.ts';
import { SeatTickets } from './seat-tickets.ts';
import type { RoomEvent, SeatHandle, Viewer } from './viewer.ts';

/** No vowels and no look-alikes: ids can be read aloud and never spell a word. 28 letters, 8 of them: 38 bits. */
const ID_ALPHABET = '23456789bcdfghjkmnpqrstvwxyz';
const ID_LENGTH = 8;

/** Codes of private rooms: five letters that can be said over a telephone. 17 x 5 x 17 x 5 x 17: 122,825. */
const CONSONANTS = 'bcdfghjklmnprstvz';
const VOWELS = 'aeiou';
const CODE_SHAPE = [CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS] as const;

/** Rooms that are taken over at the same time: a journal's line of waiting calls is bounded. */
const CLAIMS_AT_ONCE = 64;

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
  /** Where rooms are written down; null where they are not. */
  readonly journal: { readonly journal: Journal; readonly feed: JournalFeed; wallNowMs(): number } | null;
  emitted(room: Room, event: RoomEvent): void;
  reported(room: Room, places: Places): void;
}

/** Who wants to play what. Values come from outside and are checked here. */
export interface JoinWish {
  /** `room` where a room is named and `any` elsewhere, unless given. */
  readonly way?: JoinWay;
  /** Absent: the first game of the server. */
  readonly game?: unknown;
  /** The room's id or code; for the ways `claim` and `return` the ticket or the token. */
  readonly room?: unknown;
  readonly name?: unknown;
  /** What a room that is opened is opened with. */
  readonly options?: unknown;
  readonly isPrivate?: boolean;
  readonly isSpectator?: boolean;
  /** Who asks, as far as that was proved. */
  readonly user?: { readonly id: string; readonly name: string | null; readonly roles: readonly string[] } | null;
}

/** What a room is opened with. */
export interface RoomWish {
  readonly isPrivate?: boolean;
  /** Values of the record that the game names in `options`; those that are absent are zero. */
  readonly options?: unknown;
}

/** What becomes of rooms that this version cannot go on with: the server does not start, or starts without them. */
export type Unreadable = 'refuse' | 'set-aside';

/** Who a match puts on a seat. */
export type Invited = Omit<Sitter, 'name'>;

export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  /** Rooms that anybody may join, the one that has been open for longest first. */
  readonly #withSeats = new Set<Room>();
  readonly #standing = new Set<Room>();
  readonly #closingSoon = new Map<Room, () => void>();
  readonly #reopening = new Set<() => void>();
  readonly #codes = new Map<string, Room>();
  readonly #tokens: ReturnTokens<RoomSeat>;
  readonly #tickets: SeatTickets;
  #guests = 0;
  #opened = 0;
  #isStopping = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#tokens = new ReturnTokens(options.random);
    this.#tickets = new SeatTickets(options.random);
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

  /** Opens the rooms that are always open, where they were not resumed. Throws SERVER_STOPPING. */
  start(): void {
    if (this.#isStopping) throw serverStopping();
    for (const name of this.#options.alwaysOpen) {
      const game = this.game(name);
      if (![...this.#standing].some((room) => room.game === game)) this.#openStanding(game);
    }
  }

  /**
   * Goes on with the rooms that another process left in the journal; those of games that this server does not run are left there. All
   * are read before any goes on: where one cannot be, that is SCHEMA_INCOMPATIBLE or BAD_RECORDING, or it is set aside, by `unreadable`.
   * Rejects with what the journal rejects with.
   */
  async resume(unreadable: Unreadable): Promise<void> {
    const { journal, log } = this.#options;
    if (journal === null) return;
    const found: { readonly room: JournaledRoom; readonly game: Game; readonly restored: RestoredRoom }[] = [];
    for (const room of await journal.journal.unfinished()) {
      const { roomId } = room;
      const game = this.games.find(({ name }) => name === room.game);
      if (game === undefined || this.#rooms.has(roomId)) {
        if (game === undefined) log.warn({ room: roomId, game: room.game }, 'a room of a game that is not run waits');
        continue;
      }
      try {
        const restored = restoreRoom(await journal.journal.read(roomId, 'last-snapshot'), game);
        found.push({ room, game, restored });
      } catch (error) {
        if (!isGameError(error)) throw error;
        if (unreadable === 'refuse') throw unresumable(roomId, error);
        log.error({ room: roomId, game: room.game, err: error }, 'a room cannot be gone on with and is set aside');
      }
    }
    // Claimed before the last look: a process that is not gone yet may have gone on while the rooms were read.
    const epochs: (number | null)[] = [];
    for (let first = 0; first < found.length; first += CLAIMS_AT_ONCE) {
      const some = found.slice(first, first + CLAIMS_AT_ONCE);
      epochs.push(...(await Promise.all(some.map(({ room }) => journal.journal.claim(room.roomId)))));
    }
    const latest = new Map((await journal.journal.unfinished()).map((room) => [room.roomId, room]));
    for (const [index, { room, game, restored }] of found.entries()) {
      const epoch = epochs[index] ?? null;
      const { roomId, seq } = latest.get(room.roomId) ?? room;
      if (epoch === null) continue;
      const isNews = seq !== room.seq;
      const last = isNews ? restoreRoom(await journal.journal.read(roomId, 'last-snapshot'), game) : restored;
      // Stopped meanwhile: what was claimed waits for the next process.
      if (this.#isStopping) throw serverStopping();
      this.#resume(roomId, game, last, epoch, seq);
    }
  }

  /** Takes no more joins and ends every room; those that are written down are left for another process to go on with. */
  stop(): void {
    this.#isStopping = true;
    for (const cancel of this.#reopening) cancel();
    for (const room of this.all) room.suspend(serverStopping());
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
   * Takes a seat by wish. Throws GAME_UNKNOWN, ROOM_GONE for a room that is not there, ROOM_FULL, ROOM_LOCKED, KICKED, BAD_NAME,
   * BAD_OPTIONS, TICKET_GONE, SEAT_GONE, FORBIDDEN, SERVER_FULL, SERVER_STOPPING; the viewer is not called then.
   */
  join(wish: JoinWish, viewer: Viewer): SeatHandle {
    if (this.#isStopping) throw serverStopping();
    const { user = null, way = wish.room === undefined || wish.room === '' ? 'any' : 'room' } = wish;
    const game = this.game(wish.game);
    if (way === 'return') return this.#comeBack(game, wish.room, user?.id ?? null, viewer);
    this.#guests = (this.#guests % 9999) + 1;
    const name = playerName(wish.name, user?.name ?? `Guest ${this.#guests}`);
    const sitter: Sitter = { name, user: user?.id ?? null, roles: user?.roles ?? [], rating: null, team: 0 };
    if (way === 'claim') return this.#claim(game, wish.room, sitter, viewer);
    if (wish.isSpectator === true) return this.#roomToWatch(game, wish).watch(sitter, viewer);
    if (way === 'room') return this.#roomOf(game, wish.room).join(sitter, viewer);
    const found = way === 'any' ? this.#roomWithSeat(game, sitter.user) : undefined;
    // Only who asks for a room of its own, and has paid for it, may have one that nobody else finds.
    const room = found ?? this.open(game, way === 'create' ? wish : { options: wish.options });
    return room.join(sitter, viewer);
  }

  /**
   * Holds seats for players of a match, in an open room or a new one, and answers a ticket for each: good once, within `forMs`.
   * All or none. Throws as `join` does.
   */
  hold(game: Game, invited: readonly Invited[], forMs: number, wish: RoomWish & { roomId?: string }): HeldSeats {
    if (this.#isStopping) throw serverStopping();
    const room = wish.roomId === undefined ? this.open(game, wish) : this.#roomOf(game, wish.roomId);
    const seats: RoomSeat[] = [];
    try {
      for (const who of invited) seats.push(room.hold({ ...who, name: '' }, forMs));
    } catch (error) {
      for (const seat of seats) room.letGo(seat);
      throw error;
    }
    return { roomId: room.id, tickets: seats.map((seat) => this.#tickets.issue(seat)) };
  }

  /** Opens a room. Throws SERVER_FULL at `maxRooms`, STORE_DOWN where it cannot be written down and is strict, BAD_OPTIONS, GAME_FAULT where the game's `create` fails. */
  open(game: Game, wish: RoomWish = {}): Room {
    return this.#open(game, wish, false);
  }

  #open(game: Game, { isPrivate = false, options }: RoomWish, isStanding: boolean): Room {
    const { maxRooms, journal } = this.#options;
    if (this.#isStopping) throw serverStopping();
    if (game.durability === 'strict' && journal?.feed.isDegraded === true) throw journalDown();
    if (this.#rooms.size >= maxRooms) {
      throw new GameError('SERVER_FULL', `This server runs ${maxRooms} rooms already; try again later.`, {
        limit: maxRooms,
      });
    }
    const chosen = optionsOf(game, options);
    const id = this.#newName(() => this.#letters(Array.from({ length: ID_LENGTH }, () => ID_ALPHABET)), this.#rooms);
    const code = isPrivate ? this.#newName(() => this.#letters(CODE_SHAPE), this.#codes) : '';
    const openedWallMs = journal?.wallNowMs() ?? 0;
    const room = this.#make(
      { id, code, serial: this.#opened, game },
      { epoch: 1, seq: 0, isStanding, openedWallMs },
      null,
    );
    room.open(this.#delayMs(game), chosen);
    this.#enter(room, isStanding);
    return room;
  }

  #resume(roomId: string, game: Game, restored: RestoredRoom, epoch: number, seq: number): void {
    const { code, serial, isStanding, openedWallMs } = restored;
    const record = { epoch, seq, isStanding, openedWallMs };
    const room = this.#make({ id: roomId, code, serial, game }, record, restored);
    room.resume(restored, this.#delayMs(game));
    this.#opened = Math.max(this.#opened, serial + 1);
    this.#enter(room, isStanding && this.#options.alwaysOpen.includes(game.name));
  }

  #make(
    what: Pick<RoomOptions, 'id' | 'code' | 'serial' | 'game'>,
    {
      epoch,
      seq,
      isStanding,
      openedWallMs,
    }: Pick<RoomRecord, 'epoch' | 'isStanding' | 'openedWallMs'> & { readonly seq: number },
    restored: RestoredRoom | null,
  ): Room {
    const { clock, random, log, graceMs, badWrites, checksumEvery, syncTest, journal, emitted, reported } =
      this.#options;
    const { id, game } = what;
    return new Room({
      ...what,
      clock,
      seed: random.u32(),
      log,
      graceMs,
      badWrites,
      checksumEvery,
      syncTest,
      tokens: this.#tokens,
      record: journal && {
        epoch,
        isStanding,
        openedWallMs,
        get isDegraded() {
          return journal.feed.isDegraded;
        },
        open: (lane) => journal.feed.open({ roomId: id, game: game.name, epoch, seq, ...lane }),
      },
      restored,
      emitted,
      reported,
      changed: (one) => this.#changed(one),
      closed: (one) => this.#closed(one),
    });
  }

  /** Rooms are spread over the period by the golden ratio, whenever they are opened: any number of them shares the load evenly. */
  #delayMs({ tickRateHz }: Game): number {
    const periodMs = 1000 / tickRateHz;
    const past = (this.#options.clock.nowMs() / periodMs + this.#opened++ * 0.618034) % 1;
    return periodMs * (1 - past);
  }

  #enter(room: Room, isStanding: boolean): void {
    this.#rooms.set(room.id, room);
    if (room.code !== '') this.#codes.set(room.code, room);
    if (isStanding) this.#standing.add(room);
    this.#changed(room);
  }

  #comeBack(game: Game, token: unknown, user: string | null, viewer: Viewer): SeatHandle {
    const seat = this.#tokens.find(token);
    const room = seat === null ? undefined : this.#rooms.get(seat.roomId);
    if (seat === null || room === undefined) throw seatGone();
    if (room.game !== game) throw forbidden('this token is for another game');
    return room.comeBack(seat, user, viewer);
  }

  #claim(game: Game, ticket: unknown, { name, user, roles }: Sitter, viewer: Viewer): SeatHandle {
    const seat = this.#tickets.find(ticket);
    const room = this.#rooms.get(seat.roomId);
    if (room === undefined) throw ticketGone();
    if (room.game !== game) throw forbidden('this ticket is for another game');
    return room.claim(seat, { name, user, roles }, viewer);
  }

  #roomWithSeat(game: Game, user: string | null): Room | undefined {
    for (const room of this.#withSeats) {
      if (room.game === game && room.hasFreeSeat && !room.hasKicked(user)) return room;
    }
    return undefined;
  }

  #roomOf(game: Game, name: unknown): Room {
    const asked = typeof name === 'string' ? name : '';
    const room = this.#rooms.get(asked) ?? this.#codes.get(asked.trim().toLowerCase());
    if (room === undefined || room.game !== game) throw roomGone(printable(asked));
    return room;
  }

  #roomToWatch(game: Game, { room }: JoinWish): Room {
    if (room !== undefined && room !== '') return this.#roomOf(game, room);
    for (const one of this.#rooms.values()) if (one.game === game && one.code === '' && one.taken > 0) return one;
    throw roomGone('');
  }

  #changed(room: Room): void {
    if (this.#rooms.get(room.id) !== room) return;
    if (room.code === '' && room.hasFreeSeat) this.#withSeats.add(room);
    else this.#withSeats.delete(room);
    if (room.code === '') this.#tell(this.#options.directory.publish(room.listing));
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
    this.#withSeats.delete(room);
    this.#codes.delete(room.code);
    this.#tell(this.#options.directory.withdraw(room.id));
    if (!this.#standing.delete(room) || this.#isStopping) return;
    this.#reopenLater(room.game);
  }

  #openStanding(game: Game): void {
    this.#open(game, {}, true);
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

  #newName(make: () => string, taken: ReadonlyMap<string, Room>): string {
    for (let tries = 0; tries < 100; tries++) {
      const name = make();
      if (!taken.has(name)) return name;
    }
    throw new Error('no free name for a room was found: the source of chance repeats itself');
  }

  #letters(alphabets: readonly string[]): string {
    return alphabets.map((letters) => letters[this.#options.random.u32() % letters.length]).join('');
  }
}

/** Seats that wait for those who have their tickets. */
export interface HeldSeats {
  readonly roomId: string;
  /** One for each who was invited, in the same order. */
  readonly tickets: readonly string[];
}

/** Checked values for the record of the game's options. Throws BAD_OPTIONS. */
function optionsOf(game: Game, asked: unknown): ValuesOf<Fields> {
  const part = game.options === undefined ? undefined : game.state[game.options];
  const fields = part?.type === 'record' ? part.fields : {};
  return parseMessage(fields, asked ?? {}, 'BAD_OPTIONS', neutral(fields));
}

function unresumable(roomId: string, { code, message, details }: GameError): GameError {
  const advice =
    'Start the version that it was played with, or start with `unreadable: "set-aside"`: the room then stays in the journal.';
  return new GameError(code, `Room ${roomId} cannot be gone on with. ${message} ${advice}`, details);
}

/** An id from outside as it may appear in a sentence or a log. */
function printable(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/gu, '').slice(0, 32);
}
