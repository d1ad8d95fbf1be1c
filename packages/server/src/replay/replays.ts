/**
 * Recordings as players may look at them: rooms that have ended, of games that keep recordings. What everyone could see is there for
 * everyone; what a seat could see, for who sat there; and a private room for nobody else at all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteReader, type Game, GameError, isGameError, type JsonObject } from '@madang/core';
import { RECORD, readObject, readTickFacts, recordsOf, seatsIn } from '@madang/core/journal';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournaledRoom, RecordingPlace } from '../ports/journal.ts';
import { askStore } from '../ports/store-down.ts';
import { chaptersIn, readChapter } from './chapters.ts';
import { viewRecording } from './view-recording.ts';
import type { RecordingEyes } from './witness.ts';

/** Recordings of which is remembered what a list says of them. */
const KNOWN_MAX = 1_000;

/** Bytes of everyone's views that are kept for the next who asks. */
const KEPT_BYTES_MAX = 64 * 1024 * 1024;

/** Larger recordings are for operators. */
const RECORDING_BYTES_MAX = 256 * 1024 * 1024;

/** Recordings up to this size are read as a whole for a list to say who played, once; of larger ones, the end. */
const READ_FOR_LIST_BYTES_MAX = 16 * 1024 * 1024;

/** Views that may wait to be made; they are made one after another. */
const WAITING_MAX = 8;

const RETRY_AFTER_MS = 3_000;

/** Ids of rooms are shorter. */
const ROOM_ID_LENGTH_MAX = 64;

export interface ReplaysOptions {
  readonly journal: Pick<Journal, 'read' | 'recordings'>;
  readonly games: readonly Game[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** A recording in a list. */
export interface ListedReplay {
  readonly roomId: string;
  readonly game: string;
  /** What people read, per language. */
  readonly title: Readonly<Record<string, string>>;
  readonly openedWallMs: number;
  readonly endedWallMs: number;
  readonly seconds: number;
  /** The people who played; of a large recording, those who did in its end. */
  readonly players: readonly string[];
}

/** A view to be handed out. */
export interface ReplayBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True where everybody may have it. */
  readonly isPublic: boolean;
}

interface Found {
  readonly isPrivate: boolean;
  readonly game: Game;
}

/** Also who was in the room, bots apart; of a large recording, in its end. */
interface About extends Found {
  readonly players: readonly string[];
  readonly users: ReadonlySet<string>;
}

export class Replays {
  readonly #options: ReplaysOptions;
  readonly #known = new Map<string, Promise<About>>();
  readonly #kept = new Map<string, ReplayBytes['bytes']>();
  #keptBytes = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReplaysOptions) {
    this.#options = options;
  }

  /**
   * The newest recordings first that this user may look at, of those that come after `after`; of private rooms, those in which it had a
   * seat (of large ones, in the end). `last` is where this page ends and the next one begins, null at the end. Rejects with STORE_DOWN.
   */
  async list(
    user: string | null,
    limit: number,
    after?: RecordingPlace,
  ): Promise<{ readonly replays: readonly ListedReplay[]; readonly last: RecordingPlace | null }> {
    const rooms = await this.#ask(() => this.#options.journal.recordings(limit, after));
    const replays: ListedReplay[] = [];
    for (const room of rooms) {
      const about = await this.#about(room);
      if (about === null || (about.isPrivate && !isAmong(about.users, user))) continue;
      replays.push(this.#listed(room, about));
    }
    const last = rooms.length < limit ? undefined : rooms.at(-1);
    return { replays, last: last === undefined ? null : { endedWallMs: last.endedWallMs ?? 0, roomId: last.roomId } };
  }

  /** What everyone could see. Rejects with ROOM_GONE, SERVER_BUSY, STORE_DOWN. */
  async everyones(roomId: string, user: string | null): Promise<ReplayBytes> {
    const kept = this.#kept.get(roomId);
    // One that is kept may have been deleted; any other is read anyhow.
    const { isPrivate, game } = await (kept === undefined ? this.#find(roomId) : this.#look(roomId));
    if (isPrivate) {
      const bytes = await this.#made(roomId, game, { seat: 0 }, user ?? '');
      if (bytes === null) throw roomGone(roomId);
      return { bytes, isPublic: false };
    }
    const bytes = kept ?? (await this.#made(roomId, game, { seat: 0 }, null));
    if (bytes === null) throw roomGone(roomId);
    this.#keep(roomId, bytes);
    return { bytes, isPublic: true };
  }

  /** What a user could see from its seat. Rejects with FORBIDDEN where it had none, ROOM_GONE, SERVER_BUSY, STORE_DOWN. */
  async ofUser(roomId: string, user: string): Promise<ReplayBytes> {
    const { isPrivate, game } = await this.#find(roomId);
    const bytes = await this.#made(roomId, game, { user }, user);
    if (bytes !== null) return { bytes, isPublic: false };
    if (isPrivate) throw roomGone(roomId);
    const reason = 'you had no seat in this room';
    throw new GameError('FORBIDDEN', `This recording is not yours: ${reason}.`, { reason });
  }

  /** As `#look`, without a look where a list has shown the recording already: recordings do not change, but they may be deleted. */
  async #find(roomId: string): Promise<Found> {
    return (await this.#known.get(roomId)?.catch(() => null)) ?? this.#look(roomId);
  }

  /** Rejects with ROOM_GONE for a room that was never there, goes on, or is of a game that keeps none. */
  async #look(roomId: string): Promise<Found> {
    if (roomId.length > ROOM_ID_LENGTH_MAX) throw roomGone(roomId.slice(0, ROOM_ID_LENGTH_MAX));
    const last = readChapter(await this.#ask(() => this.#options.journal.read(roomId, 'last-snapshot')));
    const game = this.#options.games.find(({ name }) => name === last?.head.game);
    if (last === null || last.end === null || game === undefined || !keeps(game)) {
      this.#forget(roomId);
      throw roomGone(roomId);
    }
    return { isPrivate: last.head.json.code !== '', game };
  }

  async #about(room: Pick<JournaledRoom, 'roomId' | 'game' | 'sizeBytes'>): Promise<About | null> {
    const game = this.#options.games.find((one) => one.name === room.game);
    if (game === undefined || !keeps(game)) return null;
    const known = this.#known.get(room.roomId) ?? this.#learn(room, game);
    this.#known.set(room.roomId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest);
    try {
      return await known;
    } catch (problem) {
      this.#known.delete(room.roomId);
      throw problem;
    }
  }

  async #learn({ roomId, sizeBytes }: Pick<JournaledRoom, 'roomId' | 'sizeBytes'>, game: Game): Promise<About> {
    const from = sizeBytes <= READ_FOR_LIST_BYTES_MAX ? 'start' : 'last-snapshot';
    const entries = await this.#ask(() => this.#options.journal.read(roomId, from));
    const players = new Set<string>();
    const users = new Set<string>();
    let code: unknown;
    for (const chapter of chaptersIn(entries)) {
      code ??= readChapter(chapter)?.head.json.code;
      for (const facts of factsIn(chapter)) {
        for (const { name, user, isBot } of seatsIn(facts)) {
          if (!isBot) players.add(name);
          if (user !== null) users.add(user);
        }
      }
      await nextTurn();
    }
    // One that cannot be read is nobody's.
    return { isPrivate: code !== '', game, players: [...players], users };
  }

  #listed({ roomId, game: name, openedWallMs, endedWallMs, tick }: JournaledRoom, about: About): ListedReplay {
    const game = this.#options.games.find((one) => one.name === name);
    return {
      roomId,
      game: name,
      title: game?.title ?? {},
      openedWallMs,
      endedWallMs: endedWallMs ?? openedWallMs,
      seconds: Math.round(tick / (game?.tickRateHz ?? 1)),
      players: about.players,
    };
  }

  /** A view as bytes; null where nothing can be read, or where `mustHaveSat` never had a seat. Rejects with ROOM_GONE. */
  #made(
    roomId: string,
    game: Game,
    eyes: RecordingEyes,
    mustHaveSat: string | null,
  ): Promise<ReplayBytes['bytes'] | null> {
    return this.#inTurn(async () => {
      const { journal, clock } = this.#options;
      const entries = await this.#ask(() => journal.read(roomId, 'start'));
      if (entries.length === 0) {
        this.#forget(roomId);
        throw roomGone(roomId);
      }
      if (entries.reduce((sum, { length }) => sum + length, 0) > RECORDING_BYTES_MAX) return null;
      if (mustHaveSat !== null && !(await this.#hadSeat(entries, mustHaveSat))) return null;
      const chunks: Uint8Array[] = [];
      for await (const chunk of viewRecording(entries, eyes, { game, nowMs: () => clock.nowMs() })) chunks.push(chunk);
      return chunks.length === 0 ? null : Buffer.concat(chunks);
    });
  }

  async #hadSeat(entries: readonly Uint8Array[], user: string): Promise<boolean> {
    for (const chapter of chaptersIn(entries)) {
      for (const facts of factsIn(chapter)) if (seatsIn(facts).some((seat) => seat.user === user)) return true;
      await nextTurn();
    }
    return false;
  }

  /** One after another: each takes its share of the event loop while it is made. Rejects with SERVER_BUSY where too many wait. */
  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) {
      const sentence = 'Too many recordings are asked for just now; come back in a moment.';
      throw new GameError('SERVER_BUSY', sentence, { retryAfterMs: RETRY_AFTER_MS });
    }
    this.#waiting++;
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    try {
      return await result;
    } finally {
      this.#waiting--;
    }
  }

  /** The one that was asked for longest ago goes first. */
  #keep(roomId: string, bytes: ReplayBytes['bytes']): void {
    this.#drop(roomId);
    this.#kept.set(roomId, bytes);
    this.#keptBytes += bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= KEPT_BYTES_MAX) return;
      this.#drop(oldest);
    }
  }

  #drop(roomId: string): void {
    this.#keptBytes -= this.#kept.get(roomId)?.length ?? 0;
    this.#kept.delete(roomId);
  }

  #forget(roomId: string): void {
    this.#drop(roomId);
    this.#known.delete(roomId);
  }

  #ask<T>(work: () => Promise<T>): Promise<T> {
    return askStore(this.#options.log, work);
  }
}

/** What was written down of a room beside its state, each time that something was: a change, or all of it. */
function* factsIn(chapter: readonly Uint8Array[]): Generator<JsonObject, undefined> {
  try {
    for (const bytes of chapter) {
      for (const { kind, body } of recordsOf(bytes)) {
        if (kind === RECORD.SNAPSHOT) {
          const from = new ByteReader(body);
          from.varint();
          yield readObject(from);
        } else if (kind === RECORD.TICK) {
          const facts = readTickFacts(body);
          if (facts !== null) yield facts;
        }
      }
    }
  } catch (problem) {
    // What is spoiled says nothing.
    if (!isGameError(problem)) throw problem;
  }
}

function keeps({ recordings = 'none' }: Game): boolean {
  return recordings !== 'none';
}

function isAmong(users: ReadonlySet<string>, user: string | null): boolean {
  return user !== null && users.has(user);
}

function roomGone(roomId: string): GameError<'ROOM_GONE'> {
  return new GameError('ROOM_GONE', `There is no recording of the room ${roomId}.`, { roomId });
}
