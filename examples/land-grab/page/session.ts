/**
 * One person's stay on the server: joins, and where the seat is lost joins again, until told to stop. A line that breaks
 * is the client library's own business: it comes back to the seat by itself, after a reload of the page too.
 * The only file here that knows the client library. Callbacks never run inside `start` itself, and a session that was
 * left says nothing more.
 */
import { connect } from '@madang/client';
import { adviceFor, type ErrorCode, isGameError } from '@madang/core';
import { landGrab } from '../game.ts';
import type { Heading } from './yard/world.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 10_000;

const joinYard = (wish: { room?: string; name: string }) => connect().join(landGrab, wish);
export type YardRoom = Awaited<ReturnType<typeof joinYard>>;

/** Why we are not in a yard: a code of the server's inventory, or what the browser said. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

export type SessionState =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'playing'; readonly room: YardRoom }
  | { readonly state: 'lost'; readonly trouble: Trouble; readonly next: 'rejoin'; readonly retryAtMs: number }
  | { readonly state: 'lost'; readonly trouble: Trouble; readonly next: 'ask' | 'rename' | 'reload' };

export interface SessionEvents {
  changed(state: SessionState): void;
  /** The line of the room at play is broken and the seat is held, or it is mended: the client comes back by itself. */
  returning(isReturning: boolean): void;
  tick(room: YardRoom): void;
  captured(by: number, cells: number): void;
  roundOver(over: { winner: number; name: string; score: number; number: number }): void;
  message(from: number, text: string): void;
  /** The room asked for is not there any more; from now on any room will do. */
  roomForgotten(): void;
}

export class Session {
  readonly #name: string;
  readonly #events: SessionEvents;
  #roomId: string | null;
  #room: YardRoom | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heading: Heading = 'none';
  #left = false;

  constructor(wish: { name: string; roomId: string | null }, events: SessionEvents) {
    this.#name = wish.name;
    this.#roomId = wish.roomId;
    this.#events = events;
  }

  start(): void {
    void this.#join();
  }

  /** Tries at once instead of waiting for the back-off. Does nothing while in a yard or on the way. */
  hurry(): void {
    if (this.#timer === undefined || this.#left) return;
    clearTimeout(this.#timer);
    void this.#join();
  }

  leave(): void {
    this.#left = true;
    clearTimeout(this.#timer);
    void this.#room?.leave();
    this.#room = null;
  }

  /** Also remembered for the next yard: a key still held after a lost connection still means something. */
  steer(heading: Heading): void {
    this.#heading = heading;
    this.#room?.input({ dir: heading });
  }

  say(text: string): void {
    this.#room?.say(text);
  }

  async #join(): Promise<void> {
    this.#timer = undefined;
    this.#attempt += 1;
    await Promise.resolve();
    if (this.#left) return;
    this.#events.changed({ state: 'connecting', attempt: this.#attempt });
    try {
      const room = await joinYard(
        this.#roomId === null ? { name: this.#name } : { room: this.#roomId, name: this.#name },
      );
      if (this.#left) {
        void room.leave();
        return;
      }
      this.#enter(room);
    } catch (error) {
      if (!this.#left) this.#lose(error);
    }
  }

  #enter(room: YardRoom): void {
    this.#room = room;
    // Where the seat is gone the old room is still where the ground is.
    this.#roomId = room.id;
    // Joined means that a first state came: the server works.
    this.#attempt = 0;
    room.onState(() => {
      if (!this.#left) this.#events.tick(room);
    });
    room.on('captured', ({ by, cells }) => this.#events.captured(by, cells));
    room.on('roundOver', (over) => this.#events.roundOver(over));
    room.onMessage(({ from, message }) => {
      // In this game whoever speaks is named by the id of its stone.
      if (typeof message === 'string') this.#events.message(Number(from), message);
    });
    room.onConnection((connection) => {
      if (!this.#left && this.#room === room) this.#events.returning(connection === 'returning');
    });
    room.onClose((error) => {
      if (this.#left || this.#room !== room) return;
      this.#room = null;
      this.#lose(error);
    });
    this.#events.changed({ state: 'playing', room });
    if (room.connection === 'returning') this.#events.returning(true);
    // The state that came with joining was told to nobody yet, and in a still yard no other follows.
    this.#events.tick(room);
    if (this.#heading !== 'none') room.input({ dir: this.#heading });
  }

  #lose(error: unknown): void {
    const trouble = {
      code: isGameError(error) ? error.code : 'UNREACHABLE',
      message: error instanceof Error ? error.message : String(error),
    };
    const next = isGameError(error) ? nextAfter(error.code) : 'rejoin';
    if (isGameError(error) && adviceFor(error.code) === 'choose-another-room') {
      this.#roomId = null;
      this.#events.roomForgotten();
    }
    if (next !== 'rejoin') {
      this.#events.changed({ state: 'lost', trouble, next });
      return;
    }
    const waitMs = backoffMs(this.#attempt, Math.random());
    this.#timer = setTimeout(() => void this.#join(), waitMs);
    this.#events.changed({ state: 'lost', trouble, next, retryAtMs: performance.now() + waitMs });
  }
}

/** Whether we come back by ourselves, and if not, what the player can do. */
export function nextAfter(code: ErrorCode): 'rejoin' | 'ask' | 'rename' | 'reload' {
  const advice = adviceFor(code);
  switch (advice) {
    case 'join-again':
    case 'retry-later':
    case 'choose-another-room':
      return 'rejoin';
    case 'update':
      return 'reload';
    case 'fix':
      return 'rename';
    case 'fix-code':
    case 'stop':
      return 'ask';
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
