/**
 * One player's connection, whatever it speaks: its seat, its allowances, and the one way in which it ends. Gateways
 * differ in how they read and write; what may be asked, how often, and what happens when it fails is here, once.
 */
import {
  type ChatLine,
  ERRORS,
  GameError,
  type InputReport,
  isGameError,
  type PeopleFrame,
  type RepairReason,
  type WelcomeFrame,
} from '@madang/core';
import type { Logger } from 'pino';
import type { User } from '../identity/user.ts';
import type { Counters } from '../node/counters.ts';
import type { Clock } from '../ports/clock.ts';
import type { JoinWish, Rooms } from '../room/rooms.ts';
import type { Answer } from '../room/seat-requests.ts';
import type { RoomEvent, RoomView, Said, SeatHandle, Viewer } from '../room/viewer.ts';
import { afterAwake } from './awake-time.ts';
import type { Door } from './door.ts';
import type { Limits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { PeerBudget } from './peer-budget.ts';

/** How a gateway speaks to its client. */
export interface Speech {
  readonly bufferedBytes: number;
  /** What is for clients that can come back to their seats, and hear of more than the game; null for those of JSON gateways. */
  readonly more: MoreSpeech | null;
  welcome(welcome: WelcomeFrame, view: RoomView): void;
  /** Sends what changed; also called when nothing did. The whole state where the client asked for it, and why. */
  update(view: RoomView, repair: RepairReason | null): void;
  /** Null for a gateway whose clients have no clock of their own. */
  readonly timing: ((report: InputReport) => void) | null;
  /** Null where this gateway carries no events. */
  readonly event: ((event: RoomEvent) => void) | null;
  said(said: Said): void;
  /** A refusal after which the connection stays open. */
  refuse(error: GameError): void;
  /** The connection's end: tells why and closes with `closeCode`. */
  end(error: GameError, closeCode: number): void;
}

/** What only the native protocol has words for. */
export interface MoreSpeech {
  people(change: PeopleFrame): void;
  /** As bytes it takes, for what may wait. */
  chat(line: ChatLine): { readonly sizeBytes: number; send(): void };
  answer(number: number, answer: Answer): void;
}

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

export class PlayerLink {
  readonly #context: LinkContext;
  readonly #speech: Speech;
  readonly #budget: PeerBudget;
  readonly #outbox: Outbox;
  readonly #cancelTimeout: () => void;
  readonly #address: string;
  #seat: SeatHandle | null = null;
  /** True from the join on, also while it is found out who joins. */
  #isJoining = false;
  /** True once the client has spoken after its welcome. */
  #isConfirmed = false;
  #leaveSession = (): void => {};
  /** What was to be told before the welcome, which is the first thing a client hears; null once it was. */
  #beforeWelcome: (() => void)[] | null = [];
  #repair: RepairReason | null = null;
  #isDivergenceOpen = false;
  #isResting = false;
  #wholeStateAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** `address` is where the connection comes from. */
  constructor(context: LinkContext, speech: Speech, address: string) {
    this.#context = context;
    this.#address = address;
    this.#speech = speech;
    const { clock, limits } = context;
    const { joinTimeoutMs: afterMs } = limits;
    this.#budget = new PeerBudget(clock, limits);
    this.#outbox = new Outbox(clock, limits, () => speech.bufferedBytes);
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
        this.#seat = this.#context.rooms.join({ ...wish, user }, this.#viewer());
        this.#budget.allowInputs(tickRateHz);
        this.#cancelTimeout();
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
    if (this.#isOver) return;
    try {
      this.#budget.spendMessage(sizeBytes);
      this.#confirm();
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
        this.#context.counters.count(error.code);
        // First, so that no number that was heard is without an answer.
        tell(error);
        this.#budget.spendRefusal();
      }
    } catch (limit) {
      this.end(this.#asRefusal(limit));
    }
  }

  /** The whole state is sent soon, whatever this client was sent before. One that rests is awake again. */
  repair(because: RepairReason): void {
    this.#isResting = false;
    this.#repair = because;
  }

  /** Nobody looks: no state is sent until the client asks for the whole of it. Events and messages still are. */
  rest(): void {
    this.#isResting = true;
  }

  /** True once after each repair of a copy whose checksum was wrong: only then is there something to tell of it. */
  mayTellDivergence(): boolean {
    const mayTell = this.#isDivergenceOpen;
    this.#isDivergenceOpen = false;
    return mayTell;
  }

  /** Ends the connection from our side. Its seat is kept for the grace, as that of one whose line broke. */
  end(error: GameError): void {
    if (this.#isOver) return;
    const closeCode = ERRORS[error.code].closeCode ?? 1008;
    this.#isOver = true;
    this.#cancelTimeout();
    const { code } = error;
    // Who leaves is not refused.
    if (code === 'LEFT') this.#context.log.info({ code, closeCode }, 'a connection was ended');
    else this.#context.counters.refused(code, 'a connection was ended', { code, closeCode });
    this.#speech.end(error, closeCode);
    this.#leave();
  }

  /** The connection is gone. */
  gone(): void {
    this.#isOver = true;
    this.#cancelTimeout();
    this.#leave();
  }

  #leave(): void {
    this.#leaveSession();
    this.#seat?.drop();
  }

  /** What comes after the welcome shows that the client has it, and with it the token for coming back. */
  #confirm(): void {
    if (this.#isConfirmed || this.#beforeWelcome !== null) return;
    this.#isConfirmed = true;
    this.#seat?.confirm();
  }

  /** What the client is to be sent whole now, if anything; it waits where it asks too often. */
  #dueRepair(): RepairReason | null {
    const nowMs = this.#context.clock.nowMs();
    if (this.#repair === null || nowMs - this.#wholeStateAtMs < this.#context.limits.wholeStatePeriodMs) return null;
    const because = this.#repair;
    this.#repair = null;
    this.#wholeStateAtMs = nowMs;
    this.#isDivergenceOpen = because === 'checksum';
    return because;
  }

  #refuse(error: GameError): void {
    this.#afterWelcome(() => this.#speech.refuse(error));
  }

  #afterWelcome(tell: () => void): void {
    if (this.#beforeWelcome === null) tell();
    else this.#beforeWelcome.push(tell);
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
    const { more } = speech;
    return {
      canReturn: more !== null,
      welcome: (welcome, view) =>
        unlessOver(() => {
          this.#outbox.sendState(() => speech.welcome(welcome, view));
          const held = this.#beforeWelcome ?? [];
          this.#beforeWelcome = null;
          for (const tellNow of held) tellNow();
        }),
      update: (view) =>
        unlessOver(() => {
          if (!this.#outbox.mayGo() || this.#context.buggify('the peer is full')) return;
          if (this.#isResting) return this.#outbox.drain();
          if (this.#context.buggify('a needless repair')) this.#repair ??= 'checksum';
          const repair = this.#dueRepair();
          // One that missed something cannot use what builds on it.
          if (repair !== null || this.#repair !== 'gap') this.#outbox.sendState(() => speech.update(view, repair));
          this.#outbox.drain();
        }),
      timing: (report) =>
        unlessOver(() => {
          // One that is full is told of its inputs when it reads again: what was would only mislead its clock then.
          if (speech.timing !== null && this.#outbox.mayGo()) speech.timing(report);
        }),
      event: (event) =>
        unlessOver(() => {
          if (speech.event === null) return;
          const key = event.policy === 'latest' ? event.name : null;
          this.#outbox.send({ key, sizeBytes: event.frame().length, send: () => speech.event?.(event) });
        }),
      said: (said) =>
        unlessOver(() =>
          this.#outbox.send({ key: null, sizeBytes: said.frame().length, send: () => speech.said(said) }),
        ),
      people: (change) => unlessOver(() => more?.people(change)),
      chat: (line) =>
        unlessOver(() => {
          if (more !== null) this.#outbox.send({ key: null, ...more.chat(line) });
        }),
      answer: (number, answer) => unlessOver(() => this.#afterWelcome(() => more?.answer(number, answer))),
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
