/**
 * Frames of the native protocol, subprotocol `madang.v1`: one WebSocket message each, binary. Reader and writer of
 * the same bytes stand side by side; docs/protocol.md is written from this file.
 *
 * The first byte is the kind. Kinds below 64 go to the server, those from 64 on to the client. A frame ends where its
 * last field ends: bytes that follow are refused.
 */
import { type ByteReader, ByteWriter, unzigzag, zigzag } from '../codec/bytes.ts';
import { readDelta, readGrants, readSnapshot } from '../codec/state-codec.ts';
import { utf8Cut, utf8Length } from '../codec/utf8.ts';
import type { GameError } from '../errors.ts';
import { type JsonValue, parseJson } from '../json-value.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import type { Messages } from '../schema/game.ts';
import { readMessage, writeMessage } from '../schema/message.ts';
import { replyFieldsOf } from '../schema/request.ts';
import { columnsOf, type StateSchema } from '../schema/state-schema.ts';
import type { Difference } from '../state/difference.ts';
import type { StateStore } from '../state/state-store.ts';

/** The WebSocket subprotocol a native client asks for. */
export const SUBPROTOCOL = 'madang.v1';

/** Bytes of one message from a client, whatever the gateway. */
export const CLIENT_FRAME_BYTES_MAX = 16 * 1024;

/** Bytes of a client's first message: an identity's token is the most of it. */
export const JOIN_FRAME_BYTES_MAX = 4 * 1024;

/** Requests that a client may send again when it returns: what the server remembers answers of. */
export const UNHEARD_MAX = 64;

/** Bytes of a key that an author gives a request to have it done once. */
const REQUEST_KEY_BYTES_MAX = 64;

const NAME_BYTES_MAX = 256;
const ROOM_ID_BYTES_MAX = 64;
const CHAT_BYTES_MAX = 4096;
const PEOPLE_MAX = 0xffff;
const SENTENCE_BYTES_MAX = 1024;
const DETAILS_BYTES_MAX = 4096;

const JOIN = 1;
const INPUT = 2;
const COMMAND = 3;
const SAY = 4;
const REPAIR = 5;
const LEAVE = 6;
const DIVERGED = 7;
const REST = 8;
const ASK = 9;
const DO = 10;
const PING = 11;

const WELCOME = 64;
const SNAPSHOT = 65;
const DELTA = 66;
const EVENT = 67;
const SAID = 68;
const REFUSAL = 69;
const CHECK = 70;
const TIMING = 71;
const ANSWER = 72;
const DONE = 73;
const PEOPLE = 74;
const CHAT = 75;
const PONG = 76;

/** Parts of a tick that times on the wire are counted in. */
export const TICK_PARTS = 16;

/** Margins beyond this many ticks are told as this one: they say no more than that a clock is wrong. */
const MARGIN_TICKS_MAX = 1 << 20;

/** Late inputs that one frame can tell of. */
export const LATE_MAX = 64;

/** Why a client asks for the whole state: it missed something, or its checksum differs. */
const REPAIR_REASONS = ['gap', 'checksum'] as const;
export type RepairReason = (typeof REPAIR_REASONS)[number];

/**
 * How somebody wants to come in: to `any` room with a free seat, opening one where there is none; to the `room` of an id or
 * code; to a new one (`create`); with the ticket of a match (`claim`); back to the seat it had (`return`).
 */
const JOIN_WAYS = ['any', 'room', 'create', 'claim', 'return'] as const;
export type JoinWay = (typeof JOIN_WAYS)[number];

/** The first frame of a connection. */
export interface JoinRequest {
  readonly game: string;
  readonly fingerprint: number;
  readonly way: JoinWay;
  /** The room's id or code, the ticket, or the token of the seat; '' where the way needs none. */
  readonly key: string;
  /** '' for a name the server chooses. */
  readonly name: string;
  /** The token that says who this is; '' for nobody. */
  readonly identity: string;
  readonly isSpectator: boolean;
  /** A room that is opened is found by its code only. */
  readonly isPrivate: boolean;
  /** The options of a room that is opened; null for none. */
  readonly options: JsonValue;
}

/** An input with the moment it is for and what its player saw. */
export interface TimedInput<I extends Fields = Fields> {
  /** The tick it is addressed to. */
  readonly tick: number;
  /** The newest tick of which the client had state. */
  readonly seenTick: number;
  /** How far behind `tick` others were drawn, in ticks. */
  readonly viewDelayTicks: number;
  readonly input: ValuesOf<I>;
}

/** An input that came after its tick. */
export interface LateInput {
  /** The tick it was addressed to. */
  readonly tick: number;
  /** The tick at which it was applied in its place; 0 where a newer one made it void. */
  readonly appliedAt: number;
}

/** How a client's inputs arrive: the input of the least margin since the last report, and those that came late. */
export interface InputReport {
  /** The tick it is sent with: all that was emitted in sendings before has been sent, and nothing but time may have changed. */
  readonly at: number;
  /** The tick that input was addressed to. */
  readonly tick: number;
  /** How long before its tick it arrived, in ticks; negative where it was late. */
  readonly marginTicks: number;
  /** Between its arrival and this report, in ticks: the rest of the time between the two is the round trip. */
  readonly heldTicks: number;
  /** In the order in which they came. */
  readonly late: readonly LateInput[];
}

/** What must be done exactly once. Its number is one more than that of the one before, from 1, over all connections of a seat. */
export interface Numbered {
  readonly number: number;
}

/** What a client says once it has a seat. */
export type ClientFrame<I extends Fields = Fields> =
  | ({ readonly kind: 'input' } & TimedInput<I>)
  | ({ readonly kind: 'command'; readonly name: string; readonly payload: ValuesOf<Fields> } & Numbered)
  | ({
      readonly kind: 'ask';
      readonly key: string;
      readonly name: string;
      readonly payload: ValuesOf<Fields>;
    } & Numbered)
  | ({ readonly kind: 'say'; readonly message: JsonValue } & Numbered)
  | ({ readonly kind: 'do'; readonly deed: JsonValue } & Numbered)
  | { readonly kind: 'ping' }
  | { readonly kind: 'repair'; readonly because: RepairReason }
  | { readonly kind: 'diverged'; readonly tick: number; readonly at: Difference }
  | { readonly kind: 'rest' }
  | { readonly kind: 'leave' };

/** What a game's frames are made of. */
export interface FrameSchema {
  readonly state: StateSchema;
  readonly input: Fields;
  readonly commands: Messages;
  readonly events: Messages;
}

/** What is absent is nobody in particular who wants to play in any room. */
export function encodeJoin(request: Pick<JoinRequest, 'game' | 'fingerprint'> & Partial<JoinRequest>): Uint8Array {
  const { game, fingerprint, way = 'any', key = '', name = '', identity = '', options = null } = request;
  const { isSpectator = false, isPrivate = false } = request;
  return framed(JOIN, (out) => {
    out.text(game);
    out.u32(fingerprint);
    out.u8(JOIN_WAYS.indexOf(way));
    out.text(key);
    out.text(name);
    out.text(identity);
    out.u8((isSpectator ? 1 : 0) | (isPrivate ? 2 : 0));
    out.text(options === null ? '' : JSON.stringify(options));
  });
}

/** True for a frame that claims to be a join: it is read without knowing the game. */
export function isJoin(bytes: Uint8Array): boolean {
  return bytes[0] === JOIN;
}

export function decodeJoin(from: ByteReader): JoinRequest {
  if (from.u8() !== JOIN) from.fail('the first frame must be a join');
  const game = from.text(NAME_BYTES_MAX);
  const fingerprint = from.u32();
  const way = JOIN_WAYS[from.u8()] ?? from.fail('a way to join is unknown');
  const key = from.text(NAME_BYTES_MAX);
  const name = from.text(NAME_BYTES_MAX);
  const identity = from.text(JOIN_FRAME_BYTES_MAX);
  const flags = from.u8();
  if (flags > 3) from.fail('a flag of a join is unknown');
  const options = from.text(JOIN_FRAME_BYTES_MAX);
  from.end();
  return {
    game,
    fingerprint,
    way,
    key,
    name,
    identity,
    isSpectator: (flags & 1) !== 0,
    isPrivate: (flags & 2) !== 0,
    options: options === '' ? null : parseJson(options),
  };
}

export function encodeClientFrame(schema: FrameSchema, frame: ClientFrame): Uint8Array {
  switch (frame.kind) {
    case 'input':
      return framed(INPUT, (out) => {
        out.varint(frame.tick);
        out.varint(frame.seenTick);
        out.varint(Math.round(frame.viewDelayTicks * TICK_PARTS));
        writeMessage(out, schema.input, frame.input);
      });
    case 'command':
      return framed(COMMAND, (out) => {
        out.varint(frame.number);
        writeNamed(out, schema.commands, frame.name, frame.payload);
      });
    case 'ask':
      return framed(ASK, (out) => {
        out.varint(frame.number);
        out.text(frame.key);
        writeNamed(out, schema.commands, frame.name, frame.payload);
      });
    case 'say':
      return framed(SAY, (out) => {
        out.varint(frame.number);
        out.text(JSON.stringify(frame.message));
      });
    case 'do':
      return framed(DO, (out) => {
        out.varint(frame.number);
        out.text(JSON.stringify(frame.deed));
      });
    case 'ping':
      return framed(PING, () => {});
    case 'repair':
      return framed(REPAIR, (out) => out.u8(REPAIR_REASONS.indexOf(frame.because)));
    case 'diverged':
      return framed(DIVERGED, (out) => {
        out.varint(frame.tick);
        writeDifference(out, schema.state, frame.at);
      });
    case 'rest':
      return framed(REST, () => {});
    case 'leave':
      return framed(LEAVE, () => {});
  }
}

/** Reads what a seated client sent. Throws BAD_FRAME, or BAD_MESSAGE for a message that is not JSON we take. */
export function decodeClientFrame(schema: FrameSchema, from: ByteReader): ClientFrame {
  const frame = readClientFrame(schema, from);
  from.end();
  return frame;
}

function readClientFrame(schema: FrameSchema, from: ByteReader): ClientFrame {
  const kind = from.u8();
  switch (kind) {
    case INPUT:
      return {
        kind: 'input',
        tick: from.varint(),
        seenTick: from.varint(),
        viewDelayTicks: from.varint() / TICK_PARTS,
        input: readMessage(from, schema.input),
      };
    case COMMAND:
      return { kind: 'command', number: from.varint(), ...readNamed(from, schema.commands) };
    case ASK:
      return {
        kind: 'ask',
        number: from.varint(),
        key: from.text(REQUEST_KEY_BYTES_MAX),
        ...readNamed(from, schema.commands),
      };
    case SAY:
      return { kind: 'say', number: from.varint(), message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)) };
    case DO:
      return { kind: 'do', number: from.varint(), deed: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)) };
    case PING:
      return { kind: 'ping' };
    case REPAIR:
      return { kind: 'repair', because: REPAIR_REASONS[from.u8()] ?? from.fail('a reason is unknown') };
    case DIVERGED:
      return { kind: 'diverged', tick: from.varint(), at: readDifference(from, schema.state) };
    case REST:
      return { kind: 'rest' };
    case LEAVE:
      return { kind: 'leave' };
    default:
      return from.fail(`kind ${kind} is not one a seated client sends`);
  }
}

/** True for a frame that carries state: one that cannot be read leaves the mirror in need of a whole. */
export function isStateFrame(bytes: Uint8Array): boolean {
  return bytes[0] === SNAPSHOT || bytes[0] === DELTA;
}

/** True for a frame that carries the whole state. */
export function isSnapshot(bytes: Uint8Array): boolean {
  return bytes[0] === SNAPSHOT;
}

/** What the server says. State is applied to the mirror while it is read, so it does not appear here. */
export type ServerFrame =
  | ({ readonly kind: 'welcome' } & WelcomeFrame)
  | { readonly kind: 'snapshot'; readonly tick: number }
  | { readonly kind: 'delta'; readonly tick: number }
  | { readonly kind: 'check'; readonly tick: number; readonly hash: string }
  | ({ readonly kind: 'timing' } & InputReport)
  | { readonly kind: 'gap'; readonly tick: number; readonly baseTick: number }
  | ({ readonly kind: 'event' } & EventFrame)
  | { readonly kind: 'said'; readonly from: string; readonly message: JsonValue }
  | ({ readonly kind: 'answer'; readonly name: string; readonly reply: ValuesOf<Fields> } & Numbered)
  | ({ readonly kind: 'done' } & Numbered)
  | ({ readonly kind: 'people' } & PeopleFrame)
  | ({ readonly kind: 'chat' } & ChatLine)
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'refusal';
      /** The number of what is refused; 0 for what has none. */
      readonly number: number;
      readonly code: string;
      readonly sentence: string;
      readonly details: JsonValue;
    };

/** Where a player sits, and what it needs to come back. */
export interface WelcomeFrame {
  /** The number of the seat; 0 for a spectator. */
  readonly seat: number;
  readonly roomId: string;
  /** What the room can be found by beside its id; '' for a room that has none. */
  readonly code: string;
  /** How others are told who this is. */
  readonly you: string;
  /** Good for coming back to this seat, once; '' where it is not held. */
  readonly token: string;
  /** How long the seat is held. */
  readonly graceMs: number;
  /** The highest number that the server has heard on this seat: a client that knows nothing of it counts on from here. */
  readonly heard: number;
  /** True for who was here before. */
  readonly isReturn: boolean;
}

/** Somebody in a room, as all are told. */
export interface Person {
  /** The number of the seat; spectators have numbers above all seats. */
  readonly id: number;
  readonly name: string;
  readonly isBot: boolean;
  readonly isSpectator: boolean;
  readonly isDropped: boolean;
  readonly isHost: boolean;
  readonly isTyping: boolean;
}

/** Who came, changed and went since this client was told last. */
export interface PeopleFrame {
  /** True where it is all there are, and whoever is not named is not here. */
  readonly isWhole: boolean;
  readonly here: readonly Person[];
  readonly gone: readonly number[];
}

const PERSON_FLAGS = ['isBot', 'isSpectator', 'isDropped', 'isHost', 'isTyping'] as const;

export function encodeWelcome(welcome: WelcomeFrame): Uint8Array {
  return framed(WELCOME, (out) => {
    out.varint(welcome.seat);
    out.text(welcome.roomId);
    out.text(welcome.code);
    out.text(welcome.you);
    out.text(welcome.token);
    out.varint(welcome.graceMs);
    out.varint(welcome.heard);
    out.u8(welcome.isReturn ? 1 : 0);
  });
}

/** The reply to a request, by the number it had. */
export function encodeAnswer(schema: FrameSchema, number: number, name: string, reply: ValuesOf<Fields>): Uint8Array {
  return framed(ANSWER, (out) => {
    out.varint(number);
    out.varint(Object.keys(schema.commands).indexOf(name));
    writeMessage(out, replyFieldsOf(schema.commands[name] ?? {}) ?? {}, reply);
  });
}

/** A deed was done. */
export function encodeDone(number: number): Uint8Array {
  return framed(DONE, (out) => out.varint(number));
}

export function encodePeople({ isWhole, here, gone }: PeopleFrame): Uint8Array {
  return framed(PEOPLE, (out) => {
    out.u8(isWhole ? 1 : 0);
    out.varint(here.length);
    for (const person of here) {
      out.varint(person.id);
      out.u8(PERSON_FLAGS.reduce((flags, flag, bit) => flags | (person[flag] ? 1 << bit : 0), 0));
      out.text(person.name);
    }
    out.varint(gone.length);
    for (const id of gone) out.varint(id);
  });
}

/** A line of chat. */
export interface ChatLine {
  /** Counts up in a room: a client that is told the same line twice can tell. */
  readonly number: number;
  /** The speaker's id among the people, and its name then; 0 and '' where the room itself speaks. */
  readonly from: number;
  readonly name: string;
  readonly text: string;
  readonly isForTeam: boolean;
}

export function encodeChat(line: ChatLine): Uint8Array {
  return framed(CHAT, (out) => {
    out.varint(line.number);
    out.varint(line.from);
    out.text(line.name);
    out.text(line.text);
    out.u8(line.isForTeam ? 1 : 0);
  });
}

/** The line is alive. */
export function encodePong(): Uint8Array {
  return framed(PONG, () => {});
}

/** Begins a frame with the whole state: a snapshot and grants follow. */
export function writeSnapshotHead(out: ByteWriter, tick: number): void {
  out.u8(SNAPSHOT);
  out.varint(tick);
}

/** Begins a frame with what changed since the state at `baseTick`: a delta and grants follow. */
export function writeDeltaHead(out: ByteWriter, tick: number, baseTick: number): void {
  out.u8(DELTA);
  out.varint(tick);
  out.varint(tick - baseTick);
}

/** `hash` is that of the receiver's state at `tick`, as `hashState` gives it. */
export function encodeCheck(tick: number, hash: string): Uint8Array {
  return framed(CHECK, (out) => {
    out.varint(tick);
    out.u32(Number.parseInt(hash.slice(0, 8), 16));
    out.u32(Number.parseInt(hash.slice(8), 16));
  });
}

export function encodeTiming({ at, tick, marginTicks, heldTicks, late }: InputReport): Uint8Array {
  return framed(TIMING, (out) => {
    out.varint(at);
    out.varint(tick);
    const margin = Math.max(-MARGIN_TICKS_MAX, Math.min(MARGIN_TICKS_MAX, marginTicks));
    out.varint(zigzag(Math.round(margin * TICK_PARTS)));
    out.varint(Math.round(Math.min(MARGIN_TICKS_MAX, heldTicks) * TICK_PARTS));
    const told = late.slice(-LATE_MAX);
    out.varint(told.length);
    for (const input of told) {
      out.varint(input.tick);
      out.varint(input.appliedAt);
    }
  });
}

/** An event as it goes over the wire. */
export interface EventFrame {
  readonly tick: number;
  /** The number of the seat whose `control` emitted it, which may have heard it already; 0 for any other rule. */
  readonly by: number;
  readonly name: string;
  readonly payload: ValuesOf<Fields>;
}

export function encodeEvent(schema: FrameSchema, { tick, by, name, payload }: EventFrame): Uint8Array {
  return framed(EVENT, (out) => {
    out.varint(tick);
    out.varint(by);
    writeNamed(out, schema.events, name, payload);
  });
}

export function encodeSaid(from: string, message: JsonValue): Uint8Array {
  return framed(SAID, (out) => {
    out.text(from);
    out.text(JSON.stringify(message));
  });
}

/** A sentence that is too long is cut; details that are too long are left out. */
export function encodeRefusal({ code, message, details }: GameError, number = 0): Uint8Array {
  const json = JSON.stringify(details);
  return framed(REFUSAL, (out) => {
    out.varint(number);
    out.text(code);
    out.text(utf8Cut(message.toWellFormed(), SENTENCE_BYTES_MAX));
    out.text(utf8Length(json) <= DETAILS_BYTES_MAX ? json : '{}');
  });
}

/**
 * Reads one frame of the server's and applies state to `mirror`, which is at `tick`. A delta that builds on a later
 * tick is not applied and answers `gap`. Throws BAD_FRAME; the mirror then needs a snapshot.
 */
export function applyServerFrame(
  schema: FrameSchema,
  mirror: StateStore<StateSchema> | null,
  tick: number,
  from: ByteReader,
): ServerFrame {
  const kind = from.u8();
  const frame = readServerFrame(kind, schema, mirror, tick, from);
  if (frame.kind !== 'gap') from.end();
  return frame;
}

function readServerFrame(
  kind: number,
  schema: FrameSchema,
  mirror: StateStore<StateSchema> | null,
  tick: number,
  from: ByteReader,
): ServerFrame {
  switch (kind) {
    case WELCOME:
      return {
        kind: 'welcome',
        seat: from.varint(),
        roomId: from.text(ROOM_ID_BYTES_MAX),
        code: from.text(ROOM_ID_BYTES_MAX),
        you: from.text(ROOM_ID_BYTES_MAX),
        token: from.text(NAME_BYTES_MAX),
        graceMs: from.varint(),
        heard: from.varint(),
        isReturn: from.u8() === 1,
      };
    case SNAPSHOT: {
      if (mirror === null) return from.fail('state came before the welcome');
      const at = from.varint();
      readSnapshot(from, mirror);
      readGrants(from, mirror);
      return { kind: 'snapshot', tick: at };
    }
    case DELTA: {
      if (mirror === null) return from.fail('state came before the welcome');
      const at = from.varint();
      const baseTick = at - from.varint();
      // What is the same for many builds on the last tick that changed something for all of them: a mirror that was
      // told something of its own since is past it, and has missed nothing.
      if (baseTick > tick || at <= tick) return { kind: 'gap', tick: at, baseTick };
      readDelta(from, mirror);
      readGrants(from, mirror);
      return { kind: 'delta', tick: at };
    }
    case CHECK: {
      const at = from.varint();
      const digits = (word: number): string => word.toString(16).padStart(8, '0');
      return { kind: 'check', tick: at, hash: digits(from.u32()) + digits(from.u32()) };
    }
    case TIMING: {
      const at = from.varint();
      const tick = from.varint();
      const marginTicks = unzigzag(from.varint()) / TICK_PARTS;
      const heldTicks = from.varint() / TICK_PARTS;
      const count = from.varint();
      if (count > LATE_MAX) from.fail('a report tells of too many late inputs');
      const late = Array.from({ length: count }, () => ({ tick: from.varint(), appliedAt: from.varint() }));
      return { kind: 'timing', at, tick, marginTicks, heldTicks, late };
    }
    case EVENT:
      return { kind: 'event', tick: from.varint(), by: from.varint(), ...readNamed(from, schema.events) };
    case SAID:
      return {
        kind: 'said',
        from: from.text(ROOM_ID_BYTES_MAX),
        message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)),
      };
    case REFUSAL:
      return {
        kind: 'refusal',
        number: from.varint(),
        code: from.text(NAME_BYTES_MAX),
        sentence: from.text(SENTENCE_BYTES_MAX),
        details: parseJson(from.text(DETAILS_BYTES_MAX)),
      };
    case ANSWER: {
      const number = from.varint();
      const [name, fields] = readName(from, schema.commands);
      return { kind: 'answer', number, name, reply: readMessage(from, replyFieldsOf(fields) ?? {}) };
    }
    case DONE:
      return { kind: 'done', number: from.varint() };
    case PEOPLE:
      return { kind: 'people', ...readPeople(from) };
    case CHAT:
      return {
        kind: 'chat',
        number: from.varint(),
        from: from.varint(),
        name: from.text(NAME_BYTES_MAX),
        text: from.text(CHAT_BYTES_MAX),
        isForTeam: from.u8() === 1,
      };
    case PONG:
      return { kind: 'pong' };
    default:
      return from.fail(`kind ${kind} is unknown`);
  }
}

function framed(kind: number, write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(64);
  out.u8(kind);
  write(out);
  return out.take();
}

/** A message by its place in the schema: names never travel. */
function writeNamed(out: ByteWriter, messages: Messages, name: string, payload: ValuesOf<Fields>): void {
  const index = Object.keys(messages).indexOf(name);
  const fields = messages[name];
  if (fields === undefined) throw new RangeError(`there is no message ${name}`);
  out.varint(index);
  writeMessage(out, fields, payload);
}

function readNamed(from: ByteReader, messages: Messages): { name: string; payload: ValuesOf<Fields> } {
  const [name, fields] = readName(from, messages);
  return { name, payload: readMessage(from, fields) };
}

function readName(from: ByteReader, messages: Messages): readonly [string, Fields] {
  const index = from.varint();
  return Object.entries(messages)[index] ?? from.fail(`message ${index} is unknown`);
}

function readPeople(from: ByteReader): PeopleFrame {
  const isWhole = from.u8() === 1;
  const here: Person[] = [];
  for (let left = readCount(from); left > 0; left--) {
    const id = from.varint();
    const flags = from.u8();
    const is = (flag: (typeof PERSON_FLAGS)[number]): boolean => (flags & (1 << PERSON_FLAGS.indexOf(flag))) !== 0;
    here.push({
      id,
      name: from.text(NAME_BYTES_MAX),
      isBot: is('isBot'),
      isSpectator: is('isSpectator'),
      isDropped: is('isDropped'),
      isHost: is('isHost'),
      isTyping: is('isTyping'),
    });
  }
  const gone: number[] = [];
  for (let left = readCount(from); left > 0; left--) gone.push(from.varint());
  return { isWhole, here, gone };
}

function readCount(from: ByteReader): number {
  const count = from.varint();
  return count <= PEOPLE_MAX ? count : from.fail('a list of people is too long');
}

/** A place in a state by numbers of the schema: names never travel. */
function writeDifference(out: ByteWriter, schema: StateSchema, { table, row, field }: Difference): void {
  const part = schema[table];
  out.varint(Object.keys(schema).indexOf(table));
  out.varint(row);
  out.varint(part === undefined || part.type === 'grid' ? 0 : columnNames(part).indexOf(field) + 1);
}

function readDifference(from: ByteReader, schema: StateSchema): Difference {
  const index = from.varint();
  const [table, part] = Object.entries(schema)[index] ?? from.fail(`part ${index} is unknown`);
  const row = from.varint();
  const column = from.varint();
  if (part.type === 'grid') return { table, row, field: 'cells' };
  const field = column === 0 ? '' : (columnNames(part)[column - 1] ?? from.fail(`column ${column} is unknown`));
  return { table, row, field };
}

function columnNames(part: Parameters<typeof columnsOf>[0]): readonly string[] {
  return columnsOf(part).map(([name]) => name);
}
