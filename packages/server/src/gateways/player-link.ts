/**
 * One player's connection, whatever it speaks: its seat, its allowances, and the one way in which it ends. Gateways
 * differ in how they read and write; what may be asked, how often, and what happens when it fails is here, once.
 */
import { ERRORS, GameError, isGameError } from '@madang/core';
import type { Logger } from 'pino';
import type { User } from '../identity/user.ts';
import type { Counters } from '../node/counters.ts';
import type { Clock } from '../ports/clock.ts';
import type { JoinWish, Rooms } from '../room/rooms.ts';
import type { SeatHandle } from '../room/viewer.ts';
import { afterAwake } from './awake-time.ts';
import type { Door } from './door.ts';
import type { Limits } from './limits.ts';
import { LinkViewer, type ViewedLink } from './link-viewer.ts';
import { PeerBudget } from './peer-budget.ts';
import type { Speech } from './speech.ts';

/** A join as a gateway hears it: who asks is only claimed. */
export type ClaimedJoin = Omit<JoinWish, 'user'> & {
  /** The token that says who it is; absent or '' for nobody. */
  readonly identity?: unknown;
};

/** What a connection needs to know of its server. */
export interface LinkContext {
  readonly rooms: Rooms;
  readonly door: Door;
  readonly clock: Clock;
  readonly log: Logger;
  /** True where a rare turn of events is to happen: see ServerOptions. */
  readonly buggify: (point: string) => boolean;
  readonly limits: Limits;
  readonly counters: Counters;
}

export class PlayerLink implements ViewedLink {
  /** What the room tells this connection. */
  readonly viewer: LinkViewer;
  readonly #context: LinkContext;
  readonly #speech: Speech;
  readonly #budget: PeerBudget;
  #cancelTimeout: (() => void) | null;
  readonly #address: string;
  #seat: SeatHandle | null = null;
  /** True from the join on, also while it is found out who joins. */
  #isJoining = false;
  /** True once the client has spoken after its welcome. */
  #isConfirmed = false;
  #leaveSession = (): void => {};
  #isOver = false;

  /** `address` is where the connection comes from. */
  constructor(context: LinkContext, speech: Speech, address: string) {
    this.#context = context;
    this.#address = address;
    this.#speech = speech;
    const { clock, limits } = context;
    const { joinTimeoutMs: afterMs } = limits;
    this.#budget = new PeerBudget(clock, limits);
    this.viewer = new LinkViewer(context, speech, this);
    this.#cancelTimeout = afterAwake(clock, afterMs, () => {
      this.end(new GameError('JOIN_TIMEOUT', `No join came within ${afterMs} ms.`, { afterMs }));
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Takes a seat, once it is known who asks: at once where no identity is claimed. A refusal ends the connection, as does asking
   * for a second seat: there is nothing else it could do. `joined` is told how it ended, and of the refusal.
   */
  join({ identity, ...wish }: ClaimedJoin, joined: (refusal: GameError | null) => void = () => {}): void {
    const refused = (problem: unknown): void => {
      const error = this.#asRefusal(problem);
      this.#context.door.refused(this.#address, error);
      this.end(error);
      joined(error);
    };
    const takeSeat = (user: User | null): void => {
      // It may have gone while it was found out who it was.
      if (this.#isOver)
        return joined(new GameError('LINK_LOST', 'This connection has ended already.', { reason: 'over' }));
      try {
        const { tickRateHz } = this.#context.rooms.game(wish.game);
        const { door } = this.#context;
        this.#leaveSession = door.enter(user, this.#address, (error) => this.end(error));
        if (wish.way === 'create') door.checkOpening(user, this.#address);
        this.#seat = this.#context.rooms.join({ ...wish, user }, this.viewer);
        this.#budget.allowInputs(tickRateHz);
        this.#stopWaiting();
        this.#context.counters.joined();
        joined(null);
      } catch (problem) {
        refused(problem);
      }
    };
    try {
      if (this.#isJoining) throw alreadyJoined(this.#seat?.roomId ?? '');
      this.#isJoining = true;
      this.#context.door.checkJoin(this.#address, wish.way === 'return');
      const user = this.#context.door.identify(identity, this.#address);
      if (user === null) takeSeat(null);
      else user.then(takeSeat, refused);
    } catch (problem) {
      refused(problem);
    }
  }

  /** The seat. Throws NOT_JOINED before there is one. */
  seat(what: string): SeatHandle {
    if (this.#seat === null) {
      throw new GameError('NOT_JOINED', `A connection must join before it can send a ${what}.`, { what });
    }
    return this.#seat;
  }

  /**
   * Runs what a message asks for, after paying for it. A refusal is told to the client; where its code has a close code,
   * or where refusals come too often, the connection ends. A fault of ours is told as one, without its cause.
   */
  handle(sizeBytes: number, ask: () => void): void {
    if (!this.mayHear(sizeBytes)) return;
    try {
      ask();
    } catch (problem) {
      this.fail(problem);
    }
  }

  /** The first half of `handle`: pays for a message, and answers whether it is to be heard. What hearing it throws is for `fail`. */
  mayHear(sizeBytes: number): boolean {
    if (this.#isOver) return false;
    try {
      this.#budget.spendMessage(sizeBytes);
      this.#confirm();
      return true;
    } catch (problem) {
      this.fail(problem);
      return false;
    }
  }

  /** Handles what was thrown while serving this connection, as `handle` does. `tell` answers a request's own way. */
  fail(problem: unknown, tell: (error: GameError) => void = (refusal) => this.#refuse(refusal)): void {
    const error = this.#asRefusal(problem);
    try {
      if (ERRORS[error.code].closeCode !== null) this.end(error);
      else {
        this.#context.counters.count(error.code);
        // First, so that no number that was heard is without an answer.
        tell(error);
        this.#budget.spendRefusal();
      }
    } catch (limit) {
      this.end(this.#asRefusal(limit));
    }
  }

  /** Ends the connection from our side. Its seat is kept for the grace, as that of one whose line broke. */
  end(error: GameError): void {
    if (this.#isOver) return;
    const closeCode = ERRORS[error.code].closeCode ?? 1008;
    this.#isOver = true;
    this.#stopWaiting();
    const { code } = error;
    // Who leaves is not refused.
    if (code === 'LEFT') this.#context.log.info({ code, closeCode }, 'a connection was ended');
    else this.#context.counters.refused(code, 'a connection was ended', { code, closeCode });
    this.#speech.end(error, closeCode);
    this.#leave();
  }

  /** Ends it for what was thrown: told as a refusal, or as a fault of ours. */
  breakOff(problem: unknown): void {
    this.end(this.#asRefusal(problem));
  }

  /** The connection is gone. */
  gone(): void {
    this.#isOver = true;
    this.#stopWaiting();
    this.#leave();
  }

  #stopWaiting(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = null;
  }

  #leave(): void {
    this.#leaveSession();
    this.#seat?.drop();
  }

  /** What comes after the welcome shows that the client has it, and with it the token for coming back. */
  #confirm(): void {
    if (this.#isConfirmed || !this.viewer.hasBeenWelcomed) return;
    this.#isConfirmed = true;
    this.#seat?.confirm();
  }

  #refuse(error: GameError): void {
    this.viewer.afterWelcome(() => this.#speech.refuse(error));
  }

  #asRefusal(problem: unknown): GameError {
    if (isGameError(problem)) return problem;
    this.#context.log.error({ err: problem }, 'serving a connection failed');
    return new GameError('GAME_FAULT', 'The server failed to do this; its operator finds the details in the log.', {
      hook: 'gateway',
    });
  }
}

function alreadyJoined(roomId: string): GameError<'ALREADY_JOINED'> {
  return new GameError('ALREADY_JOINED', 'This connection has a seat already; one connection is one player.', {
    roomId,
  });
}
