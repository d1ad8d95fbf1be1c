/**
 * Field types whose values are no numbers: texts, lists, bytes and JSON. A value is replaced whole, in a row and on the
 * wire; what was written is copied and what is read cannot change the row.
 *
 *   text    varint byte length, UTF-8
 *   list    varint count, then each element absolute
 *   bytes   varint length, then as they are
 *   json    as text: the value as `JSON.stringify` spells it
 */
import type { ByteReader } from '../codec/bytes.ts';
import { readRaw, writeRaw } from '../codec/raw.ts';
import { utf8Cut, utf8Length } from '../codec/utf8.ts';
import { isGameError } from '../errors.ts';
import { type JsonValue, parseJson, toJsonValue } from '../json-value.ts';
import { badType, type Field, field, whyNot } from './field.ts';
import type { FieldSpec } from './field-spec.ts';

/** Well-formed text of at most `maxBytes` bytes in UTF-8 (1 to 65,535). */
export function text(maxBytes: number): Field<string> {
  const signature = `text(${maxBytes})`;
  checkSize(signature, maxBytes, 'bytes', 'maxBytes');
  const spec: FieldSpec = { type: 'text', maxBytes };
  return field(signature, spec, {
    store: 'boxed',
    zero: '',
    quantise: (value) =>
      typeof value === 'string' && value.isWellFormed() && utf8Length(value) <= maxBytes ? value : null,
    clamp: (value) => (typeof value === 'string' ? utf8Cut(value.toWellFormed(), maxBytes) : undefined),
    whyNot: (value) => {
      if (typeof value !== 'string') return null;
      return value.isWellFormed() ? `it has ${utf8Length(value)} bytes in UTF-8` : 'it holds half of a surrogate pair';
    },
    toValue: (raw: string) => raw,
    isSame: (a, b) => a === b,
    write: (out, raw: string) => out.text(raw),
    read: (from) => from.text(maxBytes),
  });
}

/**
 * A list of at most `max` elements (1 to 65,535), each of one type that holds a number: bool, the whole numbers, rowId,
 * f32, f64, quantized, angle or choice. What is read is frozen: write a new list to change one element. Reading costs
 * nothing for whole numbers and floats, and a copy for the others.
 */
export function list<T>(of: Field<T>, max: number): Field<readonly T[]> {
  const signature = `list(${of.signature}, ${max})`;
  checkSize(signature, max, 'elements', 'max');
  const { codec } = of;
  if (codec.store === 'boxed') throw badType(signature, 'needs elements that are numbers, truths or choices', 'of');
  // A secret element in a list that everyone sees would be no secret.
  if (of.visibility !== 'everyone') throw badType(signature, 'needs visibleTo on the list, not on its elements', 'of');

  const empty: readonly number[] = Object.freeze([]);
  const elementBytesMin = codec.store === 'int' ? 1 : codec.single ? 4 : 8;
  const exact = (item: unknown): number => codec.quantise(item);
  const nearest = (item: unknown): number => {
    const raw = codec.quantise(item);
    return Number.isNaN(raw) ? (codec.clamp(item) ?? Number.NaN) : raw;
  };
  const spec: FieldSpec = { type: 'list', of: of.spec, max };
  return field<readonly T[]>(signature, spec, {
    store: 'boxed',
    zero: empty,
    quantise: (value) => (Array.isArray(value) && value.length <= max ? rawList(value, exact) : null),
    clamp: (value) => (Array.isArray(value) ? (rawList(value.slice(0, max), nearest) ?? undefined) : undefined),
    whyNot: (value) => {
      if (!Array.isArray(value)) return null;
      if (value.length > max) return `it has ${value.length} elements`;
      const index = value.findIndex((item) => Number.isNaN(exact(item)));
      return `element ${index}: ${whyNot(of, value[index])}`;
    },
    toValue: (raw: readonly number[]) => {
      // Most types' values are their raw numbers; then the list that cannot change needs no copy.
      const values: readonly unknown[] = raw.every((item) => codec.toValue(item) === item)
        ? raw
        : Object.freeze(raw.map((item) => codec.toValue(item)));
      return values as readonly T[];
    },
    isSame: (a: readonly number[], b: readonly number[]) =>
      a.length === b.length && a.every((item, index) => item === b[index]),
    write: (out, raw: readonly number[]) => {
      out.varint(raw.length);
      for (const item of raw) writeRaw(out, codec, item);
    },
    read: (from) => {
      const count = readLength(from, max, elementBytesMin);
      if (count === 0) return empty;
      // All places at once: a list that grows would leave several times its size behind.
      const raw = new Array<number>(count);
      for (let i = 0; i < count; i++) raw[i] = Number(readRaw(from, codec));
      return Object.freeze(raw);
    },
  });
}

/**
 * At most `maxBytes` bytes (1 to 65,535), for what a game packs itself. Reading answers a copy. From JSON, a list of
 * whole numbers 0 to 255 is accepted too.
 */
export function bytes(maxBytes: number): Field<Uint8Array> {
  const signature = `bytes(${maxBytes})`;
  checkSize(signature, maxBytes, 'bytes', 'maxBytes');
  // Held as text of one character per byte: text cannot change, and is far smaller than a short Uint8Array.
  const spec: FieldSpec = { type: 'bytes', maxBytes };
  return field<Uint8Array>(signature, spec, {
    store: 'boxed',
    zero: '',
    quantise: (value) => (isByteList(value) && value.length <= maxBytes ? packBytes(value) : null),
    clamp: (value) => (isByteList(value) ? packBytes(value.slice(0, maxBytes)) : undefined),
    whyNot: (value) => {
      if (isByteList(value)) return `it has ${value.length} bytes`;
      return Array.isArray(value) ? 'not every element is a whole number 0 to 255' : null;
    },
    toValue: unpackBytes,
    isSame: (a, b) => a === b,
    write: (out, raw: string) => {
      out.varint(raw.length);
      for (let i = 0; i < raw.length; i++) out.u8(raw.charCodeAt(i));
    },
    read: (from) => readBytes(from, readLength(from, maxBytes, 1)),
  });
}

/**
 * Any JSON value whose text has at most `maxBytes` bytes in UTF-8 (4 to 65,535: a new row holds null). For what has no
 * fixed shape: it is sent whole whenever it changes, and each reading parses it anew, so read it once and keep what you
 * read. Changing what was read changes no row: write it back. Its objects have no prototype.
 */
export function json(maxBytes: number): Field<JsonValue> {
  const signature = `json(${maxBytes})`;
  checkSize(signature, maxBytes, 'bytes', 'maxBytes', NULL_TEXT.length);
  const check = (value: () => JsonValue): CheckedJson => {
    const checked = spell(value);
    if (checked.text === null || utf8Length(checked.text) <= maxBytes) return checked;
    return { text: null, reason: `it has ${utf8Length(checked.text)} bytes in UTF-8` };
  };
  const spec: FieldSpec = { type: 'json', maxBytes };
  return field<JsonValue>(signature, spec, {
    store: 'boxed',
    zero: NULL_TEXT,
    quantise: (value) => check(() => toJsonValue(value)).text,
    clamp: () => undefined,
    whyNot: (value) => {
      const checked = check(() => toJsonValue(value));
      return checked.text === null ? checked.reason : null;
    },
    toValue: (raw: string) => parseJson(raw),
    isSame: (a, b) => a === b,
    write: (out, raw: string) => out.text(raw),
    read: (from) => {
      const given = from.text(maxBytes);
      const checked = check(() => parseJson(given));
      return checked.text ?? from.fail(`a JSON value cannot be taken: ${checked.reason}`);
    },
  });
}

/** JSON's zero, which every json type must have room for. */
const NULL_TEXT = 'null';

function checkSize(signature: string, max: number, unit: string, reason: string, min = 1): void {
  if (Number.isInteger(max) && max >= min && max <= 0xffff) return;
  throw badType(signature, `needs ${min} to 65,535 ${unit}`, reason);
}

/** A length that the type allows and that the bytes left can hold. */
function readLength(from: ByteReader, max: number, bytesEach: number): number {
  const count = from.varint();
  if (count > max) from.fail(`a length of ${count}, at most ${max} is allowed`);
  if (count * bytesEach > from.left) from.fail(`a length of ${count}, and ${from.left} bytes are left`);
  return count;
}

/** The raw values of all items, frozen, or null where one has none. Goes by index: a gap in a list is no element. */
function rawList(items: readonly unknown[], rawOf: (item: unknown) => number): readonly number[] | null {
  const raw: number[] = [];
  for (let i = 0; i < items.length; i++) {
    const one = rawOf(items[i]);
    if (Number.isNaN(one)) return null;
    raw.push(one);
  }
  return Object.freeze(raw);
}

function isByteList(value: unknown): value is Uint8Array | readonly number[] {
  if (value instanceof Uint8Array) return true;
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) {
    const one: unknown = value[i];
    if (typeof one !== 'number' || !Number.isInteger(one) || one < 0 || one > 0xff) return false;
  }
  return true;
}

function packBytes(list: Uint8Array | readonly number[]): string {
  let packed = '';
  for (let at = 0; at < list.length; at += 1024) packed += String.fromCharCode(...list.slice(at, at + 1024));
  return packed;
}

function unpackBytes(packed: string): Uint8Array {
  const unpacked = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) unpacked[i] = packed.charCodeAt(i);
  return unpacked;
}

/** Eight at a time: characters joined one by one would allocate many times what they hold. */
function readBytes(from: ByteReader, count: number): string {
  let packed = '';
  for (let left = count; left > 0; left -= 8) {
    const piece = String.fromCharCode(
      byteOr0(from, left > 0),
      byteOr0(from, left > 1),
      byteOr0(from, left > 2),
      byteOr0(from, left > 3),
      byteOr0(from, left > 4),
      byteOr0(from, left > 5),
      byteOr0(from, left > 6),
      byteOr0(from, left > 7),
    );
    packed += left < 8 ? piece.slice(0, left) : piece;
  }
  return packed;
}

function byteOr0(from: ByteReader, isThere: boolean): number {
  return isThere ? from.u8() : 0;
}

type CheckedJson = { readonly text: string } | { readonly text: null; readonly reason: string };

/** The one text of a JSON value, or why there is none. */
function spell(value: () => JsonValue): CheckedJson {
  try {
    return { text: JSON.stringify(value()) };
  } catch (error) {
    if (isGameError(error, 'BAD_MESSAGE')) return { text: null, reason: error.details.reason };
    throw error;
  }
}
