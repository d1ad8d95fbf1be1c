/**
 * Frames of the native protocol, subprotocol `madang.v1`: one WebSocket message each, binary. Reader and writer of
 * the same bytes stand side by side; docs/protocol.md is written from this file.
 *
 * The first byte is the kind. Kinds below 64 go to the server, those from 64 on to the client. A frame ends where its
 * last field ends: bytes that follow are refused.
 */
import { type ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readDelta, readOwn, readSnapshot } from '../codec/state-codec.ts';
import { utf8Cut, utf8Length } from '../codec/utf8.ts';
import type { GameError } from '../errors.ts';
import { type JsonValue, parseJson } from '../json-value.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import type { Messages } from '../schema/game.ts';
import { readMessage, writeMessage } from '../schema/message.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import type { StateStore } from '../state/state-store.ts';

/** The WebSocket subprotocol a native client asks for. */
export const SUBPROTOCOL = 'madang.v1';

/** Bytes of one message from a client, whatever the gateway. */
export const CLIENT_FRAME_BYTES_MAX = 16 * 1024;

const NAME_BYTES_MAX = 256;
const ROOM_ID_BYTES_MAX = 64;
const SENTENCE_BYTES_MAX = 1024;
const DETAILS_BYTES_MAX = 4096;

const JOIN = 1;
const INPUT = 2;
const COMMAND = 3;
const SAY = 4;
const REPAIR = 5;
const LEAVE = 6;

const WELCOME = 64;
const SNAPSHOT = 65;
const DELTA = 66;
const EVENT = 67;
const SAID = 68;
const REFUSAL = 69;

/** The first frame of a connection: which game, and optionally which room, under what name. */
export interface JoinRequest {
  readonly game: string;
  readonly fingerprint: number;
  /** '' for any room with a free seat. */
  readonly room: string;
  /** '' for a name the server chooses. */
  readonly name: string;
}

/** What a client says once it has a seat. */
export type ClientFrame<I extends Fields = Fields> =
  | { readonly kind: 'input'; readonly input: ValuesOf<I> }
  | { readonly kind: 'command'; readonly name: string; readonly payload: ValuesOf<Fields> }
  | { readonly kind: 'say'; readonly message: JsonValue }
  | { readonly kind: 'repair' }
  | { readonly kind: 'leave' };

/** What a game's frames are made of. */
export interface FrameSchema {
  readonly input: Fields;
  readonly commands: Messages;
  readonly events: Messages;
}

export function encodeJoin(request: JoinRequest): Uint8Array {
  return framed(JOIN, (out) => {
    out.text(request.game);
    out.u32(request.fingerprint);
    out.text(request.room);
    out.text(request.name);
  });
}

/** True for a frame that claims to be a join: it is read without knowing the game. */
export function isJoin(bytes: Uint8Array): boolean {
  return bytes[0] === JOIN;
}

export function decodeJoin(from: ByteReader): JoinRequest {
  if (from.u8() !== JOIN) from.fail('the first frame must be a join');
  const request = {
    game: from.text(NAME_BYTES_MAX),
    fingerprint: from.u32(),
    room: from.text(ROOM_ID_BYTES_MAX),
    name: from.text(NAME_BYTES_MAX),
  };
  from.end();
  return request;
}

export function encodeClientFrame(schema: FrameSchema, frame: ClientFrame): Uint8Array {
  switch (frame.kind) {
    case 'input':
      return framed(INPUT, (out) => writeMessage(out, schema.input, frame.input));
    case 'command':
      return framed(COMMAND, (out) => writeNamed(out, schema.commands, frame.name, frame.payload));
    case 'say':
      return framed(SAY, (out) => out.text(JSON.stringify(frame.message)));
    case 'repair':
      return framed(REPAIR, () => {});
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
      return { kind: 'input', input: readMessage(from, schema.input) };
    case COMMAND:
      return { kind: 'command', ...readNamed(from, schema.commands) };
    case SAY:
      return { kind: 'say', message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)) };
    case REPAIR:
      return { kind: 'repair' };
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

/** What the server says. State is applied to the mirror while it is read, so it does not appear here. */
export type ServerFrame =
  | { readonly kind: 'welcome'; readonly seat: number; readonly roomId: string; readonly you: string }
  | { readonly kind: 'snapshot'; readonly tick: number }
  | { readonly kind: 'delta'; readonly tick: number }
  | { readonly kind: 'gap'; readonly tick: number; readonly baseTick: number }
  | { readonly kind: 'event'; readonly tick: number; readonly name: string; readonly payload: ValuesOf<Fields> }
  | { readonly kind: 'said'; readonly from: string; readonly message: JsonValue }
  | { readonly kind: 'refusal'; readonly code: string; readonly sentence: string; readonly details: JsonValue };

export function encodeWelcome(seat: number, roomId: string, you: string): Uint8Array {
  return framed(WELCOME, (out) => {
    out.varint(seat);
    out.text(roomId);
    out.text(you);
  });
}

/** `body` is a snapshot for everyone followed by the receiver's own fields. */
export function encodeSnapshot(tick: number, body: Uint8Array): Uint8Array {
  return framed(SNAPSHOT, (out) => {
    out.varint(tick);
    out.append(body);
  });
}

/** `body` is a delta for everyone followed by the receiver's own fields; it builds on the state at `baseTick`. */
export function encodeDelta(tick: number, baseTick: number, body: Uint8Array): Uint8Array {
  return framed(DELTA, (out) => {
    out.varint(tick);
    out.varint(tick - baseTick);
    out.append(body);
  });
}

export function encodeEvent(schema: FrameSchema, tick: number, name: string, payload: ValuesOf<Fields>): Uint8Array {
  return framed(EVENT, (out) => {
    out.varint(tick);
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
export function encodeRefusal({ code, message, details }: GameError): Uint8Array {
  const json = JSON.stringify(details);
  return framed(REFUSAL, (out) => {
    out.text(code);
    out.text(utf8Cut(message.toWellFormed(), SENTENCE_BYTES_MAX));
    out.text(utf8Length(json) <= DETAILS_BYTES_MAX ? json : '{}');
  });
}

/**
 * Reads one frame of the server's and applies state to `mirror`, which is at `tick`. A delta that builds on another
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
        you: from.text(ROOM_ID_BYTES_MAX),
      };
    case SNAPSHOT: {
      if (mirror === null) return from.fail('state came before the welcome');
      const at = from.varint();
      readSnapshot(from, mirror);
      readOwn(from, mirror);
      return { kind: 'snapshot', tick: at };
    }
    case DELTA: {
      if (mirror === null) return from.fail('state came before the welcome');
      const at = from.varint();
      const baseTick = at - from.varint();
      if (baseTick !== tick) return { kind: 'gap', tick: at, baseTick };
      readDelta(from, mirror);
      readOwn(from, mirror);
      return { kind: 'delta', tick: at };
    }
    case EVENT:
      return { kind: 'event', tick: from.varint(), ...readNamed(from, schema.events) };
    case SAID:
      return {
        kind: 'said',
        from: from.text(ROOM_ID_BYTES_MAX),
        message: parseJson(from.text(CLIENT_FRAME_BYTES_MAX)),
      };
    case REFUSAL:
      return {
        kind: 'refusal',
        code: from.text(NAME_BYTES_MAX),
        sentence: from.text(SENTENCE_BYTES_MAX),
        details: parseJson(from.text(DETAILS_BYTES_MAX)),
      };
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
  const index = from.varint();
  const name = Object.keys(messages)[index];
  const fields = name === undefined ? undefined : messages[name];
  if (name === undefined || fields === undefined) return from.fail(`message ${index} is unknown`);
  return { name, payload: readMessage(from, fields) };
}
