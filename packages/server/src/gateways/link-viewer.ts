/**
 * What a room tells one connection, and when that goes out: nothing before the welcome, state only while the peer reads, the
 * whole of it where the client asked for that. What fails ends the connection and nothing else.
 */
import type { ChatLine, GameError, InputReport, PeopleFrame, RepairReason, WelcomeFrame } from '@madang/core';
import type { Clock } from '../ports/clock.ts';
import type { Answer } from '../room/seat-requests.ts';
import type { RoomEvent, RoomView, Said, Viewer } from '../room/viewer.ts';
import type { Limits } from './limits.ts';
import { Outbox } from './outbox.ts';
import type { Speech } from './speech.ts';

export interface LinkViewerContext {
  readonly clock: Clock;
  readonly limits: Limits;
  /** True where a rare turn of events is to happen: see ServerOptions. */
  readonly buggify: (point: string) => boolean;
}

/** The connection whose viewer this is. */
export interface ViewedLink {
  readonly isOver: boolean;
  /** Ends it for what was thrown while it was told something. */
  breakOff(problem: unknown): void;
  /** Answers what was refused to it. */
  fail(problem: unknown): void;
  end(error: GameError): void;
}

export class LinkViewer implements Viewer {
  readonly #context: LinkViewerContext;
  readonly #speech: Speech;
  readonly #link: ViewedLink;
  readonly #outbox: Outbox;
  /** What was to be told before the welcome, which is the first thing a client hears; null once it was. */
  #beforeWelcome: (() => void)[] | null = [];
  #repair: RepairReason | null = null;
  #isDivergenceOpen = false;
  #isResting = false;
  #wholeStateAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: LinkViewerContext, speech: Speech, link: ViewedLink) {
    this.#context = context;
    this.#speech = speech;
    this.#link = link;
    this.#outbox = new Outbox(context.clock, context.limits, speech);
  }

  get canReturn(): boolean {
    return this.#speech.more !== null;
  }

  get hasBeenWelcomed(): boolean {
    return this.#beforeWelcome === null;
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

  /** Tells something now, or behind the welcome. */
  afterWelcome(tell: () => void): void {
    if (this.#beforeWelcome === null) tell();
    else this.#beforeWelcome.push(tell);
  }

  welcome(welcome: WelcomeFrame, view: RoomView): void {
    this.#unlessOver(() => {
      this.#speech.welcome(welcome, view);
      this.#outbox.stateSent();
      const held = this.#beforeWelcome ?? [];
      this.#beforeWelcome = null;
      for (const tellNow of held) tellNow();
    });
  }

  // This and `timing` are called for each seat in each tick, so they make no functions.
  update(view: RoomView): void {
    if (this.#link.isOver) return;
    try {
      this.#update(view);
    } catch (problem) {
      this.#link.breakOff(problem);
    }
  }

  isAtRest(view: RoomView): boolean {
    return this.#outbox.isEmpty && (this.#isResting || (this.#repair === null && view.isAtRest));
  }

  #update(view: RoomView): void {
    const { buggify } = this.#context;
    const outbox = this.#outbox;
    if (!outbox.mayGo() || buggify('the peer is full')) return;
    if (this.#isResting) return outbox.drain();
    if (buggify('a needless repair')) this.#repair ??= 'checksum';
    const repair = this.#dueRepair();
    // One that missed something cannot use what builds on it.
    if (repair !== null || this.#repair !== 'gap') {
      this.#speech.update(view, repair);
      outbox.stateSent();
    }
    outbox.drain();
  }

  timing(report: InputReport): void {
    if (this.#link.isOver) return;
    try {
      // One that is full is told of its inputs when it reads again: what was would only mislead its clock then.
      if (this.#speech.timing !== null && this.#outbox.mayGo()) this.#speech.timing(report);
    } catch (problem) {
      this.#link.breakOff(problem);
    }
  }

  event(event: RoomEvent): void {
    this.#unlessOver(() => {
      if (this.#speech.event === null) return;
      const key = event.policy === 'latest' ? event.name : null;
      this.#outbox.send({ key, sizeBytes: event.frame().length, send: () => this.#speech.event?.(event) });
    });
  }

  said(said: Said): void {
    this.#unlessOver(() =>
      this.#outbox.send({ key: null, sizeBytes: said.frame().length, send: () => this.#speech.said(said) }),
    );
  }

  people(change: PeopleFrame): void {
    this.#unlessOver(() => this.#speech.more?.people(change));
  }

  chat(line: ChatLine): void {
    this.#unlessOver(() => {
      const { more } = this.#speech;
      if (more !== null) this.#outbox.send({ key: null, ...more.chat(line) });
    });
  }

  answer(number: number, answer: Answer): void {
    this.#unlessOver(() => this.afterWelcome(() => this.#speech.more?.answer(number, answer)));
  }

  refuse(error: GameError): void {
    this.#unlessOver(() => this.#link.fail(error));
  }

  end(error: GameError): void {
    this.#unlessOver(() => this.#link.end(error));
  }

  #unlessOver(tell: () => void): void {
    if (this.#link.isOver) return;
    try {
      tell();
    } catch (problem) {
      this.#link.breakOff(problem);
    }
  }

  /** What the client is to be sent whole now, if anything; it waits where it asks too often. */
  #dueRepair(): RepairReason | null {
    if (this.#repair === null) return null;
    const nowMs = this.#context.clock.nowMs();
    if (nowMs - this.#wholeStateAtMs < this.#context.limits.wholeStatePeriodMs) return null;
    const because = this.#repair;
    this.#repair = null;
    this.#wholeStateAtMs = nowMs;
    this.#isDivergenceOpen = because === 'checksum';
    return because;
  }
}
