/**
 * Sine and distance from a direction to hundreds of bits, in whole numbers only: what the tests measure errors against.
 * Slow, and independent of the sources: π comes from Machin's formula, sine from its series.
 */

/** Bits after the point of every fixed-point number here. */
const POINT = 256n;
const ONE = 1n << POINT;

/** Enough bits for the remainder of the largest number, which has 1024 before the point. */
const LONG_POINT = 1400n;
const LONG_PI = machinPi(LONG_POINT);

/** How far a sine is from the true one of `radians` (plus so many quarter turns), in units of its last place. */
export function sineError(result: number, radians: number, quartersAhead: 0 | 1): number {
  const angle = (fixed(radians, LONG_POINT) + (BigInt(quartersAhead) * LONG_PI) / 2n) % (2n * LONG_PI);
  const [sine] = sineAndCosine(angle >> (LONG_POINT - POINT));
  return asNumber(fixed(result, POINT) - sine) / lastPlace(result);
}

/** How far, in radians, a direction is from the true one of (x, y): at most a few units in the last place. */
export function directionError(radians: number, y: number, x: number): number {
  const [sine, cosine] = sineAndCosine(fixed(radians, POINT));
  // The vector turned back by the direction; what is left is so small an angle that it equals its tangent.
  const ahead = fixed(x, POINT) * cosine + fixed(y, POINT) * sine;
  const aside = fixed(y, POINT) * cosine - fixed(x, POINT) * sine;
  if (ahead <= 0n) return Infinity;
  return asNumber((aside << POINT) / ahead);
}

/** How far a length is from the true one of a vector, as a part of it. */
export function lengthError(length: number, vector: readonly number[]): number {
  const squares = vector.reduce((sum, part) => sum + fixed(part, POINT) ** 2n, 0n);
  // Two errors, because the difference of squares is the difference times the sum.
  return asNumber(((fixed(length, POINT) ** 2n - squares) << POINT) / squares) / 2;
}

/** The distance from a number to the next larger one. */
export function lastPlace(value: number): number {
  const bits = bitsOf(Math.abs(value));
  return numberOf(bits + 1n) - numberOf(bits);
}

/** The 64 bits of a number. */
export function bitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** The number with these 64 bits. */
export function numberOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** A number as a whole number of 2^-point. Exact unless the number has bits below that. */
function fixed(value: number, point: bigint): bigint {
  const bits = bitsOf(value);
  const exponent = (bits >> 52n) & 0x7ffn;
  const digits = (bits & 0xfffffffffffffn) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = point + (exponent === 0n ? 1n : exponent) - 1075n;
  const size = shift >= 0n ? digits << shift : digits >> -shift;
  return value < 0 ? -size : size;
}

function asNumber(value: bigint): number {
  return Number(value) / 2 ** Number(POINT);
}

function sineAndCosine(angle: bigint): [sine: bigint, cosine: bigint] {
  const sums: [bigint, bigint] = [0n, 0n];
  let term = ONE;
  for (let power = 0n; term !== 0n && term !== -1n; power++) {
    const sign = (power & 2n) === 0n ? 1n : -1n;
    sums[(power & 1n) === 0n ? 1 : 0] += sign * term;
    term = (term * angle) / ((power + 1n) * ONE);
  }
  return sums;
}

/** π = 16 arctan(1/5) - 4 arctan(1/239) */
function machinPi(point: bigint): bigint {
  const guard = 32n;
  const arctanOfInverse = (inverse: bigint): bigint => {
    let power = (1n << (point + guard)) / inverse;
    let sum = 0n;
    for (let odd = 1n; power !== 0n; odd += 2n) {
      sum += (odd & 2n) === 0n ? power / odd : -(power / odd);
      power /= inverse * inverse;
    }
    return sum;
  };
  return (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> guard;
}
