import fc from 'fast-check';
import { expect, test } from 'vitest';
import { angleBetween, lerpAngle, turnTowards, wrapAngle } from './angles.ts';
import { cos, sin } from './trigonometry.ts';

const TURN = 2 * Math.PI;
const angle = fc.double({ min: -1000, max: 1000, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** How far apart two directions look, whatever the angles that name them. */
function apart(a: number, b: number): number {
  return Math.abs(cos(a) - cos(b)) + Math.abs(sin(a) - sin(b));
}

test('a wrapped angle is from 0 up to a turn and points the same way', () => {
  fc.assert(
    fc.property(angle, (radians) => {
      const wrapped = wrapAngle(radians);
      expect(wrapped).toBeGreaterThanOrEqual(0);
      expect(wrapped).toBeLessThan(TURN);
      expect(apart(wrapped, radians)).toBeLessThan(1e-12);
      expect(wrapAngle(wrapped)).toBe(wrapped);
    }),
  );
});

test('whole turns and the tiniest step below one wrap to 0, not to a turn and not to -0', () => {
  for (const radians of [-0, TURN, -TURN, 8 * TURN, -1e-30, -Number.MIN_VALUE]) expect(wrapAngle(radians)).toBe(0);
  for (const none of [NaN, Infinity, -Infinity]) expect(wrapAngle(none)).toBeNaN();
});

test('the angle between two directions leads from one to the other, the shorter way round', () => {
  fc.assert(
    fc.property(angle, angle, (from, to) => {
      const turn = angleBetween(from, to);
      expect(turn).toBeGreaterThan(-Math.PI);
      expect(turn).toBeLessThanOrEqual(Math.PI);
      expect(apart(from + turn, to)).toBeLessThan(1e-12);
      if (turn !== Math.PI) expect(angleBetween(to, from) + turn).toBe(0);
    }),
  );
});

test('across the seam the shorter way is short, and opposite directions are half a turn forward', () => {
  expect(angleBetween(TURN - 0.1, 0.1)).toBeCloseTo(0.2, 14);
  expect(angleBetween(0.1, TURN - 0.1)).toBeCloseTo(-0.2, 14);
  expect(angleBetween(0, Math.PI)).toBe(Math.PI);
  expect(angleBetween(Math.PI, 0)).toBe(Math.PI);
});

test('turning comes nearer by the step each time and stops exactly at the target', () => {
  fc.assert(
    fc.property(angle, angle, fc.double({ min: 0.01, max: 1, noNaN: true }), (start, target, maxStep) => {
      let at = wrapAngle(start);
      const steps = Math.ceil(Math.abs(angleBetween(at, target)) / maxStep);
      for (let i = 0; i < steps; i++) {
        const next = turnTowards(at, target, maxStep);
        expect(Math.abs(angleBetween(at, next))).toBeLessThan(maxStep + 1e-12);
        at = next;
      }
      // Rounding may leave a last sliver.
      expect(turnTowards(at, target, maxStep)).toBe(wrapAngle(target));
    }),
  );
});

test('a step that would turn away is refused', () => {
  expect(() => turnTowards(0, 1, -0.1)).toThrow(RangeError);
  expect(() => turnTowards(0, 1, NaN)).toThrow(RangeError);
});

test('a share of the way round starts and ends exactly and passes between', () => {
  expect(lerpAngle(TURN - 0.1, 0.3, 0.5)).toBeCloseTo(0.1, 14);
  fc.assert(
    fc.property(angle, angle, share, (from, to, part) => {
      expect(lerpAngle(from, to, 0)).toBe(wrapAngle(from));
      expect(lerpAngle(from, to, 1)).toBe(wrapAngle(to));
      const turned = angleBetween(from, to) * part;
      expect(apart(lerpAngle(from, to, part), from + turned)).toBeLessThan(1e-12);
    }),
  );
});
