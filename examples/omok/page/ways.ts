/** What the page needs of a server: ways into a room, and the room. `live-ways.ts` has them from @madang/client. */
import type { GameError, ValuesOf } from '@madang/core';
import type { Pace } from '../clock.ts';
import type { omok } from '../game.ts';
import type { SeenOmok } from '../state.ts';

type Commands = typeof omok.commands;
export type Command = keyof Commands;

/** A line of the chat. */
export interface Said {
  /** '' for the room itself. */
  readonly name: string;
  readonly text: string;
  readonly isMine: boolean;
}

/** A seat at a board, or a place beside it. Listeners are called until the room is closed. */
export interface OmokRoom {
  readonly id: string;
  /** What a friend comes in with. */
  readonly code: string;
  /** 0 for somebody who watches. */
  readonly seat: number;
  readonly state: SeenOmok;
  /** The server's tick that `state` is of. */
  readonly tick: number;
  readonly tickMs: number;
  readonly spectators: number;
  send<C extends Command>(command: C, payload: ValuesOf<Commands[C]>): void;
  /** Rejects with what the server has against it. */
  say(text: string): Promise<void>;
  /** State, or who is there, has changed. */
  onChange(run: () => void): void;
  onSaid(run: (said: Said) => void): void;
  /** The line was lost and is being found again by itself, or is back. */
  onReturning(run: (isReturning: boolean) => void): void;
  onClose(run: (reason: GameError) => void): void;
  leave(): Promise<void>;
}

export interface Wish {
  readonly name: string;
  readonly pace: Pace;
}

/** How far a search is; null for what is not known. */
export interface Progress {
  readonly position: number | null;
  readonly waiting: number | null;
  readonly estimatedWaitMs: number | null;
}

/** Each resolves with a room whose first state is here, and rejects with the server's refusal. */
export interface Ways {
  /** A room with an opponent, or one that an opponent will be sent to. Ends with `stop`. */
  find(wish: Wish, progress: (so: Progress) => void, stop: AbortSignal): Promise<OmokRoom>;
  /** A room of one's own, which only who has its code finds. */
  open(wish: Wish): Promise<OmokRoom>;
  /** A seat in the room of a code, or of an id; the one that this tab had, where it had one. */
  enter(code: string, wish: Wish): Promise<OmokRoom>;
  /** A place beside the board. */
  watch(code: string, wish: Wish): Promise<OmokRoom>;
}
