/**
 * One room, written down as it goes: after each tick what the tick changed, and now and then all of it. What is asked of the room
 * between two ticks, and what its players' inputs came to, is noted where the game keeps recordings with inputs, so that the rules can
 * be run again.
 */
import {
  ByteWriter,
  type Fields,
  type Game,
  isSameMessage,
  type JsonObject,
  type JsonValue,
  type RandomState,
  type Recordings,
  type SeededRandom,
  SNAPSHOT_EVERY_MS,
  type StateStore,
  type ValuesOf,
  writeSavedState,
} from '@madang/core';
import {
  describeFields,
  describeSchema,
  nowPlaying,
  openSchema,
  type PlayedInput,
  type Playing,
  RECORD,
  type RecordedEvent,
  type TickRecord,
  writeInputs,
  writeRandom,
  writeRecord,
  writeTick,
} from '@madang/core/journal';
import type { RoomSeat } from '../room/seat.ts';
import type { Lane } from './journal-feed.ts';
import type { RestoredRoom } from './restored-room.ts';
import { answerJson, type RoomFacts, type SeatFacts } from './room-facts.ts';

const FORMAT = 1;

/** A recording beyond this is cut: its beginning goes, and it is no longer one of the whole room. */
const RECORDING_BYTES_MAX = 256 * 1024 * 1024;

/** What a room tells of itself beside its seats, as facts. */
export type OwnFacts = Pick<
  RoomFacts,
  | 'host'
  | 'isLocked'
  | 'sentOut'
  | 'timers'
  | 'hasReported'
  | 'report'
  | 'faultsInARow'
  | 'ending'
  | 'chatLine'
  | 'match'
>;

/** What is said of a room at the head of its journal. */
export interface RoomHead {
  readonly roomId: string;
  readonly code: string;
  readonly serial: number;
  readonly epoch: number;
  /** Of a room that is always open. */
  readonly isStanding: boolean;
  readonly openedWallMs: number;
  /** What became of rules' bad writes: whoever plays it again does the same. */
  readonly badWrites: 'throw' | 'clamp';
}

export interface RoomJournalOptions {
  readonly head: RoomHead;
  readonly game: Game;
  readonly state: StateStore;
  readonly random: SeededRandom;
  readonly lane: Lane;
  /** Whether it becomes a recording, and with what players did. */
  readonly recordings: Recordings;
  /** Told once when the recording has become too long to be kept whole. */
  tooLong(bytes: number): void;
  /** What the room goes on from; null for a new one. */
  readonly restored: Pick<RestoredRoom, 'playing' | 'facts'> | null;
  /** By number - 1; null where free. */
  readonly seats: readonly (RoomSeat | null)[];
  token(seat: RoomSeat): SeatFacts['token'];
  /** Facts of the room's own. The same objects again where nothing changed, as far as that is easily known. */
  own(): OwnFacts;
}

export class RoomJournal {
  readonly #options: RoomJournalOptions;
  readonly #head: string;
  readonly #snapshotEveryTicks: number;
  readonly #keepsInputs: boolean;
  readonly #keepsEvents: boolean;
  readonly #out = new ByteWriter(1024);
  /** What is known of each seat, by number, as of the last tick: what its player has done since then belongs to the next. */
  readonly #seats: (SeatFacts | null)[];
  readonly #playing: Map<number, Playing>;
  #own: OwnFacts | null = null;
  #random: RandomState = [0, 0, 0, 0];
  readonly #asked: JsonValue[] = [];
  readonly #events: RecordedEvent[] = [];
  readonly #inputs: PlayedInput[] = [];
  #snapshotDueTick = 0;
  #bytes = 0;

  constructor(options: RoomJournalOptions) {
    const { game, head, recordings } = options;
    const { snapshotEveryMs = SNAPSHOT_EVERY_MS, durability = 'async' } = game;
    this.#options = options;
    this.#playing = new Map(options.restored?.playing);
    this.#seats = options.seats.map(() => null);
    if (options.restored === null) this.#news();
    else for (const fact of options.restored.facts.seats) this.#seats[fact.number - 1] = fact;
    this.#keepsInputs = recordings === 'keep-with-inputs';
    this.#keepsEvents = recordings !== 'none';
    this.#snapshotEveryTicks = Math.max(1, Math.round((snapshotEveryMs / 1000) * game.tickRateHz));
    this.#head = JSON.stringify({
      format: FORMAT,
      game: game.name,
      title: { ...game.title },
      ...head,
      tickRateHz: game.tickRateHz,
      sendRateHz: game.sendRateHz,
      seats: game.seats,
      avatars: game.avatars ?? null,
      durability,
      recordings,
      state: describeSchema(game.state),
      input: describeFields(game.input),
      events: Object.fromEntries(Object.entries(game.events).map(([name, fields]) => [name, describeFields(fields)])),
    });
  }

  /** Notes what was asked of the room, for those who play it again. */
  asked(what: () => JsonValue): void {
    if (this.#keepsInputs) this.#asked.push(what());
  }

  /** Notes an event that goes with the tick at hand: to one seat, or to all (0). */
  event(to: number, frame: () => Uint8Array): void {
    if (this.#keepsEvents) this.#events.push({ to, frame: frame() });
  }

  /** Notes what a seat plays in the tick at hand: of people only where the recording has inputs, of bots for who goes on with them. */
  played(tick: number, { number: seat, isBot }: RoomSeat, input: ValuesOf<Fields>, viewTick: number | null): void {
    if (!this.#keepsInputs && !isBot) return;
    const { input: fields } = this.#options.game;
    const before = this.#playing.get(seat);
    const isSame = before !== undefined && isSameMessage(fields, before.input, input);
    const expected = before === undefined || before.viewTick === null ? null : before.viewTick + (tick - before.atTick);
    const isOn = before !== undefined && Object.is(expected, viewTick);
    if (isSame && isOn) return;
    const change = { seat, ...(isSame ? {} : { input }), ...(isOn ? {} : { viewTick }) };
    this.#inputs.push(change);
    this.#playing.set(seat, nowPlaying(before, tick, change, fields));
  }

  /** Writes down what a tick did, with what it changed in the state as `StateRecorder` has it. */
  tick(tick: number, change: Uint8Array | null): void {
    const record: { -readonly [K in keyof TickRecord]: TickRecord[K] } = { tick };
    if (change !== null) record.change = change;
    const random = this.#options.random.state();
    if (random.some((word, index) => word !== this.#random[index])) record.random = random;
    this.#random = random;
    const facts = this.#news();
    if (facts !== null) record.facts = facts;
    if (this.#asked.length > 0) record.asked = this.#asked.splice(0);
    if (this.#inputs.length > 0) record.inputs = this.#inputs.splice(0);
    if (this.#events.length > 0) record.events = this.#events.splice(0);
    const out = this.#out;
    out.seek(0);
    writeRecord(out, RECORD.TICK, () => writeTick(out, record, this.#options.game.input));
    this.#put(out.take(), tick, false);
    if (tick >= this.#snapshotDueTick) this.snapshot(tick);
  }

  /** Writes all of the room down, as of `tick`. */
  snapshot(tick: number): void {
    const { game, state, random } = this.#options;
    const isFirst = this.#snapshotDueTick === 0;
    // Rooms that begin together, as after a restart, do not write their snapshots together for ever.
    const share = isFirst ? 1 - ((this.#options.head.serial * 0.618034) % 1) : 1;
    this.#snapshotDueTick = tick + Math.max(1, Math.round(this.#snapshotEveryTicks * share));
    const facts = this.#all();
    const out = this.#out;
    out.seek(0);
    writeRecord(out, RECORD.HEAD, () => out.text(this.#head));
    writeRecord(out, RECORD.SNAPSHOT, () => {
      out.varint(tick);
      out.text(JSON.stringify(facts));
      writeRandom(out, random.state());
      writeInputs(out, this.#played(tick), game.input);
      writeSavedState(out, openSchema(game.state), state);
    });
    this.#random = random.state();
    this.#put(out.take(), tick, true);
  }

  /** Writes down that the room has ended. */
  end(tick: number, because: string): void {
    const out = this.#out;
    out.seek(0);
    writeRecord(out, RECORD.END, () => {
      out.varint(tick);
      out.text(because);
    });
    this.#options.lane.put(out.take(), tick, false);
    this.#options.lane.end(this.#keepsEvents);
  }

  /** Writes the room down for another process to go on with it. */
  leave(tick: number): void {
    this.snapshot(tick);
    this.#options.lane.leave();
  }

  #put(bytes: Uint8Array, tick: number, isSnapshot: boolean): void {
    const { lane, tooLong } = this.#options;
    this.#bytes += bytes.length;
    if (this.#keepsEvents && this.#bytes > RECORDING_BYTES_MAX) {
      tooLong(this.#bytes);
      lane.forget();
      this.#bytes = Number.NEGATIVE_INFINITY;
    }
    lane.put(bytes, tick, isSnapshot);
  }

  /** Facts that changed since they were written last; null where none did. */
  #news(): JsonObject | null {
    let facts: Record<string, JsonValue> | null = null;
    const { seats } = this.#options;
    for (let index = 0; index < seats.length; index++) {
      const seat = seats[index] ?? null;
      const known = this.#seats[index] ?? null;
      if (seat === null) {
        if (known === null) continue;
        this.#seats[index] = null;
        this.#playing.delete(index + 1);
        facts ??= {};
        facts[`seat ${index + 1}`] = null;
        continue;
      }
      if (seat.requests.hasNews) {
        facts ??= {};
        for (const kept of seat.requests.takeNews()) facts[`answer ${seat.ref} ${kept.number}`] = answerJson(kept);
      }
      if (known !== null && this.#isAsKnown(seat, known)) continue;
      const fact = this.#factsOf(seat);
      this.#seats[index] = fact;
      facts ??= {};
      facts[`seat ${index + 1}`] = fact as JsonObject;
    }
    const own = this.#options.own();
    if (this.#own !== own) {
      facts ??= {};
      for (const [key, value] of Object.entries(own)) {
        if (this.#own?.[key as keyof OwnFacts] !== value) facts[key] = value as JsonValue;
      }
      this.#own = own;
    }
    return facts;
  }

  /** What every seat played last. */
  #played(tick: number): readonly PlayedInput[] {
    return [...this.#playing].map(([seat, { input, viewTick, atTick }]) => ({
      seat,
      input,
      viewTick: viewTick === null ? null : viewTick + (tick - atTick),
    }));
  }

  /** Every fact, as of the last tick. */
  #all(): JsonObject {
    const facts: Record<string, JsonValue> = {};
    for (const [index, fact] of this.#seats.entries()) {
      if (fact === null) continue;
      facts[`seat ${fact.number}`] = fact as JsonObject;
      for (const kept of this.#options.seats[index]?.requests.kept ?? []) {
        if (kept.number <= fact.heard) facts[`answer ${fact.ref} ${kept.number}`] = answerJson(kept);
      }
    }
    const own = this.#options.own();
    this.#own = own;
    Object.assign(facts, own);
    return facts;
  }

  #factsOf(seat: RoomSeat): SeatFacts {
    const { ref, number, name, user, roles, rating, team, isBot, isDropped, joinedAtTick, you } = seat;
    const token = this.#options.token(seat);
    return {
      ref,
      number,
      name,
      user,
      roles: [...roles],
      rating,
      team,
      isBot,
      isDropped,
      hasLeft: !seat.isSeated,
      joinedAtTick,
      you,
      isWelcomed: seat.hasBeenWelcomed,
      heard: seat.requests.heard,
      token: token === null ? null : { current: token.current, previous: token.previous },
    };
  }

  /** Asked of every seat in every tick: compares and makes nothing. */
  #isAsKnown(seat: RoomSeat, known: SeatFacts): boolean {
    const token = this.#options.token(seat);
    return (
      seat.ref === known.ref &&
      seat.name === known.name &&
      seat.user === known.user &&
      seat.rating === known.rating &&
      seat.team === known.team &&
      seat.isBot === known.isBot &&
      seat.isDropped === known.isDropped &&
      seat.isSeated !== known.hasLeft &&
      seat.joinedAtTick === known.joinedAtTick &&
      seat.you === known.you &&
      seat.hasBeenWelcomed === known.isWelcomed &&
      seat.requests.heard === known.heard &&
      token?.current === known.token?.current &&
      token?.previous === known.token?.previous
    );
  }
}
