/**
 * Where the next stone would go. A mouse shows it and a click places it. A finger is wider than the lines of a small
 * board are apart, so a tap only aims: the aim stays, can be moved by another tap, by drawing or step by step, and is
 * confirmed by a button of its own. Keys aim step by step, too, and Enter confirms.
 */
import { BOARD_SIZE } from '../../board.ts';
import type { Spot } from './geometry.ts';

const MIDDLE = (BOARD_SIZE - 1) / 2;

export class Aim {
  #spot: Spot | null = null;
  #isKept = false;

  get spot(): Spot | null {
    return this.#spot;
  }

  /** True for an aim that stays and waits to be confirmed; a mouse's goes with the mouse. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** A mouse is over this point, or over none. A kept aim stays until the mouse shows another. */
  hover(spot: Spot | null): void {
    if (spot === null && this.#isKept) return;
    this.#spot = spot;
    this.#isKept = false;
  }

  /** A finger means this point; one beside the board means nothing. */
  keep(spot: Spot | null): void {
    if (spot === null) return;
    this.#spot = spot;
    this.#isKept = true;
  }

  /** One step from where the aim is; from nowhere, to the middle. Stays on the board. */
  step(dx: number, dy: number): void {
    const from = this.#spot;
    const within = (value: number): number => Math.min(BOARD_SIZE - 1, Math.max(0, value));
    this.keep(from === null ? { x: MIDDLE, y: MIDDLE } : { x: within(from.x + dx), y: within(from.y + dy) });
  }

  clear(): void {
    this.#spot = null;
    this.#isKept = false;
  }
}
