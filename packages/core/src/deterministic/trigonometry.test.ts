import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bitsOf,
  directionError,
  lastPlace,
  lengthError,
  numberOf,
  sineError,
} from './exact-trigonometry.test-support.ts';
import { atan2, cos, hypot, sin } from './trigonometry.ts';

const MILLION_TURNS = 2e6 * Math.PI;
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
/** A size that fixed point can hold exactly, either sign. */
const ordinary = fc
  .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -60, max: 60 }), fc.boolean())
  .map(([digits, exponent, isNegative]) => digits * 2 ** exponent * (isNegative ? -1 : 1));
const upToMillionTurns = fc.double({ min: -MILLION_TURNS, max: MILLION_TURNS, noNaN: true });
/** The numbers around a multiple of a quarter turn, where nearly all digits of the angle cancel. */
const nearQuarter = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 4_000_000 })), fc.bigInt(-3n, 3n))
  .map(([quarters, places]) => numberOf(bitsOf((quarters * Math.PI) / 2) + places));

function expectTrueSineAndCosine(radians: number): void {
  expect(Math.abs(sineError(sin(radians), radians, 0)), `sin(${radians})`).toBeLessThan(1);
  expect(Math.abs(sineError(cos(radians), radians, 1)), `cos(${radians})`).toBeLessThan(1);
}

test('sin and cos are within one unit in the last place of the true value, for angles up to a million turns', () => {
  const anyTurn = fc.oneof(
    fc.double({ min: 1e-9, max: 7, noNaN: true }),
    fc.double({ min: 1e-9, max: MILLION_TURNS, noNaN: true }),
    nearQuarter,
  );
  fc.assert(fc.property(anyTurn, expectTrueSineAndCosine), { numRuns: 1000 });
  // The three that come closest to a multiple of a quarter turn, found by trying all multiples: up to 2^-74.8 of it.
  for (const radians of [1698673.2849629424, 3397346.5699258847, 4269136.960500726]) expectTrueSineAndCosine(radians);
});

test('sin and cos are as near for any angle at all, up to the largest number', () => {
  fc.assert(
    fc.property(fc.double({ min: MILLION_TURNS, max: Number.MAX_VALUE, noNaN: true }), expectTrueSineAndCosine),
  );
  // The number that comes closest of all to a multiple of a quarter turn: 2^-60.9.
  expectTrueSineAndCosine(6381956970095103 * 2 ** 797);
  expectTrueSineAndCosine(Number.MAX_VALUE);
});

test('sin and cos are what Math.sin and Math.cos are on this engine, up to two units of 1.2e-16', () => {
  fc.assert(
    fc.property(upToMillionTurns, (radians) => {
      expect(Math.abs(sin(radians) - Math.sin(radians))).toBeLessThan(2.4e-16);
      expect(Math.abs(cos(radians) - Math.cos(radians))).toBeLessThan(2.4e-16);
    }),
    { numRuns: 5000 },
  );
});

test('sin is odd, cos is even, and both stay within -1 and 1', () => {
  fc.assert(
    fc.property(finite, (radians) => {
      expect(sin(-radians)).toBe(-sin(radians));
      expect(cos(-radians)).toBe(cos(radians));
      expect(Math.abs(sin(radians))).toBeLessThanOrEqual(1);
      expect(Math.abs(cos(radians))).toBeLessThanOrEqual(1);
    }),
  );
});

test('the sine of an angle too small to bend is the angle', () => {
  for (const tiny of [0, -0, Number.MIN_VALUE, 1e-300, -1e-20]) expect(sin(tiny)).toBe(tiny);
  expect(cos(Number.MIN_VALUE)).toBe(1);
});

test('sin and cos of what is no angle are NaN', () => {
  for (const none of [NaN, Infinity, -Infinity]) {
    expect(sin(none)).toBeNaN();
    expect(cos(none)).toBeNaN();
  }
});

test('atan2 is within two units in the last place of the true direction', () => {
  const diagonalOrSixteenth = fc
    .tuple(
      ordinary,
      fc.constantFrom(1, -1, Math.SQRT2 - 1, Math.SQRT2 + 1),
      fc.double({ min: 0.999, max: 1.001, noNaN: true }),
    )
    .map(([x, slope, about]) => [x * slope * about, x] as const);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(ordinary, ordinary), diagonalOrSixteenth), ([y, x]) => {
      const radians = atan2(y, x);
      const error = Math.abs(directionError(radians, y, x));
      expect(error).toBeLessThan(5e-16);
      expect(error / lastPlace(radians)).toBeLessThan(2);
    }),
    { numRuns: 3000 },
  );
});

test('atan2 of any two numbers is what Math.atan2 is on this engine, up to 1e-15', () => {
  fc.assert(
    fc.property(finite, finite, (y, x) => {
      expect(Math.abs(atan2(y, x) - Math.atan2(y, x))).toBeLessThan(1e-15);
    }),
    { numRuns: 3000 },
  );
});

test('atan2 treats zeros, infinities and NaN exactly as Math.atan2 does', () => {
  const special = [0, -0, 1, -1, Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, NaN];
  for (const y of special) for (const x of special) expect(atan2(y, x), `atan2(${y}, ${x})`).toBe(Math.atan2(y, x));
});

test('a length is within 3.4e-16 of itself, in the plane and in space', () => {
  fc.assert(
    fc.property(ordinary, ordinary, fc.option(ordinary, { nil: 0 }), (x, y, z) => {
      expect(Math.abs(lengthError(hypot(x, y, z), [x, y, z]))).toBeLessThan(3.4e-16);
    }),
    { numRuns: 3000 },
  );
});

test('a vector along one axis is as long as its coordinate says, however large or small', () => {
  fc.assert(
    fc.property(finite, (size) => {
      expect(hypot(size, 0)).toBe(Math.abs(size));
      expect(hypot(0, size)).toBe(Math.abs(size));
      expect(hypot(0, -0, size)).toBe(Math.abs(size));
    }),
  );
});

test('a length neither overflows nor vanishes on the way', () => {
  expect(hypot(3e200, 4e200)).toBeCloseTo(5e200, -186);
  expect(hypot(3 * 2 ** -1060, 4 * 2 ** -1060)).toBe(5 * 2 ** -1060);
  expect(hypot(Number.MAX_VALUE, Number.MAX_VALUE)).toBe(Infinity);
});

test('an infinite coordinate makes an infinite length, else NaN makes NaN', () => {
  expect(hypot(NaN, -Infinity)).toBe(Infinity);
  expect(hypot(1, 2, Infinity)).toBe(Infinity);
  expect(hypot(NaN, 1)).toBeNaN();
});

test('results are pinned to the bit: a replay of last year must not change', () => {
  const bits = (value: number) => bitsOf(value).toString(16).padStart(16, '0');
  const angles = [0.1, Math.PI / 4, 1, Math.PI / 2, 2, Math.PI, 4.2, -5.5, 100, 1e6, 1e9, 1e300];
  expect(angles.map((radians) => `${radians}: ${bits(sin(radians))} ${bits(cos(radians))}`)).toMatchInlineSnapshot(`
    [
      "0.1: 3fb98eaecb8bcb2c 3fefd712f9a817c1",
      "0.7853981633974483: 3fe6a09e667f3bcc 3fe6a09e667f3bcd",
      "1: 3feaed548f090cee 3fe14a280fb5068c",
      "1.5707963267948966: 3ff0000000000000 3c91a62633145c07",
      "2: 3fed18f6ead1b446 bfdaa22657537205",
      "3.141592653589793: 3ca1a62633145c07 bff0000000000000",
      "4.2: bfebe3f2dfd012d8 bfdf606eec8ac71d",
      "-5.5: 3fe693c94e0ab057 3fe6ad6c3c07d448",
      "100: bfe03425b78c4db8 3feb981dbf665fdf",
      "1000000: bfd6664b2568d867 3fedf9df9906d32c",
      "1000000000: 3fe1778cae83c69b 3feacff8c7364234",
      "1e+300: bfea2c16b010e385 bfe2699022adc4c1",
    ]
  `);
  const vectors = [
    [0.1, 1],
    [1, 1],
    [1, 0.1],
    [0.6, -0.8],
    [-0.8, 0.6],
    [-0.1, -3],
    [-0, -1],
    [1e-310, -2e-310],
    [1.7e308, 1.1e308],
    [7, 11],
    [-11, 7],
    [12, -13],
    [-5, -12],
    [3, 1000],
    [1000, -3],
    [2, -9],
    [9, 2],
    [-4, 3],
  ] as const;
  expect(vectors.map(([y, x]) => `${y}, ${x}: ${bits(atan2(y, x))} ${bits(hypot(y, x))}`)).toMatchInlineSnapshot(`
    [
      "0.1, 1: 3fb983e282e2cc4d 3ff0146dd68287f3",
      "1, 1: 3fe921fb54442d18 3ff6a09e667f3bcd",
      "1, 0.1: 3ff789bd2c160054 3ff0146dd68287f3",
      "0.6, -0.8: 4003fc176b7a8560 3ff0000000000000",
      "-0.8, 0.6: bfedac670561bb50 3ff0000000000000",
      "-0.1, -3: c008ddbd87e7a36c 40080369921c2886",
      "0, -1: c00921fb54442d18 3ff0000000000000",
      "1e-310, -2e-310: 40056c6e7397f5ae 0000292991fdae04",
      "1.7e+308, 1.1e+308: 3fefe34222973a03 7ff0000000000000",
      "7, 11: 3fe222a54fde6fa8 402a13a9cb996651",
      "-11, 7: bff010a8ac54f544 402a13a9cb996651",
      "12, -13: 40032b5cd7c0fc08 4031b11a32e8d06c",
      "-5, -12: c005f97315254857 402a000000000000",
      "3, 1000: 3f68936fe778db6e 408f4009374a6ac4",
      "1000, -3: 3ff92e450c37e986 408f4009374a6ac4",
      "2, -9: 40076225d32abdbc 4022706821902e9a",
      "9, 2: 3ff5a25052114e60 4022706821902e9a",
      "-4, 3: bfedac670561bb4f 4014000000000000",
    ]
  `);
});

test('no source of the kit uses arithmetic that engines may approximate', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => !/\.test(-support)?\.ts$/.test(name));
  expect(sources).toContain('trigonometry.ts');
  for (const name of sources) {
    const code = readFileSync(`${import.meta.dirname}/${name}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(code, name).not.toMatch(/\*\*|Math\.(?!abs|floor|max|min|PI|round|sqrt)\w/);
  }
});
