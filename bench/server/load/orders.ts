/** What the bench asks of its players and its riders, and what they answer. Each is a process of its own; one order at a time. */
import type { ChurnFigures, RoundTrip, ServerId, Spread } from '../figures.ts';
import type { Setting } from '../setting.ts';

/** The players' process is started with this, as JSON, and says `{ ready: true }`. */
export interface LoadStart {
  readonly server: ServerId;
  readonly port: number;
  readonly setting: Setting;
}

export type LoadOrder =
  /** So many come, at most `atOnce` of them under way at any time, and stay. Watchers have no seat. */
  | { readonly order: 'join'; readonly players: number; readonly atOnce: number; readonly isWatching: boolean }
  /** So many of those who play leave. */
  | { readonly order: 'leave'; readonly players: number }
  /** A window begins, of which `read` will tell. */
  | { readonly order: 'reset' }
  | { readonly order: 'read' }
  /** So many come each second, and as many leave, evenly spread. Answered when it is over. */
  | { readonly order: 'churn'; readonly perSecond: number; readonly seconds: number };

/** The answer to `join`. */
export interface LoadJoined {
  readonly seconds: number;
  /** How often somebody was refused or lost and came again. */
  readonly setbacks: number;
  /** From the first packet of each to its first state, sorted. */
  readonly waitsMs: readonly number[];
  /** Null, or why not everybody came. */
  readonly failure: string | null;
}

/** The answer to `leave`. */
export interface LoadLeft {
  readonly left: number;
}

/** The answer to `reset`. */
export interface LoadReset {
  readonly players: number;
}

/** The answer to `read`: of the window since `reset`. */
export interface LoadReading {
  /** Who is there now. */
  readonly players: number;
  readonly seconds: number;
  /** The times that each was there, added up: players come and go. */
  readonly playerSeconds: number;
  /** State frames. */
  readonly frames: number;
  /** The bytes of the messages that those frames are. */
  readonly payloadBytes: number;
  /** All that came over the connections. */
  readonly wireBytes: number;
  /** Null where nobody got two frames. */
  readonly spacing: Spread | null;
  readonly coreShare: number;
  /** Who were lost though they had not left. */
  readonly lost: number;
  /** Why, and how often. */
  readonly losses: Readonly<Record<string, number>>;
}

/** The answer to `churn`. */
export type LoadChurned = ChurnFigures;

/** The riders' process is started with this, as JSON; it says `{ ready: true }` once all of them play. */
export interface RidersStart extends LoadStart {
  readonly riders: number;
}

export interface RidersOrder {
  readonly order: 'reset' | 'read';
}

/** The answer to `read`; the one to `reset` is anything. */
export interface RidersReading {
  /** States that riders got since `reset`. */
  readonly updates: number;
  /** Share of the moves seen that were right; null where none was seen. */
  readonly rightShare: number | null;
  /** Null where nothing was asked. */
  readonly roundTrip: RoundTrip | null;
}
