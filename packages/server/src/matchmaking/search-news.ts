/** What somebody who looks for a match is told. `matched` and `dropped` are the last it hears. */
import type { DropReason } from './ticket.ts';

export type SearchNews =
  | {
      readonly type: 'progress';
      /** 1 for whoever has waited longest. */
      readonly position: number;
      readonly waiting: number;
      /** Null while nothing is known of it. */
      readonly estimatedWaitMs: number | null;
    }
  /** A match was found, or somebody has accepted it. `deadlineMs` is how long is left for those who have not. */
  | {
      readonly type: 'proposed';
      readonly match: string;
      readonly deadlineMs: number;
      readonly accepted: number;
      readonly players: number;
    }
  /** The match came to nothing through others; the search goes on in its old place. */
  | { readonly type: 'returned'; readonly match: string }
  /** `ticket` lets this player in, once and for a while. `team` counts from 1. */
  | {
      readonly type: 'matched';
      readonly game: string;
      readonly roomId: string;
      readonly ticket: string;
      readonly team: number;
    }
  | { readonly type: 'dropped'; readonly reason: SearchEnd };

/**
 * Why a search has ended without a match: what the matchmaker says, or
 * - `cancelled`: one of its players did not want to search any longer.
 * - `player-left`: one of its players left the party, or is gone.
 * - `already-playing`: the room it was wanted in has one of its players.
 */
export type SearchEnd = DropReason | 'cancelled' | 'player-left' | 'already-playing';
