/**
 * A match from the moment its tickets are held for it: claimed in the queue that nodes share, accepted by every
 * player where the game asks for that, and given a room. It ends once, opened or fallen, and leaves no timer and no
 * room behind.
 */
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { MatchQueue } from '../ports/match-queue.ts';
import type { Match, Ticket, TicketEvent } from './ticket.ts';

/** A room that waits for the players of a match. */
export interface OpenedMatch {
  readonly roomId: string;
  /** What lets each player in, by key. */
  readonly tickets: ReadonlyMap<string, string>;
}

/** Where matches are played. The matchmaker knows no more of rooms than this. */
export interface MatchRooms {
  /**
   * Opens a room for the match, or holds seats in the room that asked for its players. Rejects where that is not
   * possible.
   */
  open(match: Match): Promise<OpenedMatch>;
  /** Nobody comes: what was opened is not needed. */
  abandon(opened: OpenedMatch): void;
}

export interface PendingMatchContext {
  readonly clock: Clock;
  readonly queue: MatchQueue;
  readonly rooms: MatchRooms;
  readonly log: Logger;
  readonly acceptMs: number;
  /** Tells a ticket, whatever its listener does. */
  tell(ticket: Ticket, event: TicketEvent): void;
  /** It has ended. Called once, at a moment at which none of its tickets is gone unless the outcome says so. */
  ended(pending: PendingMatch, outcome: PendingOutcome): void;
}

/** How it ended: with a room, or not. */
export type PendingOutcome = { readonly kind: 'opened'; readonly opened: OpenedMatch } | FallenMatch;

/** Why a match came to nothing. */
export type FallenMatch =
  /** Somebody left, or did not answer (`silent`). */
  | { readonly kind: 'deserted'; readonly silent: readonly Ticket[] }
  /** The shared queue no longer has these tickets; it failed where there are none. */
  | { readonly kind: 'unclaimed'; readonly missing: readonly Ticket[] }
  | { readonly kind: 'no-room' };

/** A room that takes longer than this to open does not. */
const OPEN_MS_MAX = 10_000;

export class PendingMatch {
  readonly match: Match;
  readonly tickets: readonly Ticket[];
  readonly #context: PendingMatchContext;
  readonly #accepted = new Set<string>();
  #isDeserted = false;
  /** Ends what is waited for, be it answers or a room. */
  #wake: () => void = () => {};

  constructor(match: Match, tickets: readonly Ticket[], context: PendingMatchContext) {
    this.match = match;
    this.tickets = tickets;
    this.#context = context;
  }

  get players(): number {
    return this.tickets.reduce((sum, { size }) => sum + size, 0);
  }

  /** Sees it through. Never rejects. */
  async run(): Promise<void> {
    const { acceptMs } = this.#context;
    const missing = await this.#claim();
    if (missing === null || missing.length > 0) return this.#end({ kind: 'unclaimed', missing: missing ?? [] });
    if (acceptMs > 0 && !this.#isDeserted) {
      await this.#askAll();
      const silent = this.tickets.filter(({ players }) => !players.every(({ key }) => this.#accepted.has(key)));
      if (!this.#isDeserted && silent.length > 0) return this.#end({ kind: 'deserted', silent });
    }
    if (this.#isDeserted) return this.#end({ kind: 'deserted', silent: [] });
    const opened = await this.#open();
    if (opened === null) return this.#end(this.#isDeserted ? { kind: 'deserted', silent: [] } : { kind: 'no-room' });
    if (!this.#isDeserted) return this.#end({ kind: 'opened', opened });
    this.#abandon(opened);
    this.#end({ kind: 'deserted', silent: [] });
  }

  /** A player says yes. Again, or too late, does nothing. */
  accept(key: string): void {
    if (this.#accepted.has(key)) return;
    this.#accepted.add(key);
    const { players } = this;
    const accepted = this.#accepted.size;
    for (const ticket of this.tickets) {
      this.#context.tell(ticket, { event: 'accepted', matchId: this.match.id, accepted, players });
    }
    if (accepted === players) this.#wake();
  }

  /** One of its tickets is gone, and the match with it. */
  desert(): void {
    this.#isDeserted = true;
    this.#wake();
  }

  #end(outcome: PendingOutcome): void {
    this.#context.ended(this, outcome);
  }

  /** Tickets that could not be claimed; null where the queue failed. */
  async #claim(): Promise<readonly Ticket[] | null> {
    const { queue, log } = this.#context;
    try {
      const ids = this.tickets.map(({ id }) => id);
      const missing = new Set(await queue.claim(this.match.id, ids));
      return this.tickets.filter(({ id }) => missing.has(id));
    } catch (err) {
      log.error({ err, game: this.match.game }, 'tickets could not be claimed for a match');
      return null;
    }
  }

  /** Resolves once all have accepted, somebody has left, or time is up. */
  #askAll(): Promise<void> {
    const { clock, acceptMs } = this.#context;
    return new Promise((resolve) => {
      const cancel = clock.after(acceptMs, () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => {};
        resolve();
      };
      for (const ticket of this.tickets) {
        const { id: matchId } = this.match;
        this.#context.tell(ticket, { event: 'proposed', matchId, withinMs: acceptMs, players: this.players });
      }
    });
  }

  /**
   * The room, or null where there is none in time or nobody waits for it any more; one that comes later is abandoned.
   */
  #open(): Promise<OpenedMatch | null> {
    const { clock, rooms, log } = this.#context;
    return new Promise((resolve) => {
      let isWaiting = true;
      const cancel = clock.after(OPEN_MS_MAX, () => this.#wake());
      const end = (opened: OpenedMatch | null): void => {
        isWaiting = false;
        cancel();
        this.#wake = () => {};
        resolve(opened);
      };
      this.#wake = () => end(null);
      // Within a promise, so that an `open` that throws is one that rejects.
      Promise.resolve(this.match)
        .then((match) => rooms.open(match))
        .then(
          (opened) => (isWaiting ? end(opened) : this.#abandon(opened)),
          (err: unknown) => {
            log.warn({ err, game: this.match.game }, 'no room could be opened for a match');
            if (isWaiting) end(null);
          },
        );
    });
  }

  #abandon(opened: OpenedMatch): void {
    const { rooms, log } = this.#context;
    try {
      rooms.abandon(opened);
    } catch (err) {
      log.error({ err, roomId: opened.roomId }, 'the room of a match that nobody comes to could not be given up');
    }
  }
}
