/**
 * Rooms of matches that want players in the place of those who left, or never came: looked at once a second while there are any,
 * and not in the tick in which somebody goes, who may be back at once.
 */
import type { Clock } from '../ports/clock.ts';
import type { Room } from '../room/room.ts';
import type { BackfillWish } from './backfills.ts';
import type { Match } from './ticket.ts';

const LOOK_MS = 1_000;

/** Takes a wish, and answers how it is taken back. */
type Ask = (wish: BackfillWish) => () => void;

/** A room's match, and what it has asked for, by team. */
interface Filled {
  readonly match: Match;
  readonly ask: Ask;
  readonly asked: Map<number, { readonly seats: number; readonly takeBack: () => void }>;
}

export class RoomFiller {
  readonly #clock: Clock;
  readonly #rooms = new Map<Room, Filled>();
  #cancelLook: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the teams of this room as large as those of its match, until it closes. */
  fill(room: Room, match: Match, ask: Ask): void {
    this.#rooms.set(room, { match, ask, asked: new Map() });
    this.#lookLater();
  }

  /** How many more a team of this room takes, counted from 0; none where the room is not filled. */
  missing(room: Room, team: number): number {
    const size = this.#rooms.get(room)?.match.teams[team]?.length ?? 0;
    if (room.phase !== 'open' || room.listing.isLocked || room.people.length === 0) return 0;
    return Math.max(0, size - room.people.filter((seat) => seat.team === team + 1).length);
  }

  /** The players that a room had asked for did not get in: it asks again. */
  failed(room: Room): void {
    this.#takeBack(this.#rooms.get(room));
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    for (const filled of this.#rooms.values()) this.#takeBack(filled);
    this.#rooms.clear();
  }

  #lookLater(): void {
    if (this.#rooms.size === 0) return;
    this.#cancelLook ??= this.#clock.after(LOOK_MS, () => {
      this.#cancelLook = null;
      for (const [room, filled] of this.#rooms) this.#look(room, filled);
      this.#lookLater();
    });
  }

  #look(room: Room, filled: Filled): void {
    if (room.phase !== 'open') {
      this.#takeBack(filled);
      this.#rooms.delete(room);
      return;
    }
    const { match, ask, asked } = filled;
    const mu = mean(match.teams.flat().map(({ rating }) => rating.mu));
    for (const team of match.teams.keys()) {
      const seats = this.missing(room, team);
      const before = asked.get(team);
      if (seats === (before?.seats ?? 0)) continue;
      before?.takeBack();
      asked.delete(team);
      if (seats === 0) continue;
      const { criteria, region } = match;
      const takeBack = ask({ roomId: room.id, team, seats, rating: { mu, sigma: 0 }, criteria, region });
      asked.set(team, { seats, takeBack });
    }
  }

  #takeBack(filled: Filled | undefined): void {
    for (const { takeBack } of filled?.asked.values() ?? []) takeBack();
    filled?.asked.clear();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
