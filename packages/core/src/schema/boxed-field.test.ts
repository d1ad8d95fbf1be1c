import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readRaw, writeRaw } from '../codec/raw.ts';
import { JSON_DEPTH_MAX } from '../json-value.ts';
import { bytes, json, list, text } from './boxed-field.ts';
import {
  type AnyField,
  angle,
  type BoxedCodec,
  bool,
  choice,
  type Field,
  f32,
  f64,
  i8,
  quantized,
  rowId,
  u8,
  u16,
  u32,
  whyNot,
} from './field.ts';
import { isSameMessage, neutral, parseMessage, readMessage, writeMessage } from './message.ts';

function boxed<T>({ codec }: Field<T>): BoxedCodec<T> {
  if (codec.store !== 'boxed') throw new TypeError('not a boxed type');
  return codec;
}

/** What everybody reads after a rule wrote `value`; 'refused' where it cannot be stored. */
function stored(type: Field<unknown>, value: unknown): unknown {
  const raw = boxed(type).quantise(value);
  return raw === null ? 'refused' : boxed(type).toValue(raw);
}

function clamped(type: Field<unknown>, value: unknown): unknown {
  const raw = boxed(type).clamp(value);
  return raw === undefined ? 'the old value' : boxed(type).toValue(raw);
}

function written(type: AnyField, value: unknown): Uint8Array {
  const out = new ByteWriter(1);
  writeRaw(out, type.codec, type.codec.quantise(value));
  return out.take();
}

/** The value that these bytes hold, and nothing but that. */
function readBack(type: Field<unknown>, frame: Uint8Array): unknown {
  const from = new ByteReader(frame);
  const raw = readRaw(from, type.codec);
  from.end();
  return boxed(type).toValue(raw);
}

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 10 });
const anyJson = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
  .filter(
    (value) => !/"(__proto__|constructor|toString|valueOf|hasOwnProperty|[a-zA-Z_]*__)":/.test(JSON.stringify(value)),
  );

/** Field types, each with values that it accepts. */
const anyTypeAndValue: fc.Arbitrary<{ type: Field<unknown>; value: unknown }> = fc.oneof(
  wellFormed.map((value) => ({ type: text(200), value })),
  fc.array(fc.nat(0xff), { maxLength: 20 }).map((value) => ({ type: list(u8, 20), value })),
  fc.array(fc.integer({ min: -128, max: 127 }), { maxLength: 20 }).map((value) => ({ type: list(i8, 20), value })),
  fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 20 }).map((value) => ({ type: list(u32, 20), value })),
  fc.array(fc.boolean(), { maxLength: 20 }).map((value) => ({ type: list(bool, 20), value })),
  fc.array(fc.constantFrom('a', 'b'), { maxLength: 9 }).map((value) => ({ type: list(choice('a', 'b'), 9), value })),
  fc
    .array(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
      { maxLength: 9 },
    )
    .map((value) => ({ type: list(f64, 9), value })),
  fc
    .array(
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
      { maxLength: 9 },
    )
    .map((value) => ({ type: list(f32, 9), value })),
  fc
    .array(
      fc.nat(80).map((one) => -5 + one / 8),
      { maxLength: 9 },
    )
    .map((value) => ({ type: list(quantized({ min: -5, max: 5, step: 1 / 8 }), 9), value })),
  fc
    .array(
      fc.nat(1023).map((one) => (one / 1024) * 2 * Math.PI),
      { maxLength: 9 },
    )
    .map((value) => ({ type: list(angle({ bits: 10 }), 9), value })),
  fc.uint8Array({ maxLength: 70 }).map((value) => ({ type: bytes(70), value })),
  anyJson.map((value) => ({ type: json(60_000), value })),
);

test('a text, a list, bytes and JSON arrive as they were written', () => {
  fc.assert(
    fc.property(anyTypeAndValue, ({ type, value }) => {
      const expected = JSON.parse(JSON.stringify(stored(type, value)));
      expect(expected).toEqual(JSON.parse(JSON.stringify(value)));
      expect(readBack(type, written(type, value))).toEqual(stored(type, value));
    }),
  );
});

test('[golden] the bytes of each type', () => {
  const hex = (type: AnyField, value: unknown): string =>
    Array.from(written(type, value), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  expect(hex(text(9), '마당')).toBe('06 eb a7 88 eb 8b b9');
  expect(hex(list(u16, 4), [1, 300, 65_535])).toBe('03 01 ac 02 ff ff 03');
  expect(hex(list(i8, 4), [-1, 1])).toBe('02 01 02');
  expect(hex(list(bool, 4), [true, false])).toBe('02 01 00');
  expect(hex(list(choice('rock', 'paper'), 4), ['paper'])).toBe('01 01');
  expect(hex(list(f32, 4), [1])).toBe('01 00 00 80 3f');
  expect(hex(list(u8, 4), [])).toBe('00');
  expect(hex(bytes(300), Uint8Array.of(0, 127, 255))).toBe('03 00 7f ff');
  expect(hex(json(20), { a: [1, null] })).toBe('0e 7b 22 61 22 3a 5b 31 2c 6e 75 6c 6c 5d 7d');
  expect(
    [text(9), list(u8, 9), bytes(9), json(9)].map((type) => hex(type, boxed<unknown>(type).toValue(type.codec.zero))),
  ).toEqual(['00', '00', '00', '04 6e 75 6c 6c']);
});

describe('what is refused where it is written', () => {
  test.each<[string, Field<unknown>, unknown]>([
    ['a list that is too long', list(u8, 2), [1, 2, 3]],
    ['an element out of range', list(u8, 2), [256]],
    ['a gap in a list', list(u8, 2), new Array(1)],
    ['no list', list(u8, 2), { length: 0 }],
    ['bytes for a list', list(u8, 2), Uint8Array.of(1)],
    ['an element that is not finite', list(f64, 2), [Number.NaN]],
    ['too many bytes', bytes(2), Uint8Array.of(1, 2, 3)],
    ['a list with what is no byte', bytes(2), [256]],
    ['a gap in a list of bytes', bytes(2), new Array(1)],
    ['a text for bytes', bytes(2), '12'],
    ['wider integers for bytes', bytes(2), Uint16Array.of(1)],
    ['JSON that is too long', json(4), 'abc'],
    ['nothing', json(40), undefined],
    ['a number that is not finite', json(40), [Number.POSITIVE_INFINITY]],
    ['an object of a class', json(40), new Map()],
    ['a key that every object has', json(40), JSON.parse('{"__proto__":1}')],
    ['half a surrogate pair in JSON', json(40), '\ud800'],
  ])('%s', (_, type, value) => {
    expect(stored(type, value)).toBe('refused');
  });
});

test('bytes may come as a list of numbers, as from JSON', () => {
  expect(stored(bytes(3), [0, 128, 255])).toEqual(Uint8Array.of(0, 128, 255));
});

test('in production the nearest value is kept, the old one where none is near', () => {
  expect(clamped(text(5), '마당')).toBe('마');
  expect(clamped(list(u8, 2), [300, -1, 7])).toEqual([255, 0]);
  expect(clamped(list(u32, 2), [5e9])).toEqual([4_294_967_295]);
  expect(clamped(list(bool, 2), [true, 1])).toBe('the old value');
  expect(clamped(list(u8, 2), 'no list')).toBe('the old value');
  expect(clamped(bytes(2), Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(1, 2));
  expect(clamped(bytes(2), [1, 2, 300])).toBe('the old value');
  expect(clamped(json(4), 'abc')).toBe('the old value');
});

describe('a stored value does not change behind the back of the rules', () => {
  test('when the list, bytes or object that was written changes later', () => {
    const list1 = [1, 2];
    const bytes1 = Uint8Array.of(1, 2);
    const json1 = { hp: [1] };
    const raws = [
      boxed(list(u8, 2)).quantise(list1),
      boxed(bytes(2)).quantise(bytes1),
      boxed(json(99)).quantise(json1),
    ];
    list1[0] = 9;
    bytes1[0] = 9;
    json1.hp[0] = 9;
    expect(boxed(list(u8, 2)).toValue(raws[0])).toEqual([1, 2]);
    expect(boxed(bytes(2)).toValue(raws[1])).toEqual(Uint8Array.of(1, 2));
    expect(boxed(json(99)).toValue(raws[2])).toEqual({ hp: [1] });
  });

  test('when what was read is changed: a list refuses, bytes and JSON are copies', () => {
    for (const type of [list(u8, 2), list(bool, 2), list(f32, 2)]) {
      const codec: BoxedCodec<readonly unknown[]> = boxed<readonly unknown[]>(type);
      const value = codec.toValue(codec.quantise(type.signature.includes('bool') ? [true] : [1]));
      expect(Object.isFrozen(value)).toBe(true);
    }
    const raw = boxed(bytes(2)).quantise([1, 2]);
    boxed(bytes(2)).toValue(raw)[0] = 9;
    expect(boxed(bytes(2)).toValue(raw)).toEqual(Uint8Array.of(1, 2));
    const rawJson = boxed(json(99)).quantise({ hp: 1 });
    Object.assign(Object(boxed(json(99)).toValue(rawJson)), { hp: 2 });
    expect(boxed(json(99)).toValue(rawJson)).toEqual({ hp: 1 });
  });
});

test('equal values have equal bytes, unequal ones have not', () => {
  fc.assert(
    fc.property(anyTypeAndValue, anyTypeAndValue, (one, two) => {
      const codec = boxed(one.type);
      const raws = [one.value, one.value, two.value].map((value) => codec.quantise(value) ?? codec.zero);
      for (const a of raws) {
        for (const b of raws) {
          const isSame = codec.isSame(a, b);
          expect(String(written(one.type, codec.toValue(a))) === String(written(one.type, codec.toValue(b)))).toBe(
            isSame,
          );
        }
      }
      expect(codec.isSame(raws[0], raws[1])).toBe(true);
    }),
  );
});

describe('hostile bytes', () => {
  const frame = (...parts: readonly (number | string)[]): Uint8Array =>
    Uint8Array.from(
      parts.flatMap((part) => (typeof part === 'number' ? [part] : Array.from(part, (c) => c.charCodeAt(0)))),
    );

  test.each<[string, Field<unknown>, Uint8Array]>([
    ['a list longer than the type', list(u8, 2), frame(3, 1, 2, 3)],
    ['a list longer than the frame', list(u8, 9), frame(3, 1, 2)],
    ['a list of floats longer than the frame', list(f64, 9), frame(2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['a count of four thousand million', list(u8, 9), frame(0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['an element out of range', list(u8, 9), frame(1, 0x80, 0x02)],
    ['an element that is not finite', list(f32, 9), frame(1, 0, 0, 0x80, 0x7f)],
    ['more bytes than the type holds', bytes(2), frame(3, 1, 2, 3)],
    ['more bytes than there are', bytes(9), frame(3, 1, 2)],
    ['JSON longer than the type', json(4), frame(5, '"abc"')],
    ['no JSON', json(9), frame(4, 'nul1')],
    ['JSON that is cut off', json(9), frame(5, '{"a":')],
    ['no text at all', json(9), frame(0)],
    ['JSON with a key that every object has', json(40), frame(15, '{"__proto__":1}')],
    ['a number past the largest', json(9), frame(5, '1e999')],
    ['half a surrogate pair', json(9), frame(8, '"\\ud800"')],
    ['JSON that its own spelling makes too long', json(5), frame(4, '1e20')],
    ['JSON nested too deep', json(999), frame(2 * JSON_DEPTH_MAX + 2, `${'['.repeat(33)}${']'.repeat(33)}`)],
  ])('%s: refused with BAD_FRAME', (_, type, hostile) => {
    expect(() => readBack(type, hostile)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test('JSON in another spelling is the same value', () => {
    const [read, plain] = [frame(12, '{ "a":1.00 }'), frame(7, '{"a":1}')].map((bytes) =>
      readRaw(new ByteReader(bytes), json(99).codec),
    );
    expect(boxed(json(99)).isSame(read, plain)).toBe(true);
  });

  test('any bytes are refused with BAD_FRAME or are a value that the type accepts', () => {
    const types = [text(20), list(u8, 20), list(f32, 20), list(choice('a', 'b', 'c'), 20), bytes(20), json(20)];
    fc.assert(
      fc.property(
        fc.constantFrom<Field<unknown>>(...types),
        fc.oneof(
          fc.uint8Array({ maxLength: 24 }),
          fc.array(fc.constantFrom(1, 2, 3, ...Array.from('[]{},:"01-e', (c) => c.charCodeAt(0))), { maxLength: 24 }),
        ),
        (type, hostile) => {
          let value: unknown;
          try {
            value = readBack(type, Uint8Array.from(hostile));
          } catch (error) {
            expect(error).toMatchObject({ code: 'BAD_FRAME' });
            return;
          }
          expect(readBack(type, written(type, value))).toEqual(value);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('in messages', () => {
  const fields = { path: list(rowId, 5), blob: bytes(4), data: json(50), name: text(8) };

  test('they are checked, copied, sent and compared by what is in them', () => {
    const given = { path: [1, 2], blob: [7, 8], data: { a: [true] }, name: 'Mia' };
    const message = parseMessage(fields, given, 'BAD_COMMAND');
    expect(message).toEqual({ ...given, blob: Uint8Array.of(7, 8) });
    const out = new ByteWriter();
    writeMessage(out, fields, message);
    const received = readMessage(new ByteReader(out.take()), fields);
    expect(received).toEqual(message);
    expect(isSameMessage(fields, received, message)).toBe(true);
    for (const other of [{ path: [2, 1] }, { blob: Uint8Array.of(7) }, { data: null }, { name: 'Mio' }]) {
      expect(isSameMessage(fields, received, { ...message, ...other })).toBe(false);
    }
  });

  test('the neutral ones are empty', () => {
    expect(neutral(fields)).toEqual({ path: [], blob: new Uint8Array(0), data: null, name: '' });
  });

  test('what is wrong is said, and the value is not repeated', () => {
    expect(() => parseMessage(fields, { path: [1, 'secret'], blob: [], data: 1, name: '' }, 'BAD_COMMAND')).toThrow(
      'This command cannot be taken: path: it must be list(rowId, 5): element 1: it must be rowId, and this string is not.',
    );
  });

  test.each<[string, AnyField, unknown, string]>([
    ['a text', text(5), '마당', 'it must be text(5): it has 6 bytes in UTF-8'],
    ['half a pair', text(5), '\ud800', 'it must be text(5): it holds half of a surrogate pair'],
    ['no text', text(5), 5, 'it must be text(5), and this number is not'],
    ['a list', list(u8, 1), [1, 2], 'it must be list(u8, 1): it has 2 elements'],
    ['no list', list(u8, 1), null, 'it must be list(u8, 1), and this null is not'],
    ['bytes', bytes(1), [1, 2], 'it must be bytes(1): it has 2 bytes'],
    ['no bytes', bytes(1), [-1], 'it must be bytes(1): not every element is a whole number 0 to 255'],
    ['JSON', json(4), 'abc', 'it must be json(4): it has 5 bytes in UTF-8'],
    ['no JSON', json(4), [() => 1], 'it must be json(4): a function is not JSON'],
  ])('%s', (_, type, value, sentence) => {
    expect(whyNot(type, value)).toBe(sentence);
  });
});

test('a field type that cannot work is refused when it is made', () => {
  const hidden: Field<number> = Object.assign({}, u8, { visibility: 'owner' });
  for (const make of [
    () => text(0),
    () => list(u8, 0),
    () => list(u8, 65_536),
    () => list(text(4), 4),
    () => list(list(u8, 4), 4),
    () => list(json(4), 4),
    () => list(hidden, 4),
    () => bytes(0),
    () => bytes(1.5),
    () => json(3),
    () => json(65_536),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'BAD_SCHEMA' }));
  }
});
