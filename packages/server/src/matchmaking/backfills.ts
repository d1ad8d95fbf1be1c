/** Rooms that play and want players: seats of their teams, the oldest wish first. */
import type { OpenSeats } from './matcher.ts';
import type { Rating } from './rating.ts';
import type { TicketRules } from './ticket-rules.ts';

/** Seats that a room wants taken. */
export interface BackfillWish {
  readonly roomId: string;
  /** From 0, as in the match that the room was opened for. */
  readonly team: number;
  readonly seats: number;
  /** What the players there have in the mean: who comes is as near to it as to others'. Absent: anybody. */
  readonly rating?: Rating;
  /** What is played there: whoever asks for something else does not come. */
  readonly criteria?: unknown;
  /** Where the room is; absent, or unknown here, in the first region. */
  readonly region?: string | null;
}

/** A wish as it stands. */
export interface OpenTeam extends OpenSeats {
  readonly roomId: string;
  /** How many nobody is held for. */
  seats: number;
  /** How many nobody has come for. */
  wanted: number;
}

export class Backfills {
  readonly #open = new Map<string, OpenTeam>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes a wish in place of an earlier one for the same team. Throws BAD_MESSAGE for criteria that the game does not
   * have.
   */
  add({ roomId, team, seats, rating, criteria, region }: BackfillWish, rules: TicketRules): OpenTeam {
    const open: OpenTeam = {
      roomId,
      team,
      seats,
      wanted: seats,
      points: rating === undefined ? null : rules.pointsOf(rating),
      criteria: rules.checkCriteria(criteria),
      region: Math.max(0, rules.regions.indexOf(region ?? '')),
    };
    this.#open.set(keyOf(open), open);
    return open;
  }

  /** So many have come. A wish that is fulfilled is here no more. */
  taken(open: OpenTeam, players: number): void {
    open.wanted -= players;
    if (open.wanted === 0) this.remove(open);
  }

  /** Takes a wish back; one that is not here is fine. */
  remove(open: OpenTeam): void {
    if (this.#open.get(keyOf(open)) === open) this.#open.delete(keyOf(open));
  }

  clear(): void {
    this.#open.clear();
  }

  /** Those with seats that nobody is held for. */
  wanting(): readonly OpenTeam[] {
    return [...this.#open.values()].filter(({ seats }) => seats > 0);
  }
}

function keyOf({ roomId, team }: OpenTeam): string {
  return `${team}/${roomId}`;
}
