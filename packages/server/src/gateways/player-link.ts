/**
 * One player's connection, whatever it speaks: its seat, its allowances, and the one way in which it ends. Gateways
 * differ in how they read and write; what may be asked, how often, and what happens when it fails is here, once.
 */
import { ERRORS, GameError, isGameError, type JsonValue } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { JoinWish, Rooms } from '../room/rooms.ts';
import type { RoomEvent, RoomUpdate, SeatHandle, Viewer, Welcome } from '../room/viewer.ts';
import { JOIN_TIMEOUT_MS } from './limits.ts';
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

  /** Takes a seat. Throws what `Rooms.join` throws, ALREADY_JOINED for a second seat. */
  join(wish: JoinWish): void {
    if (this.#isOver) throw new GameError('LINK_LOST', 'This connection has ended already.', { reason: 'it is over' });
    if (this.#seat !== null) {
      throw new GameError('ALREADY_JOINED', 'This connection has a seat already; one connection is one player.', {
        roomId: this.#seat.roomId,
      });
    }
    this.#seat = this.#context.rooms.join(wish, this.#viewer());
    this.#cancelTimeout();
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
   * where refusals come too often, or where it is no refusal but a fault of ours, the connection ends. Answers the refusal.
   */
  handle(sizeBytes: number, ask: () => void): GameError | null {
    if (this.#isOver) return null;
    try {
      this.#budget.spendMessage(sizeBytes);
      ask();
      return null;
    } catch (problem) {
      return this.fail(problem);
    }
  }

  /** Handles what was thrown while serving this connection, as `handle` does. `tell` answers a request's own way. */
  fail(problem: unknown, tell: (error: GameError) => void = (refusal) => this.#refuse(refusal)): GameError {
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
    return error;
  }

  /** The next update brings the whole state, whatever this client was sent. */
  repair(): void {
    this.#isBehind = true;
  }

  /** Ends the connection from our side; the seat is given up. */
  end(error: GameError): void {
    if (this.#isOver) return;
    const closeCode = ERRORS[error.code].closeCode ?? 1008;
    this.#isOver = true;
    this.#cancelTimeout();
    this.#context.log.info({ code: error.code, closeCode }, 'a connection was ended');
    this.#speech.end(error, closeCode);
    // A peer that is cut for its own doings keeps its seat for the grace, as one whose line broke.
    this.#seat?.drop();
  }

  /** The connection is gone. */
  gone(): void {
    this.#isOver = true;
    this.#cancelTimeout();
    this.#seat?.drop();
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
          if (!this.#outbox.mayGo()) {
            this.#isBehind = true;
            return;
          }
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
