/** The round that plays itself behind the menu: points in the order of the moves, the last of which wins. */
import { isOnBoard, pointOf, type Stones, xOf, yOf } from '../board.ts';
import { winningPoints } from '../five.ts';
import type { BoardView } from './board/view.ts';

export const DEMO_MOVES: readonly number[] = [
  112, 113, 127, 97, 129, 128, 143, 111, 157, 115, 142, 172, 171, 185, 141, 144, 125, 109, 140, 139, 173, 189, 126, 98,
  124, 123, 110, 158, 95, 155, 80,
];
const DEMO_STONE_MS = 1_400;

/** How many stones' time the finished board rests before it is cleared. */
const DEMO_REST_STONES = 5;

export interface Demo {
  /** Shows the round as far as it is. */
  show(): void;
}

/** Plays the round over and over while it is on. `calm` shows it as it ended, still. */
export function startDemo(view: BoardView, { calm, isOn }: { calm: boolean; isOn: () => boolean }): Demo {
  const stones: Stones = {
    at: (x, y) => (isOnBoard(x, y) ? DEMO_MOVES.slice(0, count).indexOf(pointOf(x, y)) + 1 : 0),
  };
  let count = calm ? DEMO_MOVES.length : 7;
  let rested = 0;
  const show = (): void => {
    const last = DEMO_MOVES[count - 1];
    const points = last === undefined ? [] : winningPoints(stones, xOf(last), yOf(last));
    view.show({
      moves: DEMO_MOVES.slice(0, count),
      winningPoints: points,
      aim: null,
      isAimKept: false,
      isTouched: false,
      next: null,
    });
  };
  if (!calm) {
    setInterval(() => {
      if (!isOn()) return;
      if (count < DEMO_MOVES.length) count++;
      else if (++rested > DEMO_REST_STONES) {
        count = 0;
        rested = 0;
      }
      show();
    }, DEMO_STONE_MS);
  }
  return { show };
}
