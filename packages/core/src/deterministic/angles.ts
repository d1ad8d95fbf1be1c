/**
 * Directions on a circle, in radians. The same bits on every engine. A turn is `2 * Math.PI`, which is 2.4e-16 short
 * of a real one; an angle that winds up many turns is off by that much for each turn taken off.
 * An angle that is not finite gives NaN.
 */
import { requireStep } from './numbers.ts';
import { mod } from './rounded-down.ts';

const TURN = 2 * Math.PI;

/** The same direction from 0 up to, not including, 2π. Never -0. */
export function wrapAngle(radians: number): number {
  return mod(radians, TURN);
}

/**
 * How far to turn from one direction to reach another, the shorter way round: more than -π and at most π. Exactly
 * opposite directions are half a turn in the positive sense.
 */
export function angleBetween(from: number, to: number): number {
  const turn = (to - from) % TURN;
  if (turn > Math.PI) return turn - TURN;
  return turn <= -Math.PI ? turn + TURN : turn;
}

/**
 * One step of turning from `angle` to `target` the shorter way round, by at most `maxStep` (radians, not negative).
 * Stops exactly at `wrapAngle(target)`; the result is from 0 up to, not including, 2π.
 * Throws RangeError for a negative or NaN step.
 */
export function turnTowards(angle: number, target: number, maxStep: number): number {
  requireStep(maxStep);
  const turn = angleBetween(angle, target);
  if (Math.abs(turn) <= maxStep) return wrapAngle(target);
  return wrapAngle(turn > 0 ? angle + maxStep : angle - maxStep);
}

/**
 * The direction a `share` of the way from one to another, the shorter way round, from 0 up to, not including, 2π.
 * A share of 0 is exactly `wrapAngle(from)` and one of 1 exactly `wrapAngle(to)`; others may lie outside 0 to 1.
 */
export function lerpAngle(from: number, to: number, share: number): number {
  const turn = angleBetween(from, to);
  return wrapAngle(share < 0.5 ? from + turn * share : to - turn * (1 - share));
}
