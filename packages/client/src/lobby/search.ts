/** A search for a match, from the moment it is asked for until there is one or it ends. */
import { GameError, unreachable } from '@madang/core';
import { Listeners } from '../listeners.ts';
import type { SearchTell } from './tells.ts';

/** What is asked of a match beside its game. */
export interface QueueOptions {
  /** What the game's `match` names, each with what is wanted. */
  readonly criteria?: Readonly<Record<string, string | number | boolean>>;
  /** Round trips in milliseconds to regions, by name. This server's own is measured and added. */
  readonly latencies?: Readonly<Record<string, number>>;
}

/** How a search goes. */
export interface Progress {
  /** 1 for the one that has waited longest. */
  readonly position: number;
  /** Players who wait for this game. */
  readonly waiting: number;
  /** Null while nothing is known of it. */
  readonly estimatedWaitMs: number | null;
}

/** A match that there will be once everybody has accepted it. */
export interface Proposal {
  readonly match: string;
  /** How long it waits for answers, from the moment it was told of. */
  readonly deadlineMs: number;
  /** How many of the players have accepted so far. */
  readonly accepted: number;
  readonly players: number;
  accept(): void;
  /** Ends the search; the others search on. */
  decline(): void;
}

/** A seat in a room: `connect(url).join(game, { ticket })`, within 15 s. */
export interface Matched {
  readonly game: string;
  readonly roomId: string;
  /** Good once. */
  readonly ticket: string;
  /** From 1. */
  readonly team: number;
}

/** Every `on…` answers a function that undoes it. */
export interface Search {
  /** Null until the server has said something. */
  readonly progress: Progress | null;
  onProgress(run: (progress: Progress) => void): () => void;
  /**
   * Calls `run` with each match that is to be accepted, and again when somebody has accepted it; with null where it came to nothing
   * through others and the search goes on.
   */
  onProposed(run: (proposal: Proposal | null) => void): () => void;
  /**
   * Resolves with the seat. Rejects where the search ends without one: REFUSED with the reason, LINK_LOST with the line, or
   * what the server refused the search with.
   */
  readonly matched: Promise<Matched>;
  /** Ends the search, for the whole party. */
  cancel(): void;
}

export interface SearchOptions {
  send(ask: object): void;
  /** There is a match, or the search has ended. */
  over(): void;
}

export class SearchClient implements Search {
  readonly matched: Promise<Matched>;
  progress: Progress | null = null;
  readonly #options: SearchOptions;
  readonly #found = Promise.withResolvers<Matched>();
  readonly #onProgress = new Listeners<Progress>();
  readonly #onProposed = new Listeners<Proposal | null>();
  #state: 'new' | 'asked' | 'over' = 'new';

  constructor(options: SearchOptions) {
    this.#options = options;
    this.matched = this.#found.promise;
    // Who only listens to what happens on the way need not wait for the end.
    this.matched.catch(() => {});
  }

  onProgress(run: (progress: Progress) => void): () => void {
    return this.#onProgress.add(run);
  }

  onProposed(run: (proposal: Proposal | null) => void): () => void {
    return this.#onProposed.add(run);
  }

  /** Asks the server to search, unless it has ended meanwhile. */
  ask(ask: object): void {
    if (this.#state !== 'new') return;
    this.#state = 'asked';
    this.#options.send(ask);
  }

  cancel(): void {
    // One that the server knows of has ended once the server says so: it may have found a match meanwhile.
    if (this.#state === 'asked') this.#options.send({ type: 'dequeue' });
    else this.#drop('cancelled');
  }

  hear(tell: SearchTell): void {
    if (this.#state === 'new') this.#state = 'asked';
    switch (tell.type) {
      case 'progress': {
        const { position, waiting, estimatedWaitMs } = tell;
        this.progress = { position, waiting, estimatedWaitMs };
        return this.#onProgress.tell(this.progress);
      }
      case 'proposed':
        return this.#onProposed.tell(this.#proposal(tell));
      case 'returned':
        return this.#onProposed.tell(null);
      case 'matched': {
        const { game, roomId, ticket, team } = tell;
        this.#found.resolve({ game, roomId, ticket, team });
        return this.#over();
      }
      case 'dropped':
        return this.#drop(tell.reason);
      default:
        return unreachable(tell);
    }
  }

  end(reason: GameError): void {
    this.#found.reject(reason);
    this.#over();
  }

  #drop(reason: string): void {
    this.end(new GameError('REFUSED', `The search has ended: ${reason}.`, { reason }));
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#options.over();
  }

  #proposal({ match, deadlineMs, accepted, players }: SearchTell & { readonly type: 'proposed' }): Proposal {
    const answer = (type: 'accept' | 'decline'): void => {
      if (this.#state === 'asked') this.#options.send({ type, match });
    };
    return {
      match,
      deadlineMs,
      accepted,
      players,
      accept: () => answer('accept'),
      decline: () => answer('decline'),
    };
  }
}
