/**
 * Frames of the native protocol, subprotocol `madang.v1`: one WebSocket message each, binary. Reader and writer of
 * the same bytes stand side by side; docs/protocol.md is written from this file.
 *
 * The first byte is the kind. Kinds below 64 go to the server, those from 64 on to the client. A frame ends where its
 * last field ends: bytes that follow are refused.
 */
import { type ByteReader, type ByteWriter, unzigzag, zigzag } from '../codec/bytes.ts';
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
import { framed, KIND, NAME_BYTES_MAX, ROOM_ID_BYTES_MAX, readName, readNamed, writeNamed } from './parts.ts';
import {
  type ChatLine,
  type PeopleFrame,
  readChat,
  readPeople,
  readWelcome,
  type WelcomeFrame,
} from './room-frames.ts';

/** The WebSocket subprotocol a native client asks for. */
export const SUBPROTOCOL = 'madang.v1';

/** Bytes of one message from a client, whatever the gateway. */
export const CLIENT_FRAME_BYTES_MAX = 16 * 1024;

/** Requests that a client may send again when it returns: what the server remembers answers of. */
export const UNHEARD_MAX = 64;

/** Bytes of a key that an author gives a request to have it done once. */
const REQUEST_KEY_BYTES_MAX = 64;

const SENTENCE_BYTES_MAX = 1024;
const DETAILS_BYTES_MAX = 4096;

/** Parts of a tick that times on the wire are counted in. */
export const TICK_PARTS = 16;

/** Margins beyond this many ticks are told as this one: they say no more than that a clock is wrong. */
const MARGIN_TICKS_MAX = 1 << 20;

/** Late inputs that one frame can tell of. */
export const LATE_MAX = 64;

/** Why a client asks for the whole state: it missed something, or its checksum differs. */
const REPAIR_REASONS = ['gap', 'checksum'] as const;
export type RepairReason = (typeof REPAIR_REASONS)[number];

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

export function encodeClientFrame(schema: FrameSchema, frame: ClientFrame): Uint8Array {
  switch (frame.kind) {
    case 'input':
      return framed(KIND.INPUT, (out) => {
        out.varint(frame.tick);
        out.varint(frame.seenTick);
        out.varint(Math.round(frame.viewDelayTicks * TICK_PARTS));
        writeMessage(out, schema.input, frame.input);
      });
    case 'command':
      return framed(KIND.COMMAND, (out) => {
        out.varint(frame.number);
        writeNamed(out, schema.commands, frame.name, frame.payload);
      });
    case 'ask':
      return framed(KIND.ASK, (out) => {
        out.varint(frame.number);
        out.text(frame.key);
        writeNamed(out, schema.commands, frame.name, frame.payload);
      });
    case 'say':
      return framed(KIND.SAY, (out) => {
        out.varint(frame.number);
        out.text(JSON.stringify(frame.message));
      });
    case 'do':
      return framed(KIND.DO, (out) => {
        out.varint(frame.number);
        out.text(JSON.stringify(frame.deed));
      });
    case 'ping':
      return framed(KIND.PING, () => {});
    case 'repair':
      return framed(KIND.REPAIR, (out) => out.u8(REPAIR_REASONS.indexOf(frame.because)));
    case 'diverged':
      return framed(KIND.DIVERGED, (out) => {
        out.varint(frame.tick);
        writeDifference(out, schema.state, frame.at);
      });
    case 'rest':
      return framed(KIND.REST, () => {});
    case 'leave':
      return framed(KIND.LEAVE, () => {});
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
    case KIND.INPUT:
      return {
        kind: 'input',
        tick: from.varint(),
        seenTick: from.varint(),
        viewDelayTicks: from.varint() / TICK_PARTS,
        input: readMessage(from, schema.input),
      };
    case KIND.COMMAND:
      return { kind: 'command', number: from.varint(), ...readNamed(from, schema.commands) };
    case KIND.ASK:
      return {
        kind: 'ask',
        number: from.varint(),
        key: from.text(REQUEST_KEY_BYTES_MAX),
        ...readNamed(from, schema.commands),
      };
    case KIND.SAY:
      return { kind: 'say', number: from.varint(), message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)) };
    case KIND.DO:
      return { kind: 'do', number: from.varint(), deed: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)) };
    case KIND.PING:
      return { kind: 'ping' };
    case KIND.REPAIR:
      return { kind: 'repair', because: REPAIR_REASONS[from.u8()] ?? from.fail('a reason is unknown') };
    case KIND.DIVERGED:
      return { kind: 'diverged', tick: from.varint(), at: readDifference(from, schema.state) };
    case KIND.REST:
      return { kind: 'rest' };
    case KIND.LEAVE:
      return { kind: 'leave' };
    default:
      return from.fail(`kind ${kind} is not one a seated client sends`);
  }
}

/** True for a frame that carries state: one that cannot be read leaves the mirror in need of a whole. */
export function isStateFrame(bytes: Uint8Array): boolean {
  return bytes[0] === KIND.SNAPSHOT || bytes[0] === KIND.DELTA;
}

/** True for a frame that carries the whole state. */
export function isSnapshot(bytes: Uint8Array): boolean {
  return bytes[0] === KIND.SNAPSHOT;
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

/** The reply to a request, by the number it had. */
export function encodeAnswer(schema: FrameSchema, number: number, name: string, reply: ValuesOf<Fields>): Uint8Array {
  return framed(KIND.ANSWER, (out) => {
    out.varint(number);
    out.varint(Object.keys(schema.commands).indexOf(name));
    writeMessage(out, replyFieldsOf(schema.commands[name] ?? {}) ?? {}, reply);
  });
}

/** A deed was done. */
export function encodeDone(number: number): Uint8Array {
  return framed(KIND.DONE, (out) => out.varint(number));
}

/** The line is alive. */
export function encodePong(): Uint8Array {
  return framed(KIND.PONG, () => {});
}

/** Begins a frame with the whole state: a snapshot and grants follow. */
export function writeSnapshotHead(out: ByteWriter, tick: number): void {
  out.u8(KIND.SNAPSHOT);
  out.varint(tick);
}

/** Begins a frame with what changed since the state at `baseTick`: a delta and grants follow. */
export function writeDeltaHead(out: ByteWriter, tick: number, baseTick: number): void {
  out.u8(KIND.DELTA);
  out.varint(tick);
  out.varint(tick - baseTick);
}

/** `hash` is that of the receiver's state at `tick`, as `hashState` gives it. */
export function encodeCheck(tick: number, hash: string): Uint8Array {
  return framed(KIND.CHECK, (out) => {
    out.varint(tick);
    out.u32(Number.parseInt(hash.slice(0, 8), 16));
    out.u32(Number.parseInt(hash.slice(8), 16));
  });
}

export function encodeTiming({ at, tick, marginTicks, heldTicks, late }: InputReport): Uint8Array {
  return framed(KIND.TIMING, (out) => {
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
  return framed(KIND.EVENT, (out) => {
    out.varint(tick);
    out.varint(by);
    writeNamed(out, schema.events, name, payload);
  });
}

export function encodeSaid(from: string, message: JsonValue): Uint8Array {
  return framed(KIND.SAID, (out) => {
    out.text(from);
    out.text(JSON.stringify(message));
  });
}

/** A sentence that is too long is cut; details that are too long are left out. */
export function encodeRefusal({ code, message, details }: GameError, number = 0): Uint8Array {
  const json = JSON.stringify(details);
  return framed(KIND.REFUSAL, (out) => {
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
    case KIND.WELCOME:
      return { kind: 'welcome', ...readWelcome(from) };
    case KIND.SNAPSHOT: {
      if (mirror === null) return from.fail('state came before the welcome');
      const at = from.varint();
      readSnapshot(from, mirror);
      readGrants(from, mirror);
      return { kind: 'snapshot', tick: at };
    }
    case KIND.DELTA: {
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
    case KIND.CHECK: {
      const at = from.varint();
      const digits = (word: number): string => word.toString(16).padStart(8, '0');
      return { kind: 'check', tick: at, hash: digits(from.u32()) + digits(from.u32()) };
    }
    case KIND.TIMING: {
      const at = from.varint();
      const tick = from.varint();
      const marginTicks = unzigzag(from.varint()) / TICK_PARTS;
      const heldTicks = from.varint() / TICK_PARTS;
      const count = from.varint();
      if (count > LATE_MAX) from.fail('a report tells of too many late inputs');
      const late = Array.from({ length: count }, () => ({ tick: from.varint(), appliedAt: from.varint() }));
      return { kind: 'timing', at, tick, marginTicks, heldTicks, late };
    }
    case KIND.EVENT:
      return { kind: 'event', tick: from.varint(), by: from.varint(), ...readNamed(from, schema.events) };
    case KIND.SAID:
      return {
        kind: 'said',
        from: from.text(ROOM_ID_BYTES_MAX),
        message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)),
      };
    case KIND.REFUSAL:
      return {
        kind: 'refusal',
        number: from.varint(),
        code: from.text(NAME_BYTES_MAX),
        sentence: from.text(SENTENCE_BYTES_MAX),
        details: parseJson(from.text(DETAILS_BYTES_MAX)),
      };
    case KIND.ANSWER: {
      const number = from.varint();
      const [name, fields] = readName(from, schema.commands);
      return { kind: 'answer', number, name, reply: readMessage(from, replyFieldsOf(fields) ?? {}) };
    }
    case KIND.DONE:
      return { kind: 'done', number: from.varint() };
    case KIND.PEOPLE:
      return { kind: 'people', ...readPeople(from) };
    case KIND.CHAT:
      return { kind: 'chat', ...readChat(from) };
    case KIND.PONG:
      return { kind: 'pong' };
    default:
      return from.fail(`kind ${kind} is unknown`);
  }
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
