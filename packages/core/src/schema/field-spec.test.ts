import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, json, list, text } from './boxed-field.ts';
import {
  type AnyField,
  angle,
  axis,
  bool,
  choice,
  f32,
  f64,
  flag,
  i8,
  i16,
  i32,
  quantized,
  rowId,
  u8,
  u16,
  u32,
} from './field.ts';
import { type FieldSpec, fieldOf, whyNotWidening } from './field-spec.ts';

const hundredths = quantized({ min: 0, max: 1, step: 0.01 });
const thousandths = quantized({ min: -1, max: 2, step: 0.001 });

const SCALARS: readonly AnyField[] = [
  ...[u8, u16, u32, i8, i16, i32, rowId, bool, flag, f32, f64, axis],
  ...[hundredths, thousandths, quantized({ min: -1000, max: 70_000, step: 0.5 })],
  quantized({ min: 0, max: 0xffffffff, step: 1 }),
  ...[1, 8, 16].map((bits) => angle({ bits })),
  ...[choice('a', 'b'), choice('c', 'b', 'a'), choice('a')],
];
const TYPES: readonly AnyField[] = [
  ...SCALARS,
  ...[text(8), text(9), bytes(8), bytes(9), json(8), json(9)],
  ...SCALARS.flatMap(({ spec }) => [
    fieldOf({ type: 'list', of: spec, max: 3 }),
    fieldOf({ type: 'list', of: spec, max: 4 }),
  ]),
];

function problemOf(from: AnyField, to: AnyField): string | null {
  return whyNotWidening(from.spec, to.spec);
}

test('a field type made from its saved description is the same type', () => {
  for (const type of TYPES) {
    const again = fieldOf(JSON.parse(JSON.stringify(type.spec)));
    expect(again.signature).toBe(type.signature);
    expect(again.spec).toEqual(type.spec);
    expect(again.visibility).toBe('everyone');
    expect(problemOf(type, again)).toBeNull();
  }
});

describe('a description that is not exactly one of ours is refused with BAD_SCHEMA', () => {
  const deep = JSON.parse(`${'{"type":"list","max":1,"of":'.repeat(20_000)}null${'}'.repeat(20_000)}`);
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'u8'],
    ['a list', ['u8']],
    ['no type', {}],
    ['an unknown type', { type: 'u64' }],
    ['a name of every object', { type: 'constructor' }],
    ['a type that is no word', { type: ['u8'] }],
    ['a parameter too many', { type: 'u8', max: 3 }],
    ['a parameter too few', { type: 'quantized', min: 0, max: 1 }],
    ['a poisoned one', JSON.parse('{"type":"u8","__proto__":{}}')],
    ['a number as text', { type: 'text', maxBytes: '8' }],
    ['a size out of range', { type: 'bytes', maxBytes: 65_536 }],
    ['steps that do not fit', { type: 'quantized', min: 0, max: 1, step: 0.3 }],
    ['half a bit', { type: 'angle', bits: 1.5 }],
    ['no options', { type: 'choice', options: [] }],
    ['options that are no list', { type: 'choice', options: 'ab' }],
    ['an option that is no word', { type: 'choice', options: ['a', 1] }],
    ['an option twice', { type: 'choice', options: ['a', 'a'] }],
    ['a million options', { type: 'choice', options: new Array(1_000_000).fill('a') }],
    ['a list of nothing', { type: 'list', max: 1 }],
    ['a list of lists', { type: 'list', max: 1, of: { type: 'list', max: 1, of: { type: 'u8' } } }],
    ['lists nested without end', deep],
    ['a list of texts', { type: 'list', max: 1, of: { type: 'text', maxBytes: 4 } }],
  ])('%s', (_, spec) => {
    expect(() => fieldOf(spec)).toThrow(expect.objectContaining({ code: 'BAD_SCHEMA' }));
  });

  test('whatever it is', () => {
    const parameter = fc.oneof(
      fc.constantFrom(0, 1, 0.5, -1, 1e308, Number.NaN, ['a'], 'a', { type: 'u8' }),
      fc.anything(),
    );
    const anySpec = fc.record(
      {
        type: fc.constantFrom('u8', 'bool', 'quantized', 'angle', 'choice', 'text', 'bytes', 'json', 'list'),
        min: parameter,
        max: parameter,
        step: parameter,
        bits: parameter,
        options: parameter,
        maxBytes: parameter,
        of: parameter,
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.oneof(anySpec, fc.anything()), (spec) => {
        try {
          expect(fieldOf(spec).spec).toEqual(spec);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_SCHEMA' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a newer game may give a field a type that holds all the old values', () => {
  test.each<[AnyField, AnyField]>([
    [u8, u16],
    [u8, i16],
    [u16, i32],
    [i8, i32],
    [u32, f64],
    [i32, f64],
    [u16, f32],
    [i16, f32],
    [u8, quantized({ min: -0.5, max: 300, step: 0.25 })],
    [f32, f64],
    [text(8), text(9)],
    [bytes(8), bytes(8)],
    [json(8), json(9)],
    [choice('a', 'b'), choice('c', 'b', 'a')],
    [angle({ bits: 8 }), angle({ bits: 9 })],
    [hundredths, thousandths],
    [hundredths, quantized({ min: 0, max: 2, step: 0.01 })],
    [hundredths, f64],
    [rowId, u32],
    [u32, rowId],
    [list(u8, 3), list(i16, 4)],
    [list(bool, 3), list(bool, 4)],
    [list(rowId, 3), list(u32, 3)],
    [u8.visibleTo('owner'), u8],
  ])('$signature to $signature', (from, to) => {
    expect(problemOf(from, to)).toBeNull();
  });
});

describe('and is told why not where it does not', () => {
  test.each<[AnyField, AnyField, string]>([
    [u16, u8, 'u16 cannot become u8, which does not hold numbers at the ends of its range'],
    [i8, u8, 'i8 cannot become u8, which does not hold numbers at the ends of its range'],
    [u32, f32, 'u32 cannot become f32, which does not hold whole numbers of more than 24 bits'],
    [u8, bool, 'u8 cannot become bool, which does not hold its kind of value'],
    [bool, u8, 'bool cannot become u8, which does not hold its kind of value'],
    [f64, f32, 'f64 cannot become f32, which does not hold its kind of value'],
    [hundredths, u8, 'quantized(0..1 by 0.01) cannot become u8, which does not hold its kind of value'],
    [text(9), text(8), 'text(9) cannot become text(8), which does not hold values of more bytes'],
    [text(9), json(9), 'text(9) cannot become json(9), which does not hold its kind of value'],
    [choice('a', 'b'), choice('a'), 'choice("a", "b") cannot become choice("a"), which does not hold "b"'],
    [angle({ bits: 9 }), angle({ bits: 8 }), 'angle(9) cannot become angle(8), which does not hold finer angles'],
    [list(u8, 4), list(u8, 3), 'list(u8, 4) cannot become list(u8, 3), which does not hold longer lists'],
    [list(u8, 3), u8, 'list(u8, 3) cannot become u8, which does not hold its kind of value'],
    [
      list(u16, 3),
      list(u8, 3),
      'list(u16, 3) cannot become list(u8, 3), which does not hold numbers at the ends of its range',
    ],
  ])('$signature to $signature', (from, to, sentence) => {
    expect(problemOf(from, to)).toBe(sentence);
  });

  test.each<[string, AnyField, AnyField]>([
    ['coarser steps', thousandths, hundredths],
    ['steps that do not divide the old ones', hundredths, quantized({ min: 0, max: 1.002, step: 0.003 })],
    ['equal steps between the old ones', u8, quantized({ min: -0.5, max: 300.5, step: 1 })],
    ['a smaller range', hundredths, quantized({ min: 0, max: 0.5, step: 0.01 })],
    ['steps that do not divide 1', u8, quantized({ min: 0, max: 300, step: 0.3 })],
    ['a number for a row', u16, rowId],
    ['an angle for a number', angle({ bits: 8 }), f64],
  ])('%s', (_, from, to) => {
    expect(problemOf(from, to)).not.toBeNull();
  });
});

/** Any value of a type, from its raw numbers. */
function anyValue(spec: FieldSpec): fc.Arbitrary<unknown> {
  const { codec } = fieldOf(spec);
  if (codec.store === 'float') {
    const real =
      spec.type === 'f32'
        ? fc.float({ noNaN: true, noDefaultInfinity: true })
        : fc.double({ noNaN: true, noDefaultInfinity: true });
    return real.map((value) => value + 0);
  }
  if (codec.store === 'int') {
    const { min, max, toValue } = codec;
    return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max })).map((raw) => toValue(raw | 0));
  }
  switch (spec.type) {
    case 'text':
      return fc.string({ maxLength: spec.maxBytes });
    case 'bytes':
      return fc.uint8Array({ maxLength: spec.maxBytes });
    case 'list':
      return fc.array(anyValue(spec.of), { maxLength: spec.max });
    default:
      return fc.constantFrom(null, true, [1, {}], { a: 1 }, '마');
  }
}

/** Numbers from `min` on, in as many steps; decimal steps are what rounding goes wrong with. */
const anyQuantized: fc.Arbitrary<AnyField> = fc
  .record({
    origin: fc.integer({ min: -20, max: 20 }),
    step: fc.constantFrom(0.001, 0.01, 0.05, 0.1, 0.125, 0.25, 1 / 3, 0.5, 1, 2),
    count: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 0xffffffff })),
  })
  .map(({ origin, step, count }) => ({ min: origin * step, max: (origin + count) * step, step }))
  .filter(({ min, max, step }) => Math.abs((max - min) / step - Math.round((max - min) / step)) < 1e-6)
  .map(quantized);

test('where nothing is said to be lost, every old value is a new one', () => {
  const known = TYPES.flatMap((from) => TYPES.map((to) => ({ from, to }))).filter(
    ({ from, to }) => problemOf(from, to) === null,
  );
  const anyPair = fc.oneof(
    fc.constantFrom(...known),
    fc
      .record({ from: fc.oneof(anyQuantized, fc.constantFrom(u8, i8, u16)), to: anyQuantized })
      .filter(({ from, to }) => problemOf(from, to) === null),
  );
  const anyCase = anyPair.chain(({ from, to }) => anyValue(from.spec).map((value) => ({ from, to, value })));
  fc.assert(
    fc.property(anyCase, ({ to: { codec }, value }) => {
      const raw = codec.quantise(value);
      expect(raw === null || Number.isNaN(raw)).toBe(false);
      const next: unknown = codec.store === 'boxed' ? codec.toValue(raw) : codec.toValue(Number(raw));
      expect(isNear(next, value)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

/** Equal, or as near as numbers come whose steps no binary fraction can hold. */
function isNear(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => isNear(one, b[i]));
  return JSON.stringify(a) === JSON.stringify(b);
}
