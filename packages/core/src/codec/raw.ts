/**
 * Single raw values on the wire. An integer goes absolute (varint, zigzag where signed) or as the difference from the
 * value last sent (zigzag, the shorter way round where it wraps); floats and boxed values always go whole.
 */
import type { Codec, FloatCodec, IntCodec } from '../schema/field.ts';
import { type ByteReader, type ByteWriter, unzigzag, zigzag } from './bytes.ts';

/** Writes a raw value of any type, absolute. */
export function writeRaw(out: ByteWriter, codec: Codec<unknown>, raw: unknown): void {
  if (codec.store === 'int') writeInt(out, codec, Number(raw));
  else if (codec.store === 'float') writeFloat(out, codec, Number(raw));
  else codec.write(out, raw);
}

/** Reads what `writeRaw` wrote. Throws BAD_FRAME for what the type does not accept. */
export function readRaw(from: ByteReader, codec: Codec<unknown>): unknown {
  if (codec.store === 'int') return readInt(from, codec);
  if (codec.store === 'float') return readFloat(from, codec);
  return codec.read(from);
}

export function writeInt(out: ByteWriter, codec: IntCodec<unknown>, raw: number): void {
  out.varint(codec.signed ? zigzag(raw) : raw);
}

/** Refuses raw values outside the type's range: a wire value never widens what the schema allows. */
export function readInt(from: ByteReader, codec: IntCodec<unknown>): number {
  const word = from.varint();
  return checked(from, codec, codec.signed ? unzigzag(word) : word | 0);
}

/** Reads a difference, as row-changes.ts writes it. */
export function readIntChange(from: ByteReader, codec: IntCodec<unknown>, base: number): number {
  const sum = (base + unzigzag(from.varint())) | 0;
  return checked(from, codec, codec.wrapBits === 0 ? sum : sum & codec.max);
}

export function writeFloat(out: ByteWriter, codec: FloatCodec<unknown>, raw: number): void {
  if (codec.single) out.f32(raw);
  else out.f64(raw);
}

export function readFloat(from: ByteReader, codec: FloatCodec<unknown>): number {
  const raw = codec.single ? from.f32() : from.f64();
  return Number.isFinite(raw) ? raw + 0 : from.fail('a number is not finite');
}

function checked(from: ByteReader, codec: IntCodec<unknown>, raw: number): number {
  const value = codec.signed ? raw : raw >>> 0;
  return value >= codec.min && value <= codec.max ? raw : from.fail(`${value} is out of its field's range`);
}
