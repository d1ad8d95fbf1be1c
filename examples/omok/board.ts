/**
 * The board: 15 x 15 points, from 0,0 at the top left. A point holds the number of the move that put a stone on it, or
 * 0. Black moves first and the two take turns, so the number is also the colour, and the board is the list of moves.
 */

export const BOARD_SIZE = 15;
export const POINT_COUNT = BOARD_SIZE * BOARD_SIZE;

export type Colour = 'black' | 'white';

/** A board as rules and pages read it. */
export interface Stones {
  /** The number of the move that put a stone there; 0 for an empty point and outside the board. */
  at(x: number, y: number): number;
}

/** The colour of a stone, by the number of its move, from 1. */
export function colourOf(move: number): Colour {
  return move % 2 === 1 ? 'black' : 'white';
}

export function otherColour(colour: Colour): Colour {
  return colour === 'black' ? 'white' : 'black';
}

export function isOnBoard(x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < BOARD_SIZE && y < BOARD_SIZE;
}

/** Points in one number, row by row. */
export function pointOf(x: number, y: number): number {
  return y * BOARD_SIZE + x;
}

export function xOf(point: number): number {
  return point % BOARD_SIZE;
}

export function yOf(point: number): number {
  return Math.floor(point / BOARD_SIZE);
}
