/** Tickets: who wants to play, with what in common, and what they are told while they wait. */
import type { PendingMatch } from './pending-match.ts';
import type { Rating } from './rating.ts';

/** Who wants to play. What people send is `unknown` here, and is checked. */
export interface TicketWish {
  /** One player, or a party that stays together in one team. */
  readonly players: readonly WishedPlayer[];
  /**
   * What to have in common with the others: values by the name of the criterion. What is absent or null is left open.
   */
  readonly criteria?: unknown;
}

export interface WishedPlayer {
  /** Who this is: the id of a user, or of a connection where there is no user. One key is in one ticket at a time. */
  readonly key: string;
  /** A new player's unless given. */
  readonly rating?: Rating;
  /**
   * Round trips to the server's regions in milliseconds, by region. Absent: all are near. A region not named is far.
   */
  readonly latenciesMs?: unknown;
}

/** A player of a match. */
export interface MatchPlayer {
  readonly key: string;
  readonly rating: Rating;
}

/**
 * Why a ticket is in the queue no more:
 * - `declined`: one of its players declined a match.
 * - `not-accepted`: one of its players did not answer in time.
 * - `expired`: it waited for as long as a ticket may.
 * - `already-queued`: one of its players waits elsewhere, for another game or on another node.
 * - `unavailable`: the queue that nodes share failed, or lost the ticket.
 * - `stopping`: the server stops.
 */
export type DropReason = 'declined' | 'not-accepted' | 'expired' | 'already-queued' | 'unavailable' | 'stopping';

/** What a ticket is told. `matched` and `dropped` are the last it hears. */
export type TicketEvent =
  /** How it stands: at most once a second, more rarely where many wait. */
  | {
      readonly event: 'progress';
      /** 1 for the ticket that has waited longest. */
      readonly position: number;
      readonly waiting: number;
      /** How long tickets that were matched lately had waited in all; null before the first. */
      readonly estimatedWaitMs: number | null;
    }
  /** A match was found; each player has so long to accept it. */
  | { readonly event: 'proposed'; readonly matchId: string; readonly withinMs: number; readonly players: number }
  | { readonly event: 'accepted'; readonly matchId: string; readonly accepted: number; readonly players: number }
  /** The match came to nothing through others: the ticket is back in its place, its waiting time kept. */
  | { readonly event: 'returned'; readonly matchId: string }
  /**
   * A room is open. `tickets` let this ticket's own players in, by key. The keys of the others in `match` are for the
   * server's eyes only.
   */
  | {
      readonly event: 'matched';
      readonly match: Match;
      readonly roomId: string;
      readonly tickets: ReadonlyMap<string, string>;
    }
  | { readonly event: 'dropped'; readonly reason: DropReason };

/** Players who are to play together. */
export interface Match {
  readonly id: string;
  readonly game: string;
  /** The room that asked for these players; null for a match that needs a room. */
  readonly roomId: string | null;
  /** By team. All as many, but for a match that fills up a room: there the other teams are empty. */
  readonly teams: readonly (readonly MatchPlayer[])[];
  /** Where it is to be played; null on a server without regions. */
  readonly region: string | null;
  /** What they have in common; what everybody left open is absent. */
  readonly criteria: Readonly<Record<string, unknown>>;
}

/** A raw value for each criterion of the game, in its order; null where it is open. */
export type Criteria = readonly (number | null)[];

/**
 * Where a ticket is: being entered into the queue that nodes share, in the line, held for a match, or in none of
 * these.
 */
export type TicketState =
  | { readonly at: 'entering' }
  | { readonly at: 'waiting' }
  | { readonly at: 'held'; readonly match: PendingMatch }
  | { readonly at: 'gone' };

/** A ticket as the matchmaker keeps it. */
export interface Ticket {
  readonly id: string;
  /** Tickets are numbered as they come: the lower, the longer it waits. */
  readonly order: number;
  readonly sinceMs: number;
  readonly players: readonly MatchPlayer[];
  readonly size: number;
  /** The sum of its players' mu. */
  readonly mu: number;
  /** Their mean rating, in points as players are shown them. */
  readonly points: number;
  readonly criteria: Criteria;
  /** Of the player who is farthest away, by number of the region. */
  readonly latenciesMs: readonly number[];
  readonly tell: (event: TicketEvent) => void;
  state: TicketState;
  /** When to look for a match for it next. */
  lookAtMs: number;
  /** When it was told of its progress last. */
  toldMs: number;
}
