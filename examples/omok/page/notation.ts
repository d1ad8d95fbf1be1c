/** Names of points, as players say them: letters from the left, numbers from the bottom; the middle is H8. */
import { BOARD_SIZE, xOf, yOf } from '../board.ts';

export function columnName(x: number): string {
  return String.fromCodePoint(65 + x);
}

export function rowName(y: number): string {
  return String(BOARD_SIZE - y);
}

export function pointName(point: number): string {
  return `${columnName(xOf(point))}${rowName(yOf(point))}`;
}
