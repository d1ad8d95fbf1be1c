/**
 * Messages: inputs, commands and events are plain objects with one value per field, in the same field types as state.
 * The same validation stands behind both ways in: bytes of the native protocol and JSON of the other gateways.
 */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readRaw, writeRaw } from '../codec/raw.ts';
import { GameError } from '../errors.ts';
import { type AnyField, type Fields, type ValuesOf, whyNot } from './field.ts';

type MessageError = 'BAD_INPUT' | 'BAD_COMMAND' | 'BAD_EVENT' | 'BAD_OPTIONS';

/** Every field at its type's zero: the input of somebody who touches nothing. */
export function neutral<F extends Fields>(fields: F): ValuesOf<F> {
  return fromEntries(fields, (type) => toValue(type, type.codec.zero));
}

/**
 * Checks a value from outside against the fields and answers a quantised copy. Fields that are absent are taken from
 * `base` where it is given and are an error otherwise. Throws the given code, naming the field, for a value that its
 * type refuses, for an unknown field, and for anything that is not a plain object.
 */
export function parseMessage<F extends Fields>(
  fields: F,
  value: unknown,
  code: MessageError,
  base?: ValuesOf<F>,
): ValuesOf<F> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(code, '', `it must be an object with the fields ${Object.keys(fields).join(', ') || '(none)'}`);
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) {
      throw refusal(
        code,
        '',
        `it has a field that does not exist; known are ${Object.keys(fields).join(', ') || 'none'}`,
      );
    }
  }
  return fromEntries(fields, (type, name) => {
    if (!Object.hasOwn(value, name)) {
      if (base !== undefined) return base[name as keyof ValuesOf<F>];
      throw refusal(code, name, `it is missing; it must be ${type.signature}`);
    }
    const given = (value as Record<string, unknown>)[name];
    const raw = type.codec.quantise(given);
    if (raw === null || Number.isNaN(raw)) throw refusal(code, name, whyNot(type, given));
    return toValue(type, raw);
  });
}

/**
 * An input from JSON, checked and quantised: what a gateway hands to a seat. Fields that are absent stay as they are
 * held, or are an error where nothing is. Throws BAD_INPUT.
 */
export function parseInput<I extends Fields>(
  game: { readonly input: I },
  json: unknown,
  held?: ValuesOf<I>,
): ValuesOf<I> {
  return parseMessage(game.input, json, 'BAD_INPUT', held);
}

/** Writes values that `parseMessage` or the types have checked; fields in schema order, absolute. */
export function writeMessage<F extends Fields>(out: ByteWriter, fields: F, values: ValuesOf<F>): void {
  for (const [name, { codec }] of Object.entries(fields)) {
    writeRaw(out, codec, codec.quantise(values[name as keyof ValuesOf<F>]) ?? codec.zero);
  }
}

/** Reads one message. Throws BAD_FRAME. */
export function readMessage<F extends Fields>(from: ByteReader, fields: F): ValuesOf<F> {
  return fromEntries(fields, (type) => toValue(type, readRaw(from, type.codec)));
}

/** True when two messages hold the same values; lists, bytes and JSON are compared by what is in them. */
export function isSameMessage<F extends Fields>(fields: F, a: ValuesOf<F>, b: ValuesOf<F>): boolean {
  return Object.entries(fields).every(([name, type]) => isSameValue(type, a[name], b[name]));
}

function fromEntries<F extends Fields>(fields: F, valueFor: (type: AnyField, name: string) => unknown): ValuesOf<F> {
  const values: Record<string, unknown> = {};
  // Once for each input of each player: keys are remembered with an object's shape, entries are made anew.
  for (const name of Object.keys(fields)) {
    const type = fields[name];
    if (type !== undefined) values[name] = valueFor(type, name);
  }
  return values as ValuesOf<F>;
}

function toValue({ codec }: AnyField, raw: unknown): unknown {
  return codec.store === 'boxed' ? codec.toValue(raw) : codec.toValue(Number(raw));
}

function isSameValue({ codec }: AnyField, a: unknown, b: unknown): boolean {
  if (a === b || codec.store !== 'boxed') return a === b;
  const rawA = codec.quantise(a);
  const rawB = codec.quantise(b);
  return rawA !== null && rawB !== null && codec.isSame(rawA, rawB);
}

function refusal(code: MessageError, field: string, reason: string): GameError {
  const what = { BAD_INPUT: 'input', BAD_COMMAND: 'command', BAD_EVENT: 'event', BAD_OPTIONS: 'choice of options' }[
    code
  ];
  const where = field === '' ? '' : `${field}: `;
  return new GameError(code, `This ${what} cannot be taken: ${where}${reason}.`, { field, reason });
}
