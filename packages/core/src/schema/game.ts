/**
 * `defineGame`: one declaration of a game, shared by server and client. Data and pure functions: what the state is,
 * what players may ask for, and the rules. Everything else infers its types from here.
 */

import type { SeededRandom } from '../random.ts';
import { hashText } from '../state/hash.ts';
import type { Fields, ValuesOf } from './field.ts';
import type { Interest } from './interest.ts';
import { checkLifecycle, type Durability, type HostRight, type Recordings, type RecordNames } from './lifecycle.ts';
import { checkMatchRules, type MatchRules } from './match.ts';
import { parseMessage } from './message.ts';
import { checkNetcode, type PastOf, type PlaceFields, REWIND_MS } from './netcode.ts';
import { type ReplyOf, type RequestNames, replyFieldsOf } from './request.ts';
import { checkSending } from './sending.ts';
import {
  badSchema,
  checkFields,
  checkName,
  columnsOf,
  MAX_SEND_EVERY,
  type PartSchema,
  type Row,
  type RowStart,
  type SeenStateOf,
  type StateOf,
  type StateSchema,
  type TableSchema,
} from './state-schema.ts';

/** Commands or events: for each name, the fields its payload has. */
export type Messages = Readonly<Record<string, Fields>>;

/** A seat as rules see it. */
export interface Seat {
  /** From 1 to the game's `seats`; the number is given to somebody else once this player has gone. */
  readonly number: number;
  /** The player's name: normalised, 1 to 32 code points, from outside. Show it as text only. */
  readonly name: string;
  readonly isBot: boolean;
  /** Who this is, where the player has shown an identity: the same id in every room. Not for other players' eyes. */
  readonly user: string | null;
  /** True while the player's connection is lost and the seat is held for it. */
  readonly isDropped: boolean;
  /** What the game's ratings say of this player; null where nothing is known of it. A match's result changes it, a moment later. */
  readonly rating: number | null;
  /** The team it plays for, 0 for none, at most 65,535. Rules set it; it decides what `visibleTo('team')` and `byTeam` show. */
  team: number;
}

/** The room as rules see it. */
export interface RoomScope<S extends StateSchema, E extends Messages> {
  readonly id: string;
  /** The state, to read and to write: `room.state.ships.add({…})`, `room.state.round.phase = 'over'`. */
  readonly state: StateOf<S>;
  /** Seats that are taken, in order of their numbers. */
  readonly seats: readonly Seat[];
  /** Tells players something that happens once, with the state of this tick. To one seat, or to all. */
  emit<N extends keyof E & string>(event: N, payload: ValuesOf<E[N]>, to?: Seat): void;
  /** Who has the rights of `hostMay`: the first person to come, and when it goes, the one who came next. */
  readonly host: Seat | null;
  /** True while nobody new is let in. Who has a seat may still return to it. */
  readonly isLocked: boolean;
  lock(): void;
  unlock(): void;
  /** Takes a seat away: its player gets KICKED with this reason, and does not come back to this room. */
  kick(seat: Seat, reason: string): void;
  /** Ends the room with this tick: everybody gets ROOM_CLOSED with this reason. */
  close(reason: string): void;
  /** Says something in the chat in the room's own name, to one seat or to all. */
  announce(text: string, to?: Seat): void;
  /**
   * Reports how a match ended, for the players' ratings: teams of seats from the first place to the last; teams that share a
   * place are in one list. A room's match is reported once; later reports do nothing.
   */
  report(places: readonly (readonly (readonly Seat[])[])[]): void;
  readonly timers: RoomTimers;
}

/** The game's named timers in a room, on the room's own clock: they stand still when it does, and are part of its record. */
export interface RoomTimers {
  /** Runs the timer of this name once after so many seconds, to the next whole tick; one that runs is set anew. */
  start(name: string, afterSeconds: number): void;
  /** Stops it; one that does not run is fine. */
  stop(name: string): void;
  /** How long until it runs; null while it is not started. */
  leftSeconds(name: string): number | null;
}

/** Somebody who asks to come in, as `authorize` sees it. */
export interface Visitor {
  readonly name: string;
  readonly user: string | null;
  readonly roles: readonly string[];
  readonly rating: number | null;
  readonly isSpectator: boolean;
}

/** The moment a rule runs in: the only time and the only chance it knows. */
export interface Moment {
  /** Ticks since the room opened. */
  readonly tick: number;
  /** Seconds one tick lasts. */
  readonly dt: number;
  /** The room's seeded chance. */
  readonly random: SeededRandom;
}

/** The moment of rules that judge what players did. */
export interface StepMoment<S extends StateSchema> extends Moment {
  /**
   * Lag compensation: shows the tables of `rewind` as a player saw them when it gave the input of this tick, so that what it
   * hit on its screen is hit. `past` is good until `look` returns, and answers what `look` does. How far back it goes is
   * limited by `rewindMs`, and by what the player's measured latency can explain. For bots and players of gateways without
   * prediction it shows the newest state that was sent. A game whose clients predict the world has none.
   * Source: Bernier, "Latency Compensating Methods in Client/Server In-game Protocol Design and Optimization" (2001).
   */
  seenBy<R>(seat: Seat, look: (past: PastOf<S>, atTick: number) => R): R;
}

/** What `control` may look at beside its own row. It has no chance: it also runs ahead on its owner's client. */
export interface ControlMoment<S extends StateSchema, E extends Messages = Messages> {
  readonly tick: number;
  readonly dt: number;
  /** As its owner's client sees it, for `control` also runs there: others' rows belong to `step`. */
  readonly state: SeenStateOf<S>;
  /** The number of the seat that is controlled: `owner` of its rows. */
  readonly seat: number;
  /**
   * Adds a row that this seat owns. Its player sees it at once, under a provisional id of 2^32 or more, until the server's
   * row is here or turns out never to come. Throws as `add` does.
   */
  spawn<K extends TableNames<S>>(table: K, start: RowStart<FieldsOf<S, K>>): Row<FieldsOf<S, K>>;
  /** Tells all players what happens once. This seat's own player hears it at once, and of its rejection at `onReject`. */
  emit<N extends keyof E & string>(event: N, payload: ValuesOf<E[N]>): void;
}

/** What `advance` may look at beside its row. */
export interface AdvanceMoment<S extends StateSchema> {
  readonly tick: number;
  readonly dt: number;
  readonly state: SeenStateOf<S>;
}

/** What a bot may know when it decides: what any player sees, and the input it holds. */
export interface BotMoment<S extends StateSchema, I extends Fields> {
  readonly tick: number;
  readonly random: SeededRandom;
  readonly state: SeenStateOf<S>;
  readonly held: Readonly<ValuesOf<I>>;
}

/** The table fields of part `K` of a schema; of no part at all, no fields. */
export type FieldsOf<S extends StateSchema, K extends keyof S> = S[K] extends TableSchema<infer F> ? F : never;

export type PartNames<S extends StateSchema> = keyof S & string;
export type TableNames<S extends StateSchema> = {
  [K in PartNames<S>]: S[K] extends TableSchema ? K : never;
}[PartNames<S>];

/** A function-typed property compared as a method is, so that any one game fits where some game is asked for. */
type Hook<F extends (...args: never[]) => unknown> = { hook(...args: Parameters<F>): ReturnType<F> }['hook'];

/** Server-side players that keep a room alive. They use the same inputs as everybody else. */
export interface Bots<S extends StateSchema, I extends Fields, A extends PartNames<S>> {
  /** While fewer seats than this are taken, bots take the rest; they give their seats up to people. */
  readonly atLeast: number;
  /** Their names; one that nobody at play has is taken first. */
  readonly names: readonly string[];
  /** Called once a tick per bot; answers the fields of its input that change. */
  think(me: Readonly<Row<FieldsOf<S, A>>>, moment: BotMoment<S, I>): Partial<ValuesOf<I>>;
}

/**
 * What a player's client plays ahead of the server, with the game's own rules:
 * - `self`: `control` of its own avatar, and `advance` of the rows it owns.
 * - `world`: also `advance` of all other rows, and `step`. For games whose rules follow from what players may see: there is no
 *   chance but the client's own, hidden fields are zero, and others' inputs are unknown.
 * - `none`: nothing; its own avatar is drawn as others are.
 */
export type Predict = 'self' | 'world' | 'none';

/** What happens to events that cannot be sent at once. */
export type EventPolicy = 'all' | 'latest';

/** What `defineGame` takes. Only `name`, `tickRateHz`, `seats`, `state` and `input` are required. */
export interface GameDefinition<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends PartNames<S>,
> {
  /** Small letters, digits and dashes: part of addresses and of the wire. */
  readonly name: string;
  /** What people read, per language; `name` where it is absent. */
  readonly title?: Readonly<Record<string, string>>;
  /** Ticks per second, 1 to 128. */
  readonly tickRateHz: number;
  /** States sent per second: `tickRateHz` divided by a whole number. `tickRateHz` unless given. */
  readonly sendRateHz?: number;
  /** Players one room takes, 1 to 5,000. */
  readonly seats: number;
  /** What there is: tables, records and grids, by name. */
  readonly state: S;
  /** What a player asks for each tick, by field. */
  readonly input: I;
  /** What a player may send beside its input, each with its fields; handled in `on`. */
  readonly commands?: C;
  /** What the room tells players once, each with its fields; sent by `room.emit`. */
  readonly events?: E;
  /**
   * What becomes of an event for a player whose connection is full: `all` (unless given) keeps every one of them, in order,
   * and gives the connection up when they are too many; `latest` keeps the last of its name.
   */
  readonly eventPolicy?: { readonly [N in keyof E]?: EventPolicy };
  /** Which rows of a table a player is told about; all of them where a table is not named. */
  readonly interest?: { readonly [K in TableNames<S>]?: Interest<FieldsOf<S, K>> };
  /**
   * Bytes per second that the tables with interest may cost one player, on average; no limit unless given. Where they do not
   * fit, own, near, long-waiting rows come first, and the others come whole when their turn comes.
   */
  readonly peerBytesPerSecond?: number;
  /** The table in which a seat's own row is: `control` is called for it, and it goes when its player goes. */
  readonly avatars?: A;
  /** What clients play ahead of the server. `self` unless given, in a game that has `control`. */
  readonly predict?: Predict;
  /**
   * Tables that `seenBy` can show as they were, each with the fields that say where its rows are. They are remembered each
   * time state is sent. Not with `predict: 'world'`.
   */
  readonly rewind?: { readonly [K in TableNames<S>]?: PlaceFields<keyof FieldsOf<S, K> & string> };
  /**
   * How far back `seenBy` goes at most, in milliseconds: 250 unless given, at most 1,000. A player's screen is behind by its round
   * trip, 1.5 sendings, jitter and up to a tick: 250 ms are enough for round trips of about 150 ms at 30 Hz.
   */
  readonly rewindMs?: number;
  /** Words of text gateways, each pressing its input for one tick: `{ '좌': { dir: 'left' } }`. */
  readonly words?: Readonly<Record<string, Partial<ValuesOf<I>>>>;
  readonly bots?: Bots<S, I, A>;
  /**
   * The record that a room is opened with: whoever opens one may set its fields, before `create` runs. Absent: a room has no
   * options.
   */
  readonly options?: RecordNames<S>;
  /** The record whose fields, as far as everyone may see them, are shown in lists of rooms and can be asked for there. */
  readonly listed?: RecordNames<S>;
  /** How many may watch one room beside its seats: they see what everyone sees, and do nothing. 0 unless given. */
  readonly spectators?: number;
  /** How far behind spectators are, in milliseconds, so that nobody plays with a friend's eyes. 0 unless given. */
  readonly spectatorDelayMs?: number;
  /** What the host of a room may do. Nothing unless given. */
  readonly hostMay?: readonly HostRight[];
  /** Commands per second of one seat, by kind, where 20 are too many. */
  readonly rates?: { readonly [N in keyof C]?: number };
  /** What a crash of the process may cost a room, where its server has a journal. `async` unless given. */
  readonly durability?: Durability;
  /** Whether rooms can be looked at after they have ended. `none` unless given. */
  readonly recordings?: Recordings;
  /** Time between two whole states in the journal: less makes seeking and resuming quicker, and the journal larger. 10,000 unless given. */
  readonly snapshotEveryMs?: number;
  /** How players are put together by `queue`. Absent: this game has no queue. */
  readonly match?: MatchRules;
  /** What runs when a timer that rules started is due, by name. */
  readonly timers?: { readonly [timer: string]: Hook<(room: RoomScope<S, E>, moment: StepMoment<S>) => void> };
  /** Once, when a room opens: its first state. */
  create?(room: RoomScope<S, E>, moment: Moment): void;
  /** Whether somebody may come in, asked before `join`; if it answers false or throws, the visitor gets FORBIDDEN. */
  authorize?(room: RoomScope<S, E>, visitor: Visitor, moment: Moment): boolean;
  /** A player takes a seat. If it throws, the seat's rows go, the seat stays free and the player is told. */
  join?(room: RoomScope<S, E>, seat: Seat, moment: Moment): void;
  /** A player's connection is lost. Its seat is held for a while; its input is neutral until it returns. */
  drop?(room: RoomScope<S, E>, seat: Seat, moment: Moment): void;
  /** A player whose connection was lost is back on its seat. */
  return?(room: RoomScope<S, E>, seat: Seat, moment: Moment): void;
  /** A player has gone for good. Afterwards its avatars are removed and its other rows belong to nobody. */
  leave?(room: RoomScope<S, E>, seat: Seat, moment: Moment): void;
  /** The room ends; those who are still there are told afterwards. */
  close?(room: RoomScope<S, E>, moment: Moment): void;
  /** One seat's avatar for one tick, in order of seats. Pure: reads its arguments, writes its row. */
  control?(avatar: Row<FieldsOf<S, A>>, input: Readonly<ValuesOf<I>>, moment: ControlMoment<S, E>): void;
  /**
   * How rows of a table go on by themselves for one tick, after every `control`: projectiles, vehicles. Called for each row.
   * Pure, as `control` is: its owner's client runs it ahead.
   */
  readonly advance?: {
    readonly [K in TableNames<S>]?: Hook<(row: Row<FieldsOf<S, K>>, moment: AdvanceMoment<S>) => void>;
  };
  /** The rest of the world for one tick, after every `control` and `advance`. */
  step?(room: RoomScope<S, E>, moment: StepMoment<S>): void;
  /**
   * One handler per command; that of a `request` returns its reply. One that refuses (`refuse('…')`) or throws tells the
   * sender, and the room goes on.
   */
  readonly on?: {
    readonly [N in keyof C]?: Hook<
      (
        room: RoomScope<S, E>,
        seat: Seat,
        payload: ValuesOf<C[N]>,
        moment: StepMoment<S>,
      ) => N extends RequestNames<C> ? ValuesOf<ReplyOf<C[N]>> : void
    >;
  };
}

/** A game that `defineGame` has checked. */
export interface Game<
  S extends StateSchema = StateSchema,
  I extends Fields = Fields,
  C extends Messages = Messages,
  E extends Messages = Messages,
  A extends PartNames<S> = PartNames<S>,
> extends GameDefinition<S, I, C, E, A> {
  readonly sendRateHz: number;
  readonly predict: Predict;
  readonly rewindMs: number;
  readonly commands: C;
  readonly events: E;
  readonly words: Readonly<Record<string, Partial<ValuesOf<I>>>>;
  /** Changes whenever the wire would: client and server that differ here do not understand each other. */
  readonly fingerprint: number;
}

/**
 * Declares a game. Checks names, counts and words at once and throws BAD_SCHEMA with the place and the reason, so that
 * a mistake shows when the file is loaded and not when the first player joins.
 */
export function defineGame<
  const S extends StateSchema,
  const I extends Fields,
  const C extends Messages = Record<never, never>,
  const E extends Messages = Record<never, never>,
  A extends TableNames<S> = never,
>(definition: GameDefinition<S, I, C, E, A>): Game<S, I, C, E, A> {
  const { name, tickRateHz, sendRateHz = tickRateHz, seats, state, input, words = {}, avatars, bots } = definition;
  const commands = definition.commands ?? ({} as C);
  const events = definition.events ?? ({} as E);
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw badSchema('name', 'it must be small letters, digits and dashes, begin with a letter, at most 32 long');
  }
  if (!(tickRateHz >= 1 && tickRateHz <= 128)) throw badSchema('tickRateHz', 'it must be from 1 to 128');
  const ticksPerSending = Math.round(tickRateHz / sendRateHz);
  if (
    !(ticksPerSending >= 1 && ticksPerSending <= MAX_SEND_EVERY) ||
    !isNearly(tickRateHz / ticksPerSending, sendRateHz)
  ) {
    throw badSchema('sendRateHz', `it must be tickRateHz divided by a whole number from 1 to ${MAX_SEND_EVERY}`);
  }
  if (!Number.isInteger(seats) || seats < 1 || seats > SEATS_MAX) {
    throw badSchema('seats', `it must be from 1 to ${SEATS_MAX.toLocaleString('en')}`);
  }
  for (const part of Object.keys(state)) checkName('state', part);
  checkFields('input', input);
  for (const [kind, messages] of Object.entries({ commands, events })) {
    for (const [message, fields] of Object.entries(messages)) {
      checkName(kind, message);
      checkFields(`${kind}.${message}`, fields);
      checkFields(`${kind}.${message} reply`, replyFieldsOf(fields) ?? {});
    }
  }
  if (avatars !== undefined && state[avatars]?.type !== 'table') throw badSchema('avatars', 'it must name a table');
  if (avatars === undefined && (definition.control !== undefined || bots !== undefined)) {
    throw badSchema('avatars', 'control and bots need the table in which a seat has its own row');
  }
  if (bots !== undefined && (!Number.isInteger(bots.atLeast) || bots.atLeast > seats || bots.names.length === 0)) {
    throw badSchema('bots', 'atLeast must be a whole number up to seats, and names must not be empty');
  }
  checkSending(definition, events);
  checkNetcode(definition);
  checkLifecycle(definition);
  if (definition.match !== undefined) checkMatchRules(definition.match, seats);
  const { control, rewindMs = REWIND_MS } = definition;
  const predict = definition.predict ?? (control === undefined ? 'none' : 'self');
  const fingerprint = fingerprintOf({ name, state, input, commands, events });
  return { ...definition, sendRateHz, predict, rewindMs, commands, events, words: wordsOf(input, words), fingerprint };
}

/** A quotient that somebody wrote out has a digit less than it needs. */
function isNearly(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * a;
}

/** Words in the form gateways compare (NFC), with the values their fields store. */
function wordsOf<I extends Fields>(
  input: I,
  words: Readonly<Record<string, Partial<ValuesOf<I>>>>,
): Readonly<Record<string, Partial<ValuesOf<I>>>> {
  const presses = Object.entries(words).map(([word, press]) => {
    if (word.trim() !== word || word === '' || word.startsWith('{')) {
      throw badSchema(`words ${word}`, 'a word is text without space around it that is not JSON');
    }
    const named = Object.fromEntries(Object.entries(input).filter(([field]) => Object.hasOwn(press, field)));
    return [word.normalize('NFC'), parseMessage(named, press, 'BAD_INPUT')] as const;
  });
  return Object.fromEntries(presses) as Record<string, Partial<ValuesOf<I>>>;
}

/** Moves on when frames of one schema are written in another way. */
const WIRE_VERSION = 4;

/** One world on one core: what was measured with 2,000 (`npm run bench -- server`), and room above it. */
const SEATS_MAX = 5_000;

function fingerprintOf(parts: {
  name: string;
  state: StateSchema;
  input: Fields;
  commands: Messages;
  events: Messages;
}): number {
  const fields = (of: Fields): unknown =>
    Object.entries(of).map(([name, type]) => [name, type.signature, type.visibility]);
  const messages = (of: Messages): unknown =>
    Object.entries(of).map(([name, payload]) => [name, fields(payload), fields(replyFieldsOf(payload) ?? {})]);
  const shape = (part: PartSchema): unknown =>
    part.type === 'grid'
      ? [part.width, part.height, part.of.signature, part.of.visibility]
      : [
          part.type === 'table' ? [part.maxRows, part.team] : 1,
          columnsOf(part).map(([name, type]) => [name, type.signature, type.visibility]),
        ];
  return hashText(
    JSON.stringify([
      WIRE_VERSION,
      parts.name,
      Object.entries(parts.state).map(([name, part]) => [name, part.type, shape(part)]),
      fields(parts.input),
      messages(parts.commands),
      messages(parts.events),
    ]),
  );
}
