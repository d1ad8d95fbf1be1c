/**
 * A component's stay in a room, apart from React: joins while somebody listens, leaves when nobody does.
 *
 * Whether somebody listens is looked at when the running task is over and not before, so that what React undoes and does
 * again in one breath (StrictMode, Fast Refresh) takes one seat and keeps it. At no time does a session have two: a join
 * on its way that nobody wants any more leaves as soon as it has arrived, unless somebody wants it again by then.
 *
 * A page that goes away gives nothing up: its seat is held for a while, a page that is loaded again returns to it, and one that
 * the browser shows again as it was (bfcache) finds its line broken and returns like any other.
 */
import { GameError, isGameError } from '@madang/core';
import type { RoomConnection } from '../room.ts';

/** What a session needs of a room. */
export interface Joined {
  readonly id: string;
  readonly connection: RoomConnection;
  onConnection(run: (connection: RoomConnection) => void): () => void;
  onClose(run: (reason: GameError) => void): () => void;
  leave(): Promise<void>;
}

/** Where a stay in a room is. `R` is the room's type. */
export type RoomState<R> =
  | { readonly status: 'joining'; readonly room: null }
  | {
      readonly status: 'playing';
      readonly room: R;
      /** True while the line is broken and the seat is held: the room stands still, and goes on by itself. */
      readonly isReturning: boolean;
    }
  | {
      readonly status: 'closed';
      /** The room as it was, still good to look at; null where there never was one. */
      readonly room: R | null;
      /** Why: `adviceFor(error.code)` says what to do next. LEFT after `room.leave()`. */
      readonly error: GameError;
      /** Joins again, with the same wish. */
      rejoin(): void;
    };

/** Also what only the program's author can put right, such as an address that is none. */
export type SessionState<R> = RoomState<R> | { readonly status: 'failed'; readonly error: unknown };

export const JOINING = Object.freeze({ status: 'joining', room: null });

export class RoomSession<R extends Joined> {
  readonly #join: () => Promise<R>;
  readonly #runs = new Set<() => void>();
  #state: SessionState<R> = JOINING;
  #isJoining = false;
  #isSettling = false;

  constructor(join: () => Promise<R>) {
    this.#join = join;
  }

  /** Calls `run` after each change of `read()`; whoever subscribes wants the seat. Answers a function that undoes both. */
  readonly subscribe = (run: () => void): (() => void) => {
    const own = (): void => run();
    this.#runs.add(own);
    this.#settleSoon();
    return () => {
      this.#runs.delete(own);
      this.#settleSoon();
    };
  };

  /** The same object until something changed. */
  readonly read = (): SessionState<R> => this.#state;

  get #isWanted(): boolean {
    return this.#runs.size > 0;
  }

  #settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  #settle(): void {
    const last = this.#state;
    if (this.#isWanted) {
      if (last.status === 'joining' && !this.#isJoining) void this.#enter();
      return;
    }
    this.#become(JOINING);
    if (last.status === 'playing') void last.room.leave();
  }

  async #enter(): Promise<void> {
    this.#isJoining = true;
    let next: SessionState<R>;
    try {
      next = this.#seated(await this.#join());
    } catch (error) {
      next = isGameError(error) ? this.#closed(null, error) : { status: 'failed', error };
    }
    this.#isJoining = false;
    if (this.#isWanted) this.#become(next);
    else if (next.status === 'playing') void next.room.leave();
  }

  #seated(room: R): SessionState<R> {
    // Nobody is told of a close that was before they asked.
    if (room.connection === 'closed') {
      const reason = 'closed while joining';
      return this.#closed(room, new GameError('LINK_LOST', 'The line to the server is gone.', { reason }));
    }
    const isMine = (): boolean => this.#state.status === 'playing' && this.#state.room === room;
    room.onConnection((connection) => {
      if (connection !== 'closed' && isMine()) this.#become(playing(room));
    });
    room.onClose((error) => {
      if (isMine()) this.#become(this.#closed(room, error));
    });
    return playing(room);
  }

  #closed(room: R | null, error: GameError): RoomState<R> {
    const state: RoomState<R> = {
      status: 'closed',
      room,
      error,
      rejoin: () => {
        // Pressed twice, it is one wish.
        if (this.#state !== state) return;
        this.#become(JOINING);
        this.#settleSoon();
      },
    };
    return state;
  }

  #become(state: SessionState<R>): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const run of [...this.#runs]) run();
  }
}

function playing<R extends Joined>(room: R): SessionState<R> {
  return { status: 'playing', room, isReturning: room.connection === 'returning' };
}
