/** What the bench asks of its players, and what they answer. */
import type { Setting } from '../setting.ts';

export type ServerName = 'madang' | 'colyseus' | 'socketio' | 'floor';

/** The players' process is started with this. */
export interface LoadStart {
  readonly server: ServerName;
  readonly port: number;
  readonly setting: Setting;
}

export type Order =
  /** So many players come into rooms of this kind, at most `atOnce` of them under way at any time, and stay. */
  | { readonly order: 'join'; readonly kind: string; readonly players: number; readonly atOnce: number }
  /** Everybody in rooms of this kind leaves. */
  | { readonly order: 'leave'; readonly kind: string }
  | Storm
  | { readonly order: 'read' };

/** Everybody in rooms of this kind is cut at once and comes back: to their seats, where the server gave them a token, or anew. */
export interface Storm {
  readonly order: 'storm';
  readonly kind: string;
  readonly way: 'return' | 'anew';
  readonly backoff: Backoff;
  readonly deadlineMs: number;
}

/** Full jitter: before try n a player waits for an even chance of 0 to min(capMs, baseMs x 2^n). */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /** A try that has led to nothing by then is given up. */
  readonly tryMs: number;
}

export interface Joined {
  readonly seconds: number;
  /** How often a player was refused or lost, and came again. */
  readonly setbacks: number;
  /** From the first packet of each to its first state, sorted. */
  readonly waitsMs: readonly number[];
  /** Share of its core that the load used meanwhile: near 1, it is the load that was measured. */
  readonly coreShare: number;
}

export interface Weathered {
  /** From the cut to the first state after it, sorted; those who were not back by the deadline are missing. */
  readonly backMs: readonly number[];
  /** Of them, those who sit in the seat they had. */
  readonly seatsKept: number;
  readonly tries: number;
  /** Why tries failed, and how often. */
  readonly setbacks: Readonly<Record<string, number>>;
  readonly coreShare: number;
}

/** Of the rooms of bystanders, since the last reading. */
export interface LoadReading {
  readonly players: number;
  readonly updates: number;
  readonly seconds: number;
  /** The longest that any of them was sent nothing. */
  readonly longestGapMs: number;
}
