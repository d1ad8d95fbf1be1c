/**
 * Who has won: freestyle omok. Five stones of one colour in a row win, across, down or slanting, and so do more than
 * five; nothing is forbidden to anybody. That is the game as it is played in a yard, with a rule that fits into one
 * sentence. The lead that black has by moving first is not cut by forbidden moves, as in renju, but paid for: see
 * bidding.ts.
 */
import { colourOf, pointOf, type Stones } from './board.ts';

/** Stones in a row that win. */
export const ROW_TO_WIN = 5;

/** Stones that one move can complete rows of: itself, and four on either side in four directions. */
export const WINNING_POINTS_MAX = 1 + 4 * 2 * (ROW_TO_WIN - 1);

const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** The points of every row of five or more that the stone at `x`, `y` is part of, ascending. */
export function winningPoints(stones: Stones, x: number, y: number): readonly number[] {
  const move = stones.at(x, y);
  if (move === 0) return [];
  const colour = colourOf(move);
  const isSame = (atX: number, atY: number): boolean => {
    const other = stones.at(atX, atY);
    return other !== 0 && colourOf(other) === colour;
  };
  const points = new Set<number>();
  for (const [dx, dy] of DIRECTIONS) {
    let first = 0;
    while (isSame(x + (first - 1) * dx, y + (first - 1) * dy)) first--;
    let last = 0;
    while (isSame(x + (last + 1) * dx, y + (last + 1) * dy)) last++;
    if (last - first + 1 < ROW_TO_WIN) continue;
    for (let step = first; step <= last; step++) points.add(pointOf(x + step * dx, y + step * dy));
  }
  return [...points].sort((a, b) => a - b);
}
