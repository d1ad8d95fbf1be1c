/**
 * One player's connection, whatever it speaks: its seat, its allowances, and the one way in which it ends. Gateways
 * differ in how they read and write; what may be asked, how often, and what happens when it fails is here, once.
 */
import { ERRORS, GameError, isGameError, type JsonValue } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { JoinWish, Rooms } from '../room/rooms.ts';
import type { RoomEvent, RoomUpdate, SeatHandle, Viewer, Welcome } from '../room/viewer.ts';
import { JOIN_TIMEOUT_MS, WHOLE_STATE_PERIOD_MS } from './limits.ts';
import { Outbox } from './outbox.ts';
import { PeerBudget } from './peer-budget.ts';

/** How a gateway speaks to its client. */
export interface Speech {
  readonly bufferedBytes: number;
  welcome(welcome: Welcome, update: RoomUpdate): void;
  /** Sends what changed; also called when nothing did. `isBehind` after updates that had to wait. */
  update(update: RoomUpdate, isBehind: boolean): void;
  event(event: RoomEvent): void;
  said(from: string, message: JsonValue): void;
  /** A refusal after which the connection stays open. */
  refuse(error: GameError): void;
  /** The connection's end: tells why and closes with `closeCode`. */
  end(error: GameError, closeCode: number): void;
}

/** What a connection needs to know of its server. */
export interface LinkContext {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly log: Logger;
}

export class PlayerLink {
  readonly #context: LinkContext;
  readonly #speech: Speech;
  readonly #budget: PeerBudget;
  readonly #outbox: Outbox;
  readonly #cancelTimeout: () => void;
  #seat: SeatHandle | null = null;
  /** Refusals of what came before the welcome, which is the first thing a client hears; null once it was. */
  #beforeWelcome: GameError[] | null = [];
  #isBehind = false;
  #wholeStateAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(context: LinkContext, speech: Speech) {
    this.#context = context;
    this.#speech = speech;
    this.#budget = new PeerBudget(context.clock);
    this.#outbox = new Outbox(context.clock, () => speech.bufferedBytes);
    this.#cancelTimeout = context.clock.after(JOIN_TIMEOUT_MS, () => {
      this.end(
        new GameError('JOIN_TIMEOUT', `No join came within ${JOIN_TIMEOUT_MS} ms.`, { afterMs: JOIN_TIMEOUT_MS }),
      );
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Takes a seat. A refusal ends the connection, as does asking for a second seat: there is nothing else it could do.
   * Answers the refusal.
   */
  join(wish: JoinWish): GameError | null {
    if (this.#isOver) return new GameError('LINK_LOST', 'This connection has ended already.', { reason: 'it is over' });
    try {
      if (this.#seat !== null) throw alreadyJoined(this.#seat.roomId);
      this.#seat = this.#context.rooms.join(wish, this.#viewer());
      this.#cancelTimeout();
      return null;
    } catch (problem) {
      const error = this.#asRefusal(problem);
      this.end(error);
      return error;
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
    if (this.#isOver) return;
    try {
      this.#budget.spendMessage(sizeBytes);
      ask();
    } catch (problem) {
      this.fail(problem);
    }
  }

  /** Handles what was thrown while serving this connection, as `handle` does. `tell` answers a request's own way. */
  fail(problem: unknown, tell: (error: GameError) => void = (refusal) => this.#refuse(refusal)): void {
    const error = this.#asRefusal(problem);
    try {
      if (ERRORS[error.code].closeCode !== null) this.end(error);
      else {
        this.#budget.spendRefusal();
        tell(error);
      }
    } catch (limit) {
      this.end(this.#asRefusal(limit));
    }
  }

  /** The whole state is sent with an update soon, whatever this client was sent before. */
  repair(): void {
    this.#isBehind = true;
  }

  /** Ends the connection from our side. Its seat is kept for the grace, as that of one whose line broke. */
  end(error: GameError): void {
    if (this.#isOver) return;
    const closeCode = ERRORS[error.code].closeCode ?? 1008;
    this.#isOver = true;
    this.#cancelTimeout();
    this.#context.log.info({ code: error.code, closeCode }, 'a connection was ended');
    this.#speech.end(error, closeCode);
    this.#seat?.drop();
  }

  /** The connection is gone. */
  gone(): void {
    this.#isOver = true;
    this.#cancelTimeout();
    this.#seat?.drop();
  }

  /** True when a peer that is behind may be sent the whole state now. */
  #mayCatchUp(): boolean {
    const nowMs = this.#context.clock.nowMs();
    if (!this.#outbox.mayGo() || nowMs - this.#wholeStateAtMs < WHOLE_STATE_PERIOD_MS) return false;
    this.#wholeStateAtMs = nowMs;
    return true;
  }

  #refuse(error: GameError): void {
    if (this.#beforeWelcome === null) this.#speech.refuse(error);
    else this.#beforeWelcome.push(error);
  }

  #asRefusal(problem: unknown): GameError {
    if (isGameError(problem)) return problem;
    this.#context.log.error({ err: problem }, 'serving a connection failed');
    return new GameError('GAME_FAULT', 'The server failed to do this; its operator finds the details in the log.', {
      hook: 'gateway',
    });
  }

  #viewer(): Viewer {
    const speech = this.#speech;
    const unlessOver = (tell: () => void): void => {
      if (this.#isOver) return;
      try {
        tell();
      } catch (problem) {
        this.end(this.#asRefusal(problem));
      }
    };
    return {
      welcome: (welcome, update) =>
        unlessOver(() => {
          speech.welcome(welcome, update);
          const held = this.#beforeWelcome ?? [];
          this.#beforeWelcome = null;
          for (const error of held) speech.refuse(error);
        }),
      update: (update) =>
        unlessOver(() => {
          this.#isBehind ||= !this.#outbox.mayGo();
          if (this.#isBehind && !this.#mayCatchUp()) return;
          speech.update(update, this.#isBehind);
          this.#isBehind = false;
        }),
      event: (event) => unlessOver(() => this.#outbox.mayGo() && speech.event(event)),
      said: (from, message) => unlessOver(() => this.#outbox.mayGo() && speech.said(from, message)),
      refuse: (error) => unlessOver(() => void this.fail(error)),
      end: (error) => unlessOver(() => this.end(error)),
    };
  }
}

function alreadyJoined(roomId: string): GameError<'ALREADY_JOINED'> {
  return new GameError('ALREADY_JOINED', 'This connection has a seat already; one connection is one player.', {
    roomId,
  });
}
