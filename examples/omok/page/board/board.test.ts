import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOARD_SIZE } from '../../board.ts';
import { Aim } from './aim.ts';
import { centreOf, geometryOf, spotAt } from './geometry.ts';

const anyPlace = fc.record({ x: fc.nat(BOARD_SIZE - 1), y: fc.nat(BOARD_SIZE - 1) });
const anySide = fc.double({ min: 240, max: 1400, noNaN: true });

describe('points on the canvas', () => {
  test('whatever the board’s size: a touch anywhere nearer to a point than to its neighbours means that point', () => {
    const within = fc.double({ min: -0.49, max: 0.49, noNaN: true });
    fc.assert(
      fc.property(anySide, anyPlace, within, within, (side, spot, byX, byY) => {
        const geometry = geometryOf(side);
        const { left, top } = centreOf(geometry, spot);
        expect(spotAt(geometry, left + byX * geometry.gap, top + byY * geometry.gap)).toEqual(spot);
      }),
    );
  });

  test('all stones lie within the canvas', () => {
    fc.assert(
      fc.property(anySide, (side) => {
        const geometry = geometryOf(side);
        const first = centreOf(geometry, { x: 0, y: 0 });
        const last = centreOf(geometry, { x: BOARD_SIZE - 1, y: BOARD_SIZE - 1 });
        expect(first.left - geometry.gap / 2).toBeGreaterThan(0);
        expect(last.top + geometry.gap / 2).toBeLessThan(side);
      }),
    );
  });

  test('beside the lines there is no point', () => {
    const geometry = geometryOf(400);
    expect([spotAt(geometry, -geometry.gap, 200), spotAt(geometry, 200, 400 + geometry.gap)]).toEqual([null, null]);
  });
});

describe('aiming', () => {
  test('a mouse aims while it is over the board, and not afterwards', () => {
    const aim = new Aim();
    aim.hover({ x: 3, y: 4 });
    expect([aim.spot, aim.isKept]).toEqual([{ x: 3, y: 4 }, false]);
    aim.hover(null);
    expect(aim.spot).toBeNull();
  });

  test('a finger’s aim stays until it is moved, also when the finger slips off the board', () => {
    const aim = new Aim();
    aim.keep({ x: 3, y: 4 });
    aim.keep(null);
    aim.hover(null);
    expect([aim.spot, aim.isKept]).toEqual([{ x: 3, y: 4 }, true]);
    aim.keep({ x: 5, y: 4 });
    expect(aim.spot).toEqual({ x: 5, y: 4 });
    aim.clear();
    expect([aim.spot, aim.isKept]).toEqual([null, false]);
  });

  test('steps begin in the middle and never leave the board', () => {
    const aim = new Aim();
    aim.step(1, 0);
    expect(aim.spot).toEqual({ x: 7, y: 7 });
    const anyStep = fc.constantFrom<readonly [number, number]>([1, 0], [-1, 0], [0, 1], [0, -1]);
    fc.assert(
      fc.property(anyPlace, fc.array(anyStep, { maxLength: 60 }), (from, steps) => {
        aim.keep(from);
        for (const [dx, dy] of steps) {
          const before = aim.spot ?? { x: 0, y: 0 };
          aim.step(dx, dy);
          const clamp = (value: number): number => Math.min(BOARD_SIZE - 1, Math.max(0, value));
          expect(aim.spot).toEqual({ x: clamp(before.x + dx), y: clamp(before.y + dy) });
        }
      }),
    );
  });
});
