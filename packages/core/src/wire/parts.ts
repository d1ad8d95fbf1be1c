/** What frames of every kind are made of. */
import { type ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import type { Messages } from '../schema/game.ts';
import { readMessage, writeMessage } from '../schema/message.ts';

/** The first byte of each frame: below 64 to the server, from 64 on to the client. */
export const KIND = {
  JOIN: 1,
  INPUT: 2,
  COMMAND: 3,
  SAY: 4,
  REPAIR: 5,
  LEAVE: 6,
  DIVERGED: 7,
  REST: 8,
  ASK: 9,
  DO: 10,
  PING: 11,
  WELCOME: 64,
  SNAPSHOT: 65,
  DELTA: 66,
  EVENT: 67,
  SAID: 68,
  REFUSAL: 69,
  CHECK: 70,
  TIMING: 71,
  ANSWER: 72,
  DONE: 73,
  PEOPLE: 74,
  CHAT: 75,
  PONG: 76,
} as const;

export const NAME_BYTES_MAX = 256;
export const ROOM_ID_BYTES_MAX = 64;

export function framed(kind: number, write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(64);
  out.u8(kind);
  write(out);
  // A copy: looking at the bytes of a small buffer would move them out of the heap.
  return out.take();
}

/** A message by its place in the schema: names never travel. */
export function writeNamed(out: ByteWriter, messages: Messages, name: string, payload: ValuesOf<Fields>): void {
  const index = Object.keys(messages).indexOf(name);
  const fields = messages[name];
  if (fields === undefined) throw new RangeError(`there is no message ${name}`);
  out.varint(index);
  writeMessage(out, fields, payload);
}

export function readNamed(from: ByteReader, messages: Messages): { name: string; payload: ValuesOf<Fields> } {
  const [name, fields] = readName(from, messages);
  return { name, payload: readMessage(from, fields) };
}

export function readName(from: ByteReader, messages: Messages): readonly [string, Fields] {
  const index = from.varint();
  return Object.entries(messages)[index] ?? from.fail(`message ${index} is unknown`);
}
