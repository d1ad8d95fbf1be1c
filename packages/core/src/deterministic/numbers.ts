/**
 * Moving and limiting plain numbers: positions, speeds, health. The same bits on every engine. NaN in gives NaN out;
 * limits and steps that make no sense are refused with a RangeError, because a silently wrong one shows up as drift.
 */

/** `value`, or the limit it exceeds. Throws RangeError unless `min` is at most `max`. */
export function clamp(value: number, min: number, max: number): number {
  if (!(min <= max)) throw new RangeError(`clamp to ${min}..${max} needs a minimum that is at most the maximum`);
  return value < min ? min : value > max ? max : value;
}

/**
 * One step from `value` to `target` by at most `maxStep`, stopping exactly at the target.
 * Throws RangeError for a negative or NaN step.
 */
export function approach(value: number, target: number, maxStep: number): number {
  requireStep(maxStep);
  return value < target ? Math.min(value + maxStep, target) : Math.max(value - maxStep, target);
}

/**
 * The number a `share` of the way from one to another. A share of 0 is exactly `from` and one of 1 exactly `to`;
 * between equal numbers it is that number. A share outside 0 to 1 goes on beyond: `clamp` it where that is unwanted.
 */
export function lerp(from: number, to: number, share: number): number {
  return share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share);
}

/**
 * The multiple of `step` nearest to `value`; halfway goes up. Numbers that snap to the same multiple become the same
 * bits, and snapping again changes nothing, for up to 2^51 steps. Never -0.
 * Throws RangeError unless `step` is positive and finite.
 */
export function snapTo(value: number, step: number): number {
  if (!(step > 0 && step < Infinity)) throw new RangeError(`snapTo(step ${step}) needs a positive step`);
  return Math.round(value / step) * step + 0;
}

/** Refuses what would walk away from a target. */
export function requireStep(maxStep: number): void {
  if (!(maxStep >= 0)) throw new RangeError(`a step of ${maxStep} needs to be 0 or more`);
}
