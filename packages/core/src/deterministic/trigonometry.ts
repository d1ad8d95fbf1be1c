/**
 * Sine, cosine, atan2 and hypot that give the same bits on every engine, so that a client predicts exactly what the
 * server computes and a replay of last year still ends as it did. `Math.sin` and its kin cannot promise this: ECMA-262
 * calls their results "implementation-approximated".
 *
 * Only operations with one possible result are used: + - * / and `Math.sqrt`, which round to nearest (ECMA-262 states
 * it for sqrt since 2025, and engines compiled it to the processor's IEEE 754 instruction before), comparisons,
 * `Math.abs`, `Math.round`, and whole-number arithmetic on BigInt. Not `**`, which is as free as `Math.pow`. Rewriting
 * an expression changes results: the order written here is part of the contract, and the tests pin it.
 *
 * The polynomials are our own minimax fits (Remez exchange, each coefficient rounded before the next is fitted). How
 * a remainder too small for one number is carried along: Cody and Waite, "Software Manual for the Elementary
 * Functions" (1980); Dekker, "A floating-point technique for extending the available precision" (1971).
 */
import { exactQuarter } from './exact-quarter.ts';

/** Half a quarter turn, up to which the polynomials for sine and cosine hold. */
const EIGHTH = Math.PI / 4;

/** What `EIGHTH` lacks to a real eighth of a turn. */
const EIGHTH_REST = 3.061616997868383e-17;

const QUARTERS_PER_RADIAN = 0.6366197723675814;

/**
 * A quarter turn in three parts. The first two have at most 31 bits, so that a product with a count of quarters of up
 * to 22 bits is exact.
 */
const QUARTER_HIGH = 1.5707963267341256;
const QUARTER_MIDDLE = 6.07710049817245e-11;
const QUARTER_LOW = 8.333742918520879e-20;

/** 2^22 quarter turns. Beyond, a product with the parts above would be rounded. */
const FAST_RADIANS_MAX = 6588397.316661142;

/** 2^-57. A remainder this much smaller than its angle has lost the bits that `QUARTER_LOW` can vouch for. */
const CANCELLED = 6.938893903907228e-18;

/** tan(1/16 turn): slopes above it are measured from the diagonal. */
const STEEP = 0.41421356237309503;

/** Two numbers up to this have a finite sum. */
const SUM_SAFE = 8e307;

/** Squares and fractions of numbers from here on keep all digits that matter. */
const PRODUCT_SAFE = 1e-290;

/** 2^600 and 2^-600. */
const HUGE_POWER = 4.149515568880993e180;
const TINY_POWER = 2.409919865102884e-181;

/**
 * The sine of an angle in radians, off by less than one unit in the last place: by less than 1.2e-16.
 * This holds for every finite angle. Angles beyond a million turns take some thirty times as long.
 * NaN for NaN and for infinities; -0 for -0.
 */
export function sin(radians: number): number {
  return Math.abs(radians) <= EIGHTH ? sineNearZero(radians, 0) : sineOf(radians, 0);
}

/**
 * The cosine of an angle in radians, off by less than one unit in the last place: by less than 1.2e-16.
 * This holds for every finite angle. Angles beyond a million turns take some thirty times as long.
 * NaN for NaN and for infinities.
 */
export function cos(radians: number): number {
  return Math.abs(radians) <= EIGHTH ? cosineNearZero(radians, 0) : sineOf(radians, 1);
}

/**
 * The direction of the point (x, y) in radians from -π to π: 0 along x, a quarter turn along y. Mind the order of the
 * arguments: it is that of `Math.atan2`, and so are the results for NaN, infinities and signed zeros; (0, 0) gives 0.
 * Off by less than two units in the last place: by less than 5e-16.
 */
export function atan2(y: number, x: number): number {
  const across = Math.abs(x);
  const up = Math.abs(y);
  const isSteep = up > across;
  const isLeft = x < 0 || Object.is(x, -0);
  let short = Math.min(across, up);
  let long = Math.max(across, up);
  if (long > SUM_SAFE || long < PRODUCT_SAFE) {
    // Where a sum could overflow or a product lose digits, a vector of another length has the same direction.
    const scale = long > SUM_SAFE ? 0.5 : HUGE_POWER;
    short *= scale;
    long *= scale;
  }

  const fromDiagonal = short > 0 && short >= STEEP * long;
  // Between two zeros or two infinities there is no quotient; they count as equal sides.
  const tangent = short === long ? 0 : fromDiagonal ? (short - long) / (short + long) : short / long;
  const forwards = isSteep === isLeft;
  const eighths = (isSteep ? 2 : isLeft ? 4 : 0) + (fromDiagonal ? (forwards ? 1 : -1) : 0);

  const z = tangent * tangent;
  let curve = 0.01790885864921712;
  curve = -0.038065876663769156 + z * curve;
  curve = 0.050393490350913624 + z * curve;
  curve = -0.058478975353860776 + z * curve;
  curve = 0.06663104976446954 + z * curve;
  curve = -0.0769206028208919 + z * curve;
  curve = 0.09090897761151691 + z * curve;
  curve = -0.1111111078360059 + z * curve;
  curve = 0.14285714280201214 + z * curve;
  curve = -0.19999999999953683 + z * curve;
  curve = 0.333333333333332 + z * curve;
  const bend = tangent * (z * curve);
  const angle = forwards
    ? eighths * EIGHTH + (tangent - (bend - eighths * EIGHTH_REST))
    : eighths * EIGHTH - (tangent - (bend + eighths * EIGHTH_REST));
  return y < 0 || Object.is(y, -0) ? -angle : angle;
}

/**
 * The length of the vector (x, y) or (x, y, z), off by less than 3.4e-16 of itself. Never overflows or vanishes on the
 * way: only a length beyond the largest number is Infinity; one below 2e-308 has fewer digits to be right in. A vector
 * along one axis has exactly that coordinate's size. Infinity if a coordinate is infinite, else NaN if one is NaN, as
 * in `Math.hypot`.
 */
export function hypot(x: number, y: number, z = 0): number {
  const squares = x * x + y * y + z * z;
  if (squares > PRODUCT_SAFE && squares < Infinity) return Math.sqrt(squares);

  const across = Math.abs(x);
  const up = Math.abs(y);
  const ahead = Math.abs(z);
  if (across === Infinity || up === Infinity || ahead === Infinity) return Infinity;
  // A power of two moves the squares back into range and changes no digit.
  const scale = squares > 1 ? TINY_POWER : HUGE_POWER;
  const a = across * scale;
  const b = up * scale;
  const c = ahead * scale;
  return Math.sqrt(a * a + b * b + c * c) / scale;
}

/** The sine of `radians` plus so many quarter turns; cosine is sine one quarter ahead. */
function sineOf(radians: number, quartersAhead: 0 | 1): number {
  const size = Math.abs(radians);
  if (!(size < Infinity)) return NaN;
  if (size > FAST_RADIANS_MAX) return exactSineOf(radians, quartersAhead);

  const quarters = Math.round(radians * QUARTERS_PER_RADIAN);
  const coarse = radians - quarters * QUARTER_HIGH;
  const middle = quarters * QUARTER_MIDDLE;
  const fine = coarse - middle;
  if (Math.abs(fine) < size * CANCELLED) return exactSineOf(radians, quartersAhead);

  // What rounding took from `fine`, exactly (Knuth's two-sum), and the last part of the quarters.
  const taken = fine - coarse;
  const rest = coarse - (fine - taken) - (middle + taken) - quarters * QUARTER_LOW;
  const near = fine + rest;
  return sineInQuarter(quarters + quartersAhead, near, fine - near + rest);
}

function exactSineOf(radians: number, quartersAhead: 0 | 1): number {
  const { quarters, near, rest } = exactQuarter(radians);
  return sineInQuarter(quarters + quartersAhead, near, rest);
}

/** The sine of `quarters` quarter turns plus `near + rest`, where `rest` is below the last place of `near`. */
function sineInQuarter(quarters: number, near: number, rest: number): number {
  const size = (quarters & 1) === 0 ? sineNearZero(near, rest) : cosineNearZero(near, rest);
  return (quarters & 2) === 0 ? size : -size;
}

/** sin(x + rest) for at most an eighth of a turn. The fit is off by 2^-57.9 of the result. */
function sineNearZero(x: number, rest: number): number {
  const z = x * x;
  const cube = z * x;
  let curve = 1.5895453278108363e-10;
  curve = -2.5050734657136345e-8 + z * curve;
  curve = 2.7557313539790196e-6 + z * curve;
  curve = -0.0001984126982936106 + z * curve;
  curve = 0.008333333333321842 + z * curve;
  return x - (z * (0.5 * rest - cube * curve) - rest + cube * 0.1666666666666663);
}

/** cos(x + rest) for at most an eighth of a turn. The fit is off by 2^-63.9 of the result. */
function cosineNearZero(x: number, rest: number): number {
  const z = x * x;
  let curve = -1.1358749281079389e-11;
  curve = 2.087570539645106e-9 + z * curve;
  curve = -2.755731421703993e-7 + z * curve;
  curve = 2.480158728900208e-5 + z * curve;
  curve = -0.0013888888888873342 + z * curve;
  curve = 0.041666666666666595 + z * curve;
  const halfSquare = 0.5 * z;
  const most = 1 - halfSquare;
  return most + (1 - most - halfSquare + (z * z * curve - x * rest));
}
