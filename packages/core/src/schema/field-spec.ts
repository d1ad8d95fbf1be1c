/**
 * Field types as plain data. A saved state carries the specs of its fields, so that a newer version of the game can
 * read it: `fieldOf` makes the old types again, and `whyNotWidening` tells whether the new ones hold all their values.
 * A value then goes over as what game code sees: `newType.codec.quantise(oldType.codec.toValue(raw))`.
 */

import type { GameError } from '../errors.ts';
import { bytes, json, list, text } from './boxed-field.ts';
import {
  angle,
  badType,
  bool,
  choice,
  type Field,
  f32,
  f64,
  type IntCodec,
  i8,
  i16,
  i32,
  quantized,
  rowId,
  u8,
  u16,
  u32,
} from './field.ts';

/** A field type that has no parameters. */
export type PlainType = 'u8' | 'u16' | 'u32' | 'i8' | 'i16' | 'i32' | 'rowId' | 'bool' | 'f32' | 'f64';

/** A field type with its parameters, as JSON can carry it. */
export type FieldSpec =
  | { readonly type: PlainType }
  | { readonly type: 'quantized'; readonly min: number; readonly max: number; readonly step: number }
  | { readonly type: 'angle'; readonly bits: number }
  | { readonly type: 'choice'; readonly options: readonly string[] }
  | { readonly type: 'text' | 'bytes' | 'json'; readonly maxBytes: number }
  | { readonly type: 'list'; readonly of: FieldSpec; readonly max: number };

const WHOLE: readonly Field<unknown>[] = [u8, u16, u32, i8, i16, i32];
const PLAIN: readonly Field<unknown>[] = [...WHOLE, rowId, bool, f32, f64];

/**
 * The field type that a spec describes, seen by everyone. Takes what a file may hold: throws BAD_SCHEMA for anything
 * that is not exactly the spec of a type.
 */
export function fieldOf(spec: unknown): Field<unknown> {
  const given = entriesOf(spec);
  if (given.get('type') !== 'list') return unlistedFieldOf(given);
  checkNames(given, 'of', 'max');
  // No lists of lists, and so no file nested so deep that reading it runs out of stack.
  return list(unlistedFieldOf(entriesOf(given.get('of'))), numberOf(given, 'max'));
}

/**
 * Null where every value of the old type is one of the new type; where steps are quantised, to within the rounding of
 * the new ones. Otherwise the reason, as the end of a sentence. Throws BAD_SCHEMA for a malformed spec.
 */
export function whyNotWidening(from: FieldSpec, to: FieldSpec): string | null {
  const old = fieldOf(from);
  const next = fieldOf(to);
  const lost = whatIsLost(old, next);
  return lost === null ? null : `${old.signature} cannot become ${next.signature}, which does not hold ${lost}`;
}

type Entries = ReadonlyMap<string, unknown>;

function unlistedFieldOf(given: Entries): Field<unknown> {
  const type = given.get('type');
  switch (type) {
    case 'quantized':
      checkNames(given, 'min', 'max', 'step');
      return quantized({ min: numberOf(given, 'min'), max: numberOf(given, 'max'), step: numberOf(given, 'step') });
    case 'angle':
      checkNames(given, 'bits');
      return angle({ bits: numberOf(given, 'bits') });
    case 'choice':
      checkNames(given, 'options');
      return choice(...wordsOf(given.get('options')));
    case 'text':
    case 'bytes':
    case 'json':
      checkNames(given, 'maxBytes');
      return { text, bytes, json }[type](numberOf(given, 'maxBytes'));
    default: {
      const plain = PLAIN.find(({ signature }) => signature === type);
      if (plain === undefined) throw badSpec('names a type that does not exist here', 'type');
      checkNames(given);
      return plain;
    }
  }
}

function entriesOf(spec: unknown): Entries {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw badSpec('is not an object', 'spec');
  return new Map<string, unknown>(Object.entries(spec));
}

/** Refuses a parameter too many as well: it could mean that values are to be read in another way. */
function checkNames(given: Entries, ...names: readonly string[]): void {
  if (given.size === names.length + 1 && names.every((name) => given.has(name))) return;
  throw badSpec(`needs exactly these properties: ${['type', ...names].join(', ')}`, 'properties');
}

function numberOf(given: Entries, name: string): number {
  const value = given.get(name);
  if (typeof value !== 'number') throw badSpec(`needs a number as its ${name}`, name);
  return value;
}

function wordsOf(value: unknown): readonly [string, ...string[]] {
  // Counted before they are passed on: a million arguments would overflow the stack.
  const items: readonly unknown[] = Array.isArray(value) && value.length <= 256 ? value : [];
  const [first, ...others] = items.filter((item) => typeof item === 'string');
  if (first === undefined || others.length !== items.length - 1) {
    throw badSpec('needs 1 to 256 words as its options', 'options');
  }
  return [first, ...others];
}

function badSpec(problem: string, reason: string): GameError<'BAD_SCHEMA'> {
  return badType("A field's spec", problem, reason);
}

/** What of the old type the new one does not hold, or null where it holds everything. */
function whatIsLost(old: Field<unknown>, next: Field<unknown>): string | null {
  if (old.signature === next.signature) return null;
  const from = old.spec;
  const to = next.spec;
  if (from.type === 'list' && to.type === 'list') {
    return to.max < from.max ? 'longer lists' : whatIsLost(fieldOf(from.of), fieldOf(to.of));
  }
  if ('maxBytes' in from && 'maxBytes' in to && from.type === to.type) {
    return to.maxBytes < from.maxBytes ? 'values of more bytes' : null;
  }
  if (from.type === 'angle' && to.type === 'angle') return to.bits < from.bits ? 'finer angles' : null;
  if (from.type === 'choice' && to.type === 'choice') {
    const gone = from.options.filter((word) => !to.options.includes(word));
    return gone.length === 0 ? null : gone.map((word) => JSON.stringify(word)).join(', ');
  }
  const isReference = (from.type === 'rowId' && to.type === 'u32') || (from.type === 'u32' && to.type === 'rowId');
  if (isReference || (from.type === 'f32' && to.type === 'f64')) return null;
  return old.codec.store === 'int' ? whatNumberIsLost(old.codec, from, next) : 'its kind of value';
}

/** Of whole and quantised numbers, which are `origin` and whole numbers of steps from it. */
function whatNumberIsLost(codec: IntCodec<unknown>, from: FieldSpec, next: Field<unknown>): string | null {
  const to = next.spec;
  const isWhole = WHOLE.some(({ signature }) => signature === from.type);
  const { min: origin, step } = from.type === 'quantized' ? from : { min: 0, step: 1 };
  if (!isWhole && from.type !== 'quantized') return 'its kind of value';
  if (to.type === 'f64') return null;
  if (to.type === 'f32' && isWhole) return codec.max < F32_WHOLE_MAX ? null : 'whole numbers of more than 24 bits';
  const isNextWhole = WHOLE.some(({ signature }) => signature === to.type);
  if (to.type !== 'quantized' && !(isWhole && isNextWhole)) return 'its kind of value';
  const ends = [codec.min, codec.max].map((raw) => next.codec.quantise(codec.toValue(raw)));
  if (ends.some((raw) => Number.isNaN(raw))) return 'numbers at the ends of its range';
  if (to.type !== 'quantized') return null;
  const parts = step / to.step;
  return parts > 0.5 && isWholeNumber(parts) && isWholeNumber((origin - to.min) / to.step)
    ? null
    : 'numbers between its steps';
}

/** Whole numbers up to here are 32-bit floats. */
const F32_WHOLE_MAX = 2 ** 24;

/** As near to whole as `quantized` asks of its own steps. */
function isWholeNumber(ratio: number): boolean {
  return Math.abs(ratio - Math.round(ratio)) < 1e-6;
}
