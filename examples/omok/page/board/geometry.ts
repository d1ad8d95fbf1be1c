/** Where the board's points are on its canvas, and which point a finger means. */
import { BOARD_SIZE, isOnBoard } from '../../board.ts';

/** Measures of a square board, in the pixels its canvas is laid out in. */
export interface Geometry {
  readonly side: number;
  /** Between two lines. */
  readonly gap: number;
  /** From the edge to the first line. */
  readonly margin: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Beside the outer lines there is room for half a stone, and on large boards for the names of the lines. */
export function geometryOf(side: number): Geometry {
  const hasNames = side >= NAMES_FROM;
  const gap = side / (BOARD_SIZE - 1 + 2 * (hasNames ? 0.98 : 0.62));
  return { side, gap, margin: (side - gap * (BOARD_SIZE - 1)) / 2 };
}

/** Lines have names on boards of at least this many pixels. */
export const NAMES_FROM = 460;

export function centreOf({ margin, gap }: Geometry, { x, y }: Spot): { left: number; top: number } {
  return { left: margin + x * gap, top: margin + y * gap };
}

/** The point nearest to a place on the canvas; null where that is beside the board's lines. */
export function spotAt({ margin, gap }: Geometry, left: number, top: number): Spot | null {
  // Adding 0 turns -0 into 0.
  const spot = { x: Math.round((left - margin) / gap) + 0, y: Math.round((top - margin) / gap) + 0 };
  return isOnBoard(spot.x, spot.y) ? spot : null;
}
