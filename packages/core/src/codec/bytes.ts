/**
 * Reading and writing of bytes: little-endian, varints of at most 32 bits, length-prefixed UTF-8.
 *
 * The reader takes hostile bytes: each read checks what is left before it touches or allocates anything, and throws
 * BAD_FRAME with the offset. The writer takes trusted values and grows as it needs.
 */
import { GameError } from '../errors.ts';
import { UNITS_AT_ONCE, utf8Length, utf8Read, utf8Write } from './utf8.ts';

/** An integer as an unsigned one in which small magnitudes stay small: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** The inverse of `zigzag`. */
export function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/**
 * A varint into a buffer that has room for five bytes more; answers where it ends. The usual sizes, one byte and two, come
 * in no order that a processor could foresee, so they are written without a branch between them.
 */
export function varintTo(bytes: Uint8Array, at: number, value: number): number {
  if (value >>> 14 !== 0) return longVarintTo(bytes, at, value);
  const more = (0x7f - value) >>> 31;
  bytes[at] = (value & 0x7f) | (more << 7);
  bytes[at + 1] = value >>> 7;
  return (at + 1 + more) | 0;
}

function longVarintTo(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}

/** A growing buffer. `take` copies out what was written and starts anew, so no bytes handed out are written again. */
export class ByteWriter {
  #bytes: Uint8Array;
  /** Of the same bytes; made when it is needed, since it costs more than most small frames. */
  #view: DataView | null = null;
  #at = 0;

  constructor(initialBytes = 256) {
    this.#bytes = new Uint8Array(initialBytes);
  }

  get length(): number {
    return this.#at;
  }

  /**
   * The buffer itself, with room for `more` bytes after `length`: for loops that write many small numbers and end with
   * `seek`. Good until the next call of any other method.
   */
  reserve(more: number): Uint8Array {
    this.#room(more);
    return this.#bytes;
  }

  /** What was written since the last `seek(0)` or `take`, in place: good until anything more is written. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#at);
  }

  /** The buffer as `reserve` answered it last, for numbers of several bytes. */
  get view(): DataView {
    this.#view ??= new DataView(this.#bytes.buffer);
    return this.#view;
  }

  /** Moves the end: forward over bytes written through `reserve`, or back over what shall not have been written. */
  seek(length: number): void {
    this.#at = length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** An unsigned integer below 2^32 in one to five bytes, low seven bits first (LEB128). */
  varint(value: number): void {
    this.#room(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  f32(value: number): void {
    this.#room(4);
    this.view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value: number): void {
    this.#room(8);
    this.view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Well-formed text: varint byte length, then UTF-8. */
  text(value: string): void {
    const bytes = utf8Length(value);
    this.varint(bytes);
    this.#room(bytes);
    this.#at = utf8Write(this.#bytes, this.#at, value);
  }

  /** Bytes as they are, without a length. */
  append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A copy of what was written since the last `take`; the writer is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return taken;
  }

  #room(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = null;
  }
}

/** Reads hostile bytes front to back. Every method throws BAD_FRAME rather than read past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** For numbers of several bytes, and for text: made when they are needed, since most frames are small and have neither. */
  #view: DataView | null = null;
  #units: number[] | null = null;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    this.#need(1);
    return this.#bytes[this.#at++] ?? 0;
  }

  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#numbers().getUint32(this.#at - 4, true);
  }

  /** Refuses a fifth byte that would not fit 32 bits, and forms longer than needed: one number, one spelling. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) break;
        return value >>> 0;
      }
    }
    return this.fail('a varint is longer than its number needs, or passes 32 bits');
  }

  f32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#numbers().getFloat32(this.#at - 4, true);
  }

  f64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#numbers().getFloat64(this.#at - 8, true);
  }

  /** Text of at most `maxBytes` in UTF-8. The length is checked before anything is allocated. */
  text(maxBytes: number): string {
    const bytes = this.varint();
    if (bytes > maxBytes) this.fail(`a text of ${bytes} bytes, at most ${maxBytes} are allowed`);
    this.#need(bytes);
    this.#units ??= new Array<number>(UNITS_AT_ONCE).fill(0);
    const text = utf8Read(this.#bytes, this.#at, this.#at + bytes, this.#units);
    if (text === null) return this.fail('a text is not well-formed UTF-8');
    this.#at += bytes;
    return text;
  }

  /** So many bytes as they are: a view into what is read. */
  bytes(count: number): Uint8Array {
    this.#need(count);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** Refuses bytes after the end of the frame: they would be a second, unchecked message. */
  end(): void {
    if (this.left > 0) this.fail(`${this.left} bytes follow the end of the frame`);
  }

  /** Throws BAD_FRAME at the current offset. */
  fail(reason: string): never {
    throw new GameError('BAD_FRAME', `The frame cannot be read: ${reason} (offset ${this.#at}).`, {
      reason,
      offset: this.#at,
    });
  }

  #numbers(): DataView {
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    return this.#view;
  }

  #need(bytes: number): void {
    if (bytes > this.left) this.fail(`${bytes} more bytes were expected and ${this.left} are left`);
  }
}
