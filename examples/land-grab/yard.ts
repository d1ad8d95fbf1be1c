/** The yard's measures and the steps one can take in it. */

export const YARD_WIDTH = 40;
export const YARD_HEIGHT = 24;

export type Direction = 'none' | 'left' | 'right' | 'up' | 'down';

/** What one step in each direction adds to x and y. */
export const STEPS: Readonly<Record<Direction, { readonly dx: number; readonly dy: number }>> = {
  none: { dx: 0, dy: 0 },
  left: { dx: -1, dy: 0 },
  right: { dx: 1, dy: 0 },
  up: { dx: 0, dy: -1 },
  down: { dx: 0, dy: 1 },
};

export function isInYard(x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < YARD_WIDTH && y < YARD_HEIGHT;
}
