/**
 * What one tick adds to a recording:
 *
 *   varint tick, u8 which parts follow, and these in order:
 *     1   varint length, a change of the open state (`state-recorder.ts`)
 *     2   the room's random state after the tick (4 x u32)
 *     4   text: JSON, facts of the room that changed
 *     8   text: JSON, what was asked of the room since the tick before: joins, commands and so on, in their order
 *     16  varint count, { varint seat, u8 (1 an input follows, 2 a view tick follows, 4 no view tick any more), [input], [f64] }
 *     32  varint count, { varint seat it is for or 0, varint length, an EVENT frame }
 *
 * Inputs are those that were played, and are there where they differ from the seat's last one. A view tick goes on by one a tick
 * until another follows.
 */
import { ByteReader, type ByteWriter } from '../codec/bytes.ts';
import { isJsonObject, JSON_DEPTH_MAX, type JsonObject, type JsonValue, parseJson } from '../json-value.ts';
import type { RandomState } from '../random.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import { readMessage, writeMessage } from '../schema/message.ts';

/** What a seat played from this tick on. */
export interface PlayedInput {
  readonly seat: number;
  /** Absent: as before. */
  readonly input?: ValuesOf<Fields>;
  /** Where its player's screen was; null where nothing is known of it. Absent: one further than in the tick before. */
  readonly viewTick?: number | null;
}

/** An event as it was told. */
export interface RecordedEvent {
  /** The seat that it is for; 0 for all. */
  readonly to: number;
  /** An EVENT frame. */
  readonly frame: Uint8Array;
}

/** One tick; parts that are absent did not change. */
export interface TickRecord {
  readonly tick: number;
  readonly change?: Uint8Array;
  readonly random?: RandomState;
  readonly facts?: JsonObject;
  readonly asked?: readonly JsonValue[];
  readonly inputs?: readonly PlayedInput[];
  readonly events?: readonly RecordedEvent[];
}

/** What players may say, with what is said around it when it is written down. */
const RECORD_DEPTH_MAX = JSON_DEPTH_MAX + 16;

const CHANGE = 1;
const RANDOM = 2;
const FACTS = 4;
const ASKED = 8;
const INPUTS = 16;
const EVENTS = 32;

const HAS_INPUT = 1;
const HAS_VIEW = 2;
const NO_VIEW = 4;

/** Writes the body of a TICK record. `inputFields` are those of the game's input. */
export function writeTick(out: ByteWriter, record: TickRecord, inputFields: Fields): void {
  const { tick, change, random, facts, asked, inputs, events } = record;
  out.varint(tick);
  out.u8(
    (change === undefined ? 0 : CHANGE) |
      (random === undefined ? 0 : RANDOM) |
      (facts === undefined ? 0 : FACTS) |
      (asked === undefined ? 0 : ASKED) |
      (inputs === undefined ? 0 : INPUTS) |
      (events === undefined ? 0 : EVENTS),
  );
  if (change !== undefined) writeBlock(out, change);
  if (random !== undefined) writeRandom(out, random);
  if (facts !== undefined) out.text(JSON.stringify(facts));
  if (asked !== undefined) out.text(JSON.stringify(asked));
  if (inputs !== undefined) writeInputs(out, inputs, inputFields);
  if (events !== undefined) {
    out.varint(events.length);
    for (const { to, frame } of events) {
      out.varint(to);
      writeBlock(out, frame);
    }
  }
}

/** Reads the body of a TICK record. Throws BAD_FRAME or BAD_MESSAGE for what is none. */
export function readTick(body: Uint8Array, inputFields: Fields): TickRecord {
  const from = new ByteReader(body);
  const tick = from.varint();
  const parts = from.u8();
  const record: { -readonly [K in keyof TickRecord]: TickRecord[K] } = { tick };
  if ((parts & CHANGE) !== 0) record.change = readBlock(from);
  if ((parts & RANDOM) !== 0) record.random = readRandom(from);
  if ((parts & FACTS) !== 0) record.facts = readObject(from);
  if ((parts & ASKED) !== 0) {
    const asked = parseJson(from.text(from.left), RECORD_DEPTH_MAX);
    record.asked = Array.isArray(asked) ? asked : from.fail('what was asked is no list');
  }
  if ((parts & INPUTS) !== 0) record.inputs = readInputs(from, inputFields);
  if ((parts & EVENTS) !== 0) {
    record.events = readList(from, () => ({ to: from.varint(), frame: readBlock(from) }));
  }
  from.end();
  return record;
}

/** The facts that a TICK record tells of and nothing else, which is quick; null where it tells of none. Throws as `readTick` does. */
export function readTickFacts(body: Uint8Array): JsonObject | null {
  const from = new ByteReader(body);
  from.varint();
  const parts = from.u8();
  if ((parts & FACTS) === 0) return null;
  if ((parts & CHANGE) !== 0) readBlock(from);
  if ((parts & RANDOM) !== 0) readRandom(from);
  return readObject(from);
}

/** A room's random state: four words. */
export function writeRandom(out: ByteWriter, random: RandomState): void {
  for (const word of random) out.u32(word);
}

/** Reads what `writeRandom` wrote. Throws BAD_FRAME. */
export function readRandom(from: ByteReader): RandomState {
  return [from.u32(), from.u32(), from.u32(), from.u32()];
}

/** A JSON object as text. Throws BAD_FRAME or BAD_MESSAGE. */
export function readObject(from: ByteReader): JsonObject {
  const given = parseJson(from.text(from.left), RECORD_DEPTH_MAX);
  return isJsonObject(given) ? given : from.fail('there is no object where one is due');
}

/** A list of inputs: varint count, and each as in a TICK. */
export function writeInputs(out: ByteWriter, inputs: readonly PlayedInput[], fields: Fields): void {
  out.varint(inputs.length);
  for (const one of inputs) writeInput(out, one, fields);
}

/** Reads what `writeInputs` wrote. Throws BAD_FRAME. */
export function readInputs(from: ByteReader, fields: Fields): readonly PlayedInput[] {
  return readList(from, () => readInput(from, fields));
}

function writeInput(out: ByteWriter, { seat, input, viewTick }: PlayedInput, fields: Fields): void {
  out.varint(seat);
  const view = viewTick === undefined ? 0 : viewTick === null ? NO_VIEW : HAS_VIEW;
  out.u8((input === undefined ? 0 : HAS_INPUT) | view);
  if (input !== undefined) writeMessage(out, fields, input);
  if (typeof viewTick === 'number') out.f64(viewTick);
}

function readInput(from: ByteReader, fields: Fields): PlayedInput {
  const seat = from.varint();
  const parts = from.u8();
  return {
    seat,
    ...((parts & HAS_INPUT) === 0 ? {} : { input: readMessage(from, fields) }),
    ...((parts & HAS_VIEW) === 0 ? {} : { viewTick: from.f64() }),
    ...((parts & NO_VIEW) === 0 ? {} : { viewTick: null }),
  };
}

function writeBlock(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.append(bytes);
}

function readBlock(from: ByteReader): Uint8Array {
  return from.bytes(from.varint());
}

function readList<T>(from: ByteReader, read: () => T): readonly T[] {
  const count = from.varint();
  // Each takes two bytes at least: nobody has more allocated than was sent.
  if (count > from.left) from.fail(`a list of ${count} has ${from.left} bytes left`);
  return Array.from({ length: count }, read);
}
