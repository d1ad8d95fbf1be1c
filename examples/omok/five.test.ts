import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOARD_SIZE, colourOf, POINT_COUNT, pointOf, type Stones, xOf, yOf } from './board.ts';
import { WINNING_POINTS_MAX, winningPoints } from './five.ts';

/** A board from a picture: `x` is black, `o` white. */
function drawn(...rows: readonly string[]): Stones {
  return { at: (x, y) => ({ x: 1, o: 2 })[rows[y]?.[x] ?? ''] ?? 0 };
}

describe('five in a row', () => {
  test.each([
    ['across', ['xxxxx'], 5],
    ['down', ['o', 'o', 'o', 'o', 'o'], 5],
    ['slanting down', ['x', ' x', '  x', '   x', '    x'], 5],
    ['slanting up', ['    o', '   o', '  o', ' o', 'o'], 5],
  ] as const)('win %s, whichever of the five came last', (_way, rows, count) => {
    const stones = drawn(...rows);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) {
        expect(winningPoints(stones, x, y).length).toBe(stones.at(x, y) === 0 ? 0 : count);
      }
    }
  });

  test('are not four, not five with a gap, and not five of both colours', () => {
    expect(winningPoints(drawn('xxxx'), 0, 0)).toEqual([]);
    expect(winningPoints(drawn('xxx xx'), 0, 0)).toEqual([]);
    expect(winningPoints(drawn('xxoxx'), 0, 0)).toEqual([]);
  });

  test('do not go round the edge of the board', () => {
    const stones = drawn(`${' '.repeat(12)}xxx`, 'xx');
    expect([winningPoints(stones, 14, 0), winningPoints(stones, 0, 1)]).toEqual([[], []]);
  });

  test('may be more than five: six and nine win as well, for black too', () => {
    expect(winningPoints(drawn('xxxxxx'), 2, 0)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(winningPoints(drawn('xxxxxxxxx'), 4, 0).length).toBe(9);
  });

  test('may be two rows at once: all of their stones are shown', () => {
    expect(winningPoints(drawn('xxxxx', 'x', 'x', 'x', 'x'), 0, 0)).toEqual([0, 1, 2, 3, 4, 15, 30, 45, 60]);
  });
});

test('whatever is on the board: a stone wins exactly where five of its colour lie in a row through it', () => {
  fc.assert(
    fc.property(anyBoard(), fc.nat(POINT_COUNT - 1), (stones, point) => {
      const [x, y] = [xOf(point), yOf(point)];
      const found = winningPoints(stones, x, y);
      // Every window of five points is looked at by itself; five alike on one unbroken line with the stone are a row.
      const expected = new Set<number>();
      for (const window of windowsOfFive()) {
        const isRow = new Set(window.map(([atX, atY]) => hue(stones, atX, atY))).size === 1;
        if (!isRow || hue(stones, x, y) === '' || hue(stones, x, y) !== hue(stones, ...window[0])) continue;
        if (connects(stones, window, [x, y])) for (const [atX, atY] of window) expected.add(pointOf(atX, atY));
      }
      expect(found).toEqual([...expected].sort((a, b) => a - b));
    }),
    { numRuns: 400 },
  );
});

test('one move never completes more points than the state has room for', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 8, maxLength: 8 }), (arms) => {
      // Every row was shorter than five before the last stone, or the round would have been over.
      const ways = [1, 0, 1, 1, 0, 1, -1, 1, -1, 0, -1, -1, 0, -1, 1, -1];
      const mine = new Set([pointOf(7, 7)]);
      for (const [way, length] of arms.entries()) {
        for (let step = 1; step <= length; step++) {
          mine.add(pointOf(7 + step * (ways[way * 2] ?? 0), 7 + step * (ways[way * 2 + 1] ?? 0)));
        }
      }
      const stones: Stones = { at: (x, y) => (mine.has(pointOf(x, y)) ? 1 : 0) };
      expect(winningPoints(stones, 7, 7).length).toBeLessThanOrEqual(WINNING_POINTS_MAX);
    }),
  );
});

/** Boards with few kinds of stones, so that rows of five are common; some all of one colour. */
function anyBoard(): fc.Arbitrary<Stones> {
  const anyStone = fc.constantFrom(0, 1, 1, 1, 2, 3);
  return fc.array(anyStone, { minLength: POINT_COUNT, maxLength: POINT_COUNT }).map((cells) => ({
    at: (x, y) => (x < 0 || y < 0 || x >= BOARD_SIZE || y >= BOARD_SIZE ? 0 : (cells[pointOf(x, y)] ?? 0)),
  }));
}

type Point = readonly [number, number];
type Window = readonly [Point, Point, Point, Point, Point];

function hue(stones: Stones, x: number, y: number): string {
  const move = stones.at(x, y);
  return move === 0 ? '' : colourOf(move);
}

function windowsOfFive(): readonly Window[] {
  const windows: Window[] = [];
  for (let point = 0; point < POINT_COUNT; point++) {
    const [x, y] = [xOf(point), yOf(point)];
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
      [1, 1],
      [-1, 1],
    ] as const) {
      const at = (step: number): Point => [x + step * dx, y + step * dy];
      const [endX, endY] = at(4);
      if (endX < 0 || endX >= BOARD_SIZE || endY >= BOARD_SIZE) continue;
      windows.push([at(0), at(1), at(2), at(3), at(4)]);
    }
  }
  return windows;
}

/** True where the window and the point lie on one line, and all between them is of the window's colour. */
function connects(stones: Stones, window: Window, [x, y]: Point): boolean {
  const [[firstX, firstY], [nextX, nextY]] = window;
  const [dx, dy] = [nextX - firstX, nextY - firstY];
  for (let step = -BOARD_SIZE; step <= BOARD_SIZE; step++) {
    if (firstX + step * dx !== x || firstY + step * dy !== y) continue;
    for (let between = Math.min(0, step); between <= Math.max(0, step); between++) {
      if (hue(stones, firstX + between * dx, firstY + between * dy) !== hue(stones, firstX, firstY)) return false;
    }
    return true;
  }
  return false;
}
