/**
 * Who plays black. Moving first in freestyle omok is an advantage (with perfect play it wins: Allis, van den Herik and
 * Huntjens, "Go-Moku Solved by New Search Techniques", 1996), so each player secretly says how many seconds of its own
 * clock black is worth to it. Whoever says more plays black and gives up what it said; the other keeps all of its time.
 * Of equal bids chance decides, and the one who gets black pays.
 */
import type { SeededRandom } from '@madang/core';
import type { TimeControl } from './clock.ts';

/** Time on the clock that no bid can take: a bid may be foolish and must not be the end of the game. */
const KEPT_SECONDS = 10;

/** Time to bid. Whoever says nothing meanwhile bids nothing. */
export const BIDDING_SECONDS = 20;

/** Time to read both bids before black's clock runs; black need not wait for it. */
export const REVEAL_SECONDS = 4;

export function bidSecondsMax({ mainSeconds }: TimeControl): number {
  return mainSeconds - KEPT_SECONDS;
}

/** Which of two bids gets black. */
export function blackOf(first: number, second: number, random: SeededRandom): 'first' | 'second' {
  if (first === second) return random.below(2) === 0 ? 'first' : 'second';
  return first > second ? 'first' : 'second';
}
