/**
 * The line under a seat: opened, watched, and when it breaks opened again, until the seat is back or there is a reason to
 * stop. A line that says nothing is asked whether it lives: a browser does not tell of one whose other end is gone.
 *
 * Tries are spread by full jitter, so that the players of a server that was restarted do not come back all at once; who is
 * told to wait waits. Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
import { adviceFor, type ErrorCode, GameError, isErrorCode } from '@madang/core';
import type { Attention } from './attention.ts';
import type { Link, LinkEvents } from './link.ts';
import type { Timers } from './timers.ts';

/** The first wait is up to this, each further one up to twice as long, and none longer than the last. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** A line that lived for so long was a good one: tries are counted anew. */
const STEADY_MS = 10_000;

/** How long a seat is asked for at least, however short it is held: a server may be starting again. */
const LEAST_TRYING_MS = 30_000;

/** How long a line may take to open and to lead to a state. */
const OPENING_MS = 10_000;

/**
 * Silence after which the line is asked whether it lives, how long it may take to answer, and how often this is looked at: a line
 * whose other end is gone is given up within 14 s.
 */
const SILENT_MS = 4_000;
const ANSWER_MS = 6_000;
const WATCH_PERIOD_MS = 2_000;

/** Ends of a line that say nothing against coming back at once. */
const BREAKS: readonly ErrorCode[] = ['LINK_LOST', 'TOO_SLOW', 'JOIN_TIMEOUT', 'PARTIAL_MESSAGE'];

/** What a line needs, and what it tells. */
export interface SeatLineOptions {
  readonly timers: Timers;
  readonly attention: Attention;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly open: (on: LinkEvents) => Link;
  /** The frame that a line is opened with: to join at first, to come back afterwards. Must not reject. */
  request(): Promise<Uint8Array>;
  /** A frame that asks whether the other side lives. */
  ping(): Uint8Array;
  frame(frame: Uint8Array): void;
  /** The line broke, and the seat is asked for again. */
  broke(): void;
  /** The seat is gone. */
  ended(reason: GameError): void;
}

export class SeatLine {
  /** Why the server ends the line, until it is closed. */
  reason: GameError | null = null;
  /** How long the seat is held; null while there is none. */
  graceMs: number | null = null;
  readonly #options: SeatLineOptions;
  #link: Link | null = null;
  #state: 'opening' | 'open' | 'waiting' | 'over' = 'opening';
  #tries = 0;
  #settledAtMs = 0;
  #brokeAtMs = 0;
  /** Until then the server wants nobody to come back. */
  #notBeforeMs = 0;
  #heardAtMs = 0;
  #askedAtMs: number | null = null;
  /** The seat was given up: whatever becomes of the line, this is how it ended. */
  #left: GameError | null = null;
  #cancelTimer = (): void => {};
  #stopAttending = (): void => {};

  constructor(options: SeatLineOptions) {
    this.#options = options;
  }

  /** Opens the line. What it tells comes later, never before this returns. */
  open(): void {
    const { open, request, timers } = this.#options;
    const isMine = (): boolean => this.#link === link;
    const link: Link = open({
      open: () => {
        request().then(
          (frame) => {
            if (isMine()) link.send(frame);
          },
          (problem: unknown) => {
            const reason = `what was asked cannot be sent: ${String(problem)}`;
            if (isMine()) this.give(new GameError('BAD_MESSAGE', 'This cannot be asked of a server.', { reason }));
          },
        );
      },
      frame: (frame) => {
        if (!isMine()) return;
        this.#heardAtMs = timers.nowMs();
        this.#askedAtMs = null;
        this.#options.frame(frame);
      },
      closed: (closeCode, reason) => {
        if (isMine()) this.#closed(this.reason ?? reasonOf(closeCode, reason));
      },
    });
    this.#link = link;
    this.#state = 'opening';
    this.#setTimer(OPENING_MS, () => this.#cut());
  }

  /** The seat is there, or back. */
  settled(graceMs: number): void {
    const { attention, timers } = this.#options;
    if (this.graceMs === null) this.#stopAttending = attention.onOnline(() => this.#moved());
    this.graceMs = graceMs;
    this.#state = 'open';
    this.#settledAtMs = timers.nowMs();
    this.#watch();
  }

  /** Sends now or not at all. */
  send(frame: Uint8Array): void {
    if (this.#state === 'open') this.#link?.send(frame);
  }

  /** Somebody looks again: tries at once, unless the server wants it to wait, or asks whether the other side lives. */
  hurry(): void {
    if (this.#state === 'open') this.#ask();
    else if (this.#state === 'waiting' && this.#options.timers.nowMs() >= this.#notBeforeMs) this.open();
  }

  /**
   * The machine has a network again, perhaps another one: what was sent on the line of before may be seconds from being sent
   * again, if it ever is. Another line is there sooner.
   */
  #moved(): void {
    if (this.#state === 'open') this.#cut();
    else this.hurry();
  }

  /** True while there is a seat and a line to it. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Gives the seat up: says so where there is a line, and lets it run out where there is none. */
  leave(goodbye: Uint8Array, roomId: string): void {
    if (this.#left !== null) return;
    this.#left = new GameError('LEFT', `You left room ${roomId}.`, { roomId });
    if (this.#state !== 'open') return this.#cut();
    this.send(goodbye);
    this.#setTimer(ANSWER_MS, () => this.#cut());
  }

  /** Gives the line up for a reason that is not its own. */
  give(reason: GameError): void {
    this.reason = reason;
    this.#cut();
  }

  #watch(): void {
    const { timers, attention } = this.#options;
    const dueMs = timers.nowMs() + WATCH_PERIOD_MS;
    this.#setTimer(WATCH_PERIOD_MS, () => {
      const nowMs = timers.nowMs();
      // Whoever sleeps hears no answer: one that slept asks anew.
      if (nowMs - dueMs > WATCH_PERIOD_MS) this.#askedAtMs = null;
      if (this.#askedAtMs !== null && nowMs - this.#askedAtMs > ANSWER_MS) return this.#cut();
      // Timers of a page that nobody looks at hardly run: it asks when it is seen again.
      if (nowMs - this.#heardAtMs > SILENT_MS && !attention.isHidden) this.#ask();
      this.#watch();
    });
  }

  #ask(): void {
    if (this.#askedAtMs !== null) return;
    this.#askedAtMs = this.#options.timers.nowMs();
    this.send(this.#options.ping());
  }

  /** Gives up a line that does not answer, without waiting for it to notice. */
  #cut(): void {
    const link = this.#link;
    this.#link = null;
    link?.close();
    const reason = 'it does not answer';
    this.#closed(this.reason ?? new GameError('LINK_LOST', 'The line to the server does not answer.', { reason }));
  }

  #closed(reason: GameError): void {
    if (this.#state === 'over') return;
    const { timers, random, broke, ended } = this.#options;
    const nowMs = timers.nowMs();
    this.#link = null;
    this.reason = null;
    this.#askedAtMs = null;
    const wasOpen = this.#state === 'open';
    if (wasOpen) {
      this.#brokeAtMs = nowMs;
      // A server that says that it stops is as good as gone: the next one is tried as if for the first time.
      const isAnew = reason.code === 'SERVER_STOPPING' || nowMs - this.#settledAtMs >= STEADY_MS;
      if (isAnew) this.#tries = 0;
    }
    const tryingMs = Math.max(this.graceMs ?? 0, LEAST_TRYING_MS);
    const mayReturn = this.graceMs !== null && this.#left === null && mayComeBack(reason.code, wasOpen);
    if (!mayReturn || nowMs - this.#brokeAtMs >= tryingMs) {
      this.#state = 'over';
      this.#cancelTimer();
      this.#stopAttending();
      return ended(this.#left ?? reason);
    }
    this.#state = 'waiting';
    const askedMs = askedWaitMs(reason);
    this.#notBeforeMs = nowMs + askedMs;
    const atMostMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries++);
    this.#setTimer(askedMs + random() * atMostMs, () => this.open());
    if (wasOpen) broke();
  }

  #setTimer(afterMs: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.timers.after(afterMs, run);
  }
}

/** Who it was has expired with an open line: the next may show who it is anew. One that is refused for it has shown that. */
function mayComeBack(code: ErrorCode, wasOpen: boolean): boolean {
  return BREAKS.includes(code) || adviceFor(code) === 'retry-later' || (wasOpen && code === 'SESSION_EXPIRED');
}

/** How long the server asks to wait. */
function askedWaitMs({ details }: GameError): number {
  const waitMs = 'retryAfterMs' in details ? details.retryAfterMs : 0;
  return typeof waitMs === 'number' && waitMs > 0 ? Math.min(waitMs, LEAST_TRYING_MS) : 0;
}

/** What a close says by itself, where no refusal came before it: its reason is the code of the error that caused it. */
function reasonOf(closeCode: number, reason: string): GameError {
  const code: ErrorCode = isErrorCode(reason) ? reason : closeCode === 1009 ? 'MESSAGE_TOO_LARGE' : 'LINK_LOST';
  return new GameError(code, `The line to the server is gone (close code ${closeCode}).`, {
    reason: `close code ${closeCode}`,
  });
}
