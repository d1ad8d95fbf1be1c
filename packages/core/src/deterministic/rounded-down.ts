/** Division that rounds down and square roots that are whole: cells of a world, wrapping worlds, costs. */

/**
 * How many times `divisor` goes into `value`, rounded down also below zero: the cell of a position. Goes with `mod`:
 * the value is `floorDiv * divisor + mod`. Exact for quotients of up to 2^50, fractions included: the number written
 * 0.1 is a little more than a tenth, so that 0.9 is in its cell 8. Never -0.
 * Throws RangeError unless `divisor` is positive and finite; NaN if `value` is not finite.
 */
export function floorDiv(value: number, divisor: number): number {
  requireDivisor(divisor);
  // Rounding the quotient of a number just below a multiple could reach the multiple, so the exact remainder decides.
  const rest = value % divisor;
  const quotient = Math.round((value - rest) / divisor);
  return (rest < 0 ? quotient - 1 : quotient) + 0;
}

/**
 * What is left of `value` above a multiple of `divisor`: from 0 up to, not including, `divisor`, also below zero. Exact
 * for whole numbers and for `value` from 0 on; other fractions are rounded once. Never -0.
 * Throws RangeError unless `divisor` is positive and finite; NaN if `value` is not finite.
 */
export function mod(value: number, divisor: number): number {
  requireDivisor(divisor);
  const rest = value % divisor;
  if (!(rest < 0)) return rest + 0;
  const lifted = rest + divisor;
  // A tiny negative remainder vanishes in the sum.
  return lifted < divisor ? lifted : 0;
}

/**
 * The largest whole number whose square is at most `value`. Exact.
 * Throws RangeError unless `value` is a whole number from 0 to 2^53 - 1.
 */
export function isqrt(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`isqrt(${value}) needs a whole number from 0 to 2^53 - 1`);
  }
  const root = Math.floor(Math.sqrt(value));
  // Above 2^52 the root of a number just below a square rounds up to that of the square.
  return root * root > value ? root - 1 : root;
}

function requireDivisor(divisor: number): void {
  if (!(divisor > 0 && divisor < Infinity)) throw new RangeError(`dividing by ${divisor} needs a positive number`);
}
