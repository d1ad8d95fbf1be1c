/**
 * Field types: what one value of a row, an input, a command or an event can be.
 *
 * A field type knows three things: which values it accepts, the raw form a column stores, and how that form goes over
 * the wire. Integers, quantised numbers, angles, choices and references all have an integer of at most 32 bits as
 * their raw form, so one kind of column and one loop of the codec serve them all; floats have their own. What is not
 * a number at all (`boxed-field.ts`) brings its own reader and writer.
 */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { GameError } from '../errors.ts';
import type { FieldSpec, PlainType } from './field-spec.ts';

/** Who may see a field: all, the seat that owns the row, the seats of the row's team, or nobody outside the server. */
export type Visibility = 'everyone' | 'owner' | 'team' | 'nobody';

/** Values held as a 32-bit integer. `quantise` answers NaN for what the type does not accept. */
export interface IntCodec<T> {
  readonly store: 'int';
  /** Smallest and largest raw value; of an unsigned type, read as unsigned. */
  readonly min: number;
  readonly max: number;
  readonly signed: boolean;
  /** Bits of a raw value that goes round in a circle; 0 for one that does not. */
  readonly wrapBits: number;
  readonly zero: number;
  quantise(value: unknown): number;
  /** The raw value nearest to one that `quantise` refuses, or undefined where none is near. */
  clamp(value: unknown): number | undefined;
  toValue(raw: number): T;
  /** How many decimals tell each of its values from the next; absent where values are whole, or no numbers. */
  readonly decimals?: number;
}

/** Values held as a double. `quantise` answers NaN for what the type does not accept. */
export interface FloatCodec<T> {
  readonly store: 'float';
  readonly zero: number;
  /** Four bytes on the wire rather than eight. */
  readonly single: boolean;
  quantise(value: unknown): number;
  clamp(value: unknown): number | undefined;
  toValue(raw: number): T;
}

/**
 * Values held whole, as something immutable: texts, lists, bytes, JSON. A raw value is only ever made by the codec
 * itself, is never null or undefined, and is given to no other type's codec.
 */
export interface BoxedCodec<T> {
  readonly store: 'boxed';
  readonly zero: unknown;
  /** The raw value of what the type accepts, a copy where the given one could still change; null for anything else. */
  quantise(value: unknown): unknown;
  /** The raw value nearest to one that `quantise` refuses, or undefined where none is near. */
  clamp(value: unknown): unknown;
  /** What is wrong with a value that `quantise` refuses, or null where it is of another kind altogether. */
  whyNot(value: unknown): string | null;
  /** What game code gets. Whatever it does to it, the raw value stays as it is. */
  toValue(raw: unknown): T;
  isSame(a: unknown, b: unknown): boolean;
  write(out: ByteWriter, raw: unknown): void;
  /** Takes hostile bytes: checks lengths before it allocates, and throws BAD_FRAME. */
  read(from: ByteReader): unknown;
}

export type Codec<T> = IntCodec<T> | FloatCodec<T> | BoxedCodec<T>;

/** A field type whose values are `T`, seen by `V`. Immutable: `visibleTo` answers a new one. */
export interface Field<T, V extends Visibility = 'everyone'> {
  readonly codec: Codec<T>;
  readonly visibility: V;
  /** The type in words, with its parameters: for error sentences, and what the schema's fingerprint is made of. */
  readonly signature: string;
  /** The type as plain data, from which `fieldOf` makes it again: what a saved state keeps of its schema. */
  readonly spec: FieldSpec;
  readonly drawing: Drawing;
  visibleTo<W extends Visibility>(who: W): Field<T, W>;
  /**
   * How the field goes from one state to the next where it is drawn, and where the past is looked at. Changes nothing on the
   * wire. Quantised numbers, floats and angles go in a straight line unless told otherwise, everything else in steps; whole
   * numbers may be told to go straight. Throws BAD_SCHEMA for a type that has nothing in between.
   */
  drawn(how: 'linear' | 'step' | DrawnBy): Field<T, V>;
}

/** More about how a field is drawn. */
export interface DrawnBy {
  /** The field of the same table that says how fast this one changes, in units a second: drawn as a curve (cubic Hermite). */
  readonly velocity?: string;
  /** A change of more than this between two states is a jump (a respawn, a portal): it is drawn as a step. */
  readonly jumpAbove?: number;
}

/** How a field is drawn between two states. Angles go the shorter way round. */
export interface Drawing {
  readonly mode: 'linear' | 'step' | 'hermite';
  /** Of `hermite`, the field of its velocity; '' otherwise. */
  readonly velocity: string;
  /** In the field's units; infinite where every change is drawn. */
  readonly jumpAbove: number;
}

export type AnyField = Field<unknown, Visibility>;
export type Fields = Readonly<Record<string, AnyField>>;

/** The values a field type has. */
export type ValueOf<F> = F extends Field<infer T, Visibility> ? T : never;

/** A plain object with one value per field: an input, a command's payload, an event's. */
export type ValuesOf<F extends Fields> = { -readonly [K in keyof F as K extends string ? K : never]: ValueOf<F[K]> };

/** A field type from its parts, which everyone may see. */
export function field<T>(signature: string, spec: FieldSpec, codec: Codec<T>): Field<T> {
  const make = <V extends Visibility>(visibility: V, drawing: Drawing): Field<T, V> => ({
    codec,
    visibility,
    signature,
    spec,
    drawing,
    visibleTo: (who) => make(who, drawing),
    drawn: (how) => make(visibility, drawingOf(signature, spec, how)),
  });
  return make('everyone', STRAIGHT.has(spec.type) ? drawingOf(signature, spec, 'linear') : STEP);
}

const STEP: Drawing = { mode: 'step', velocity: '', jumpAbove: Number.POSITIVE_INFINITY };

/** Types whose values are of a continuous quantity, and those that may be of one. */
const STRAIGHT: ReadonlySet<string> = new Set(['quantized', 'f32', 'f64', 'angle']);
const WHOLE: ReadonlySet<string> = new Set(['u8', 'u16', 'u32', 'i8', 'i16', 'i32']);

function drawingOf(signature: string, spec: FieldSpec, how: 'linear' | 'step' | DrawnBy): Drawing {
  if (how === 'step') return STEP;
  if (!STRAIGHT.has(spec.type) && !WHOLE.has(spec.type)) {
    throw badType(signature, 'has no values in between: it is drawn in steps', 'drawn');
  }
  const { velocity = '', jumpAbove = Number.POSITIVE_INFINITY } = how === 'linear' ? {} : how;
  if (!(jumpAbove > 0)) throw badType(signature, 'needs a positive jumpAbove', 'jumpAbove');
  return { mode: velocity === '' ? 'linear' : 'hermite', velocity, jumpAbove };
}

/** For parameters that make no field type; `needs` follows the signature. */
export function badType(signature: string, needs: string, reason: string): GameError<'BAD_SCHEMA'> {
  return new GameError('BAD_SCHEMA', `${signature} ${needs}.`, { where: signature, reason });
}

/** A field type without parameters. */
function plain<T>(type: PlainType, codec: Codec<T>): Field<T> {
  return field(type, { type }, codec);
}

function integer(type: PlainType, min: number, max: number): Field<number> {
  const signed = min < 0;
  return plain(type, {
    store: 'int',
    min,
    max,
    signed,
    wrapBits: 0,
    zero: 0,
    quantise: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value | 0 : Number.NaN,
    clamp: (value) =>
      typeof value !== 'number' || Number.isNaN(value)
        ? undefined
        : Math.min(max, Math.max(min, Math.round(value))) | 0,
    toValue: signed ? (raw) => raw : (raw) => raw >>> 0,
  });
}

// Marked as pure, so that a page carries only the types its game is made of.

/** Whole numbers 0 to 255. */
export const u8: Field<number> = /* @__PURE__ */ integer('u8', 0, 0xff);
/** Whole numbers 0 to 65,535. */
export const u16: Field<number> = /* @__PURE__ */ integer('u16', 0, 0xffff);
/** Whole numbers 0 to 4,294,967,295. */
export const u32: Field<number> = /* @__PURE__ */ integer('u32', 0, 0xffffffff);
/** Whole numbers -128 to 127. */
export const i8: Field<number> = /* @__PURE__ */ integer('i8', -0x80, 0x7f);
/** Whole numbers -32,768 to 32,767. */
export const i16: Field<number> = /* @__PURE__ */ integer('i16', -0x8000, 0x7fff);
/** Whole numbers -2,147,483,648 to 2,147,483,647. */
export const i32: Field<number> = /* @__PURE__ */ integer('i32', -0x80000000, 0x7fffffff);
/** The `id` of a row, or 0 for none. The row may be gone by the time it is looked up: `get` answers undefined then. */
export const rowId: Field<number> = /* @__PURE__ */ integer('rowId', 0, 0xffffffff);

/** True or false; one byte. */
export const bool: Field<boolean> = /* @__PURE__ */ plain('bool', {
  store: 'int',
  min: 0,
  max: 1,
  signed: false,
  wrapBits: 0,
  zero: 0,
  quantise: (value) => (value === true ? 1 : value === false ? 0 : Number.NaN),
  clamp: () => undefined,
  toValue: (raw) => raw === 1,
});

/** A button that is held or not: `bool` under the name inputs use. */
export const flag: Field<boolean> = bool;

function float(type: 'f32' | 'f64', largest: number, round: (value: number) => number): Field<number> {
  return plain(type, {
    store: 'float',
    zero: 0,
    single: type === 'f32',
    // Adding 0 turns -0 into 0: one value, one spelling, one hash.
    quantise: (value) => (typeof value === 'number' && Math.abs(value) <= largest ? round(value) + 0 : Number.NaN),
    clamp: (value) => (typeof value !== 'number' || Number.isNaN(value) ? undefined : value > 0 ? largest : -largest),
    toValue: (raw) => raw,
  });
}

/** The largest finite value of a 32-bit float. */
const F32_MAX = (2 - 2 ** -23) * 2 ** 127;

/** A 32-bit float: written values are rounded to it at once, so server and clients hold the same number. Finite only. */
export const f32: Field<number> = /* @__PURE__ */ float('f32', F32_MAX, Math.fround);
/** A 64-bit float. Finite only. */
export const f64: Field<number> = /* @__PURE__ */ float('f64', Number.MAX_VALUE, (value) => value);

/**
 * Numbers `min` to `max` in steps of `step`, held as a count of steps. `max - min` must be a whole number of steps, at
 * most 2^32 - 1 of them; values are rounded to the nearest step.
 */
export function quantized(range: { min: number; max: number; step: number }): Field<number> {
  const { min, max, step } = range;
  const signature = `quantized(${min}..${max} by ${step})`;
  const steps = Math.round((max - min) / step);
  const whole = Math.abs((max - min) / step - steps) < 1e-6;
  if (!(step > 0) || !(max > min) || !whole || !(steps >= 1 && steps <= 0xffffffff)) {
    const needs = 'needs finite min < max and a positive step that divides max - min into at most 2^32 - 1 parts';
    throw badType(signature, needs, 'range');
  }
  const stepsTo = (value: number): number => Math.round((value - min) / step);
  const spec: FieldSpec = { type: 'quantized', min, max, step };
  return field(signature, spec, {
    store: 'int',
    min: 0,
    max: steps,
    signed: false,
    wrapBits: 0,
    zero: stepsTo(Math.min(max, Math.max(min, 0))) | 0,
    quantise: (value) => {
      if (typeof value !== 'number') return Number.NaN;
      const count = stepsTo(value);
      return count >= 0 && count <= steps ? count | 0 : Number.NaN;
    },
    clamp: (value) =>
      typeof value !== 'number' || Number.isNaN(value) ? undefined : stepsTo(Math.min(max, Math.max(min, value))) | 0,
    toValue: (raw) => min + (raw >>> 0) * step,
    decimals: decimalsFor(step),
  });
}

/** As many as bring any number nearer to itself than half a step. */
function decimalsFor(step: number): number {
  return Math.max(0, Math.floor(-Math.log10(step)) + 1);
}

/** One direction of a stick: -1 to 1 in 64ths. */
export const axis: Field<number> = /* @__PURE__ */ quantized({ min: -1, max: 1, step: 1 / 64 });

/**
 * A direction in radians, held as one of 2^bits parts of a circle (1 to 16 bits). Any finite number may be written;
 * reading answers 0 up to, not including, 2 pi. Differences on the wire go the shorter way round.
 */
export function angle(options: { bits: number }): Field<number> {
  const { bits } = options;
  const signature = `angle(${bits})`;
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) {
    throw badType(signature, 'needs 1 to 16 bits', 'bits');
  }
  const parts = 2 ** bits;
  const turn = 2 * Math.PI;
  const spec: FieldSpec = { type: 'angle', bits };
  return field(signature, spec, {
    store: 'int',
    min: 0,
    max: parts - 1,
    signed: false,
    wrapBits: bits,
    zero: 0,
    quantise: (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return Number.NaN;
      return Math.round(((value % turn) / turn) * parts) & (parts - 1);
    },
    clamp: () => undefined,
    toValue: (raw) => (raw / parts) * turn,
    decimals: decimalsFor(turn / parts),
  });
}

/** One of a fixed list of words (1 to 256); the first is the value a new row or a neutral input has. */
export function choice<const T extends readonly [string, ...string[]]>(...options: T): Field<T[number]> {
  const signature = `choice(${options.map((word) => JSON.stringify(word)).join(', ')})`;
  if (options.length === 0 || options.length > 256 || new Set(options).size !== options.length) {
    throw badType(signature, 'needs 1 to 256 different words', 'options');
  }
  const spec: FieldSpec = { type: 'choice', options: [...options] };
  return field<T[number]>(signature, spec, {
    store: 'int',
    min: 0,
    max: options.length - 1,
    signed: false,
    wrapBits: 0,
    zero: 0,
    quantise: (value) => {
      const index = options.indexOf(value as string);
      return index < 0 ? Number.NaN : index;
    },
    clamp: () => undefined,
    toValue: (raw) => options[raw] ?? options[0],
  });
}

/** What is wrong with a value that a field type does not accept, as the end of a sentence. Never quotes the value. */
export function whyNot({ codec, signature }: AnyField, value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return `it must be ${signature}, not ${value}`;
  const reason = codec.store === 'boxed' ? codec.whyNot(value) : null;
  if (reason !== null) return `it must be ${signature}: ${reason}`;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return `it must be ${signature}, and this ${kind} is not`;
}
