/**
 * One person's stay: looks for an opponent, or opens a room, or enters one; sits in it; comes back after a lost
 * connection until told to stop. Callbacks never run inside `start` itself, and a session that was left says no more.
 */
import { adviceFor, type ErrorCode, isGameError } from '@madang/core';
import type { OmokRoom, Progress, Said, Ways, Wish } from './ways.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 10_000;

/** How to come to a board. */
export type Errand =
  | { readonly way: 'find' }
  | { readonly way: 'open' }
  | { readonly way: 'enter' | 'watch'; readonly code: string };

/** Why we are at no board: a code of the server's inventory, or what the browser said. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/**
 * What the player can do about trouble: `menu` (nothing but begin anew), `rename`, `reload`, `otherTab` where another
 * tab plays on this seat, `watch` where both seats are taken.
 */
export type Remedy = 'menu' | 'rename' | 'reload' | 'otherTab' | 'watch';

export type SessionState =
  | { readonly state: 'finding'; readonly sinceMs: number; readonly progress: Progress }
  | { readonly state: 'entering' }
  | { readonly state: 'seated'; readonly room: OmokRoom }
  /**
   * `room` is as it was seen last, null where none has been reached yet; `retryAtMs` is when it is tried again, null
   * where that goes on by itself.
   */
  | {
      readonly state: 'returning';
      readonly room: OmokRoom | null;
      readonly trouble: Trouble;
      readonly retryAtMs: number | null;
    }
  | { readonly state: 'stopped'; readonly trouble: Trouble; readonly remedy: Remedy };

export interface SessionEvents {
  changed(state: SessionState): void;
  /** What is to be seen in the room has changed. */
  seen(room: OmokRoom): void;
  said(line: Said): void;
}

const UNKNOWN: Progress = { position: null, waiting: null, estimatedWaitMs: null };

export class Session {
  readonly #ways: Ways;
  readonly #wish: Wish;
  readonly #events: SessionEvents;
  readonly #stop = new AbortController();
  /** A room once reached is come back to, however it was reached. */
  #errand: Errand;
  #room: OmokRoom | null = null;
  #lastRoom: OmokRoom | null = null;
  #attempt = 0;
  #sinceMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ways: Ways, wish: Wish, errand: Errand, events: SessionEvents) {
    this.#ways = ways;
    this.#wish = wish;
    this.#errand = errand;
    this.#events = events;
  }

  get room(): OmokRoom | null {
    return this.#room;
  }

  start(): void {
    this.#sinceMs = performance.now();
    void this.#go();
  }

  /** Tries at once instead of waiting for the back-off. Does nothing while seated or on the way. */
  hurry(): void {
    if (this.#timer === undefined || this.#hasLeft) return;
    clearTimeout(this.#timer);
    void this.#go();
  }

  leave(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    void this.#room?.leave();
    this.#room = null;
  }

  get #hasLeft(): boolean {
    return this.#stop.signal.aborted;
  }

  async #go(): Promise<void> {
    this.#timer = undefined;
    this.#attempt += 1;
    await Promise.resolve();
    if (this.#hasLeft) return;
    // While a lost room is looked for, it stays on screen.
    if (this.#lastRoom === null)
      this.#say(this.#errand.way === 'find' ? this.#finding(UNKNOWN) : { state: 'entering' });
    try {
      const room = await this.#reach();
      if (this.#hasLeft) void room.leave();
      else this.#sit(room);
    } catch (error) {
      if (!this.#hasLeft) this.#lose(error);
    }
  }

  #reach(): Promise<OmokRoom> {
    const errand = this.#errand;
    switch (errand.way) {
      case 'find':
        return this.#ways.find(this.#wish, (progress) => this.#say(this.#finding(progress)), this.#stop.signal);
      case 'open':
        return this.#ways.open(this.#wish);
      case 'enter':
        return this.#ways.enter(errand.code, this.#wish);
      case 'watch':
        return this.#ways.watch(errand.code, this.#wish);
      default:
        return errand satisfies never;
    }
  }

  #finding(progress: Progress): SessionState {
    return { state: 'finding', sinceMs: this.#sinceMs, progress };
  }

  #sit(room: OmokRoom): void {
    this.#room = room;
    this.#lastRoom = room;
    this.#errand = { way: room.seat === 0 ? 'watch' : 'enter', code: room.id };
    this.#attempt = 0;
    room.onChange(() => {
      if (this.#room === room) this.#events.seen(room);
    });
    room.onSaid((line) => {
      if (this.#room === room) this.#events.said(line);
    });
    room.onReturning((isReturning) => {
      if (this.#room !== room) return;
      const trouble = { code: 'LINK_LOST', message: '' };
      this.#say(isReturning ? { state: 'returning', room, trouble, retryAtMs: null } : { state: 'seated', room });
    });
    room.onClose((error) => {
      if (this.#room !== room) return;
      this.#room = null;
      this.#lose(error);
    });
    this.#say({ state: 'seated', room });
    // The state that came with joining was told to nobody yet, and on a still board no other follows.
    if (!this.#hasLeft) this.#events.seen(room);
  }

  #lose(error: unknown): void {
    const trouble = {
      code: isGameError(error) ? error.code : 'UNREACHABLE',
      message: error instanceof Error ? error.message : String(error),
    };
    const next = isGameError(error) ? nextAfter(error.code) : 'return';
    if (next !== 'return') {
      this.#lastRoom = null;
      this.#say({ state: 'stopped', trouble, remedy: next });
      return;
    }
    const waitMs = backoffMs(this.#attempt, Math.random());
    this.#timer = setTimeout(() => void this.#go(), waitMs);
    this.#say({ state: 'returning', room: this.#lastRoom, trouble, retryAtMs: performance.now() + waitMs });
  }

  #say(state: SessionState): void {
    if (!this.#hasLeft) this.#events.changed(state);
  }
}

/** Whether we come back by ourselves, and if not, what the player can do. No other room is the one that was meant. */
export function nextAfter(code: ErrorCode): 'return' | Remedy {
  if (code === 'REPLACED') return 'otherTab';
  if (code === 'ROOM_FULL') return 'watch';
  const advice = adviceFor(code);
  switch (advice) {
    case 'join-again':
    case 'retry-later':
      return 'return';
    case 'update':
      return 'reload';
    case 'fix':
      return 'rename';
    case 'choose-another-room':
    case 'fix-code':
    case 'stop':
      return 'menu';
    default:
      return advice satisfies never;
  }
}

/**
 * Exponential back-off with full jitter: after a restart everybody comes back spread out, not at once.
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function backoffMs(attempt: number, chance: number): number {
  return chance * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 20));
}
