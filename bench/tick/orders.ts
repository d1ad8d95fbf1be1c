/** What the bench asks of its two processes, and what they answer. */

export type ServerOrder =
  /** Each tick does so many rounds of work from now on. */
  | { readonly order: 'work'; readonly rounds: number }
  /** Lateness is counted from here on. */
  | { readonly order: 'reset' }
  | { readonly order: 'read' };

export interface ServerReading {
  /** Of this process's own clock. */
  readonly nowMs: number;
  readonly cpuMs: number;
  /** How long it could have run and did not get its core; null where the system does not tell. */
  readonly waitedMs: number | null;
  /** As the system counts it, of all its cores; null where it does not. */
  readonly stolenMs: number | null;
  readonly rooms: readonly RoomReading[];
  readonly lateness: LatenessReading;
  /** What the work came to: what is told must have been done. */
  readonly workSum: number;
}

export interface RoomReading {
  readonly id: string;
  readonly nowMs: number;
  /** What the room's clock reads, in ticks: see `Room.position`. */
  readonly position: number;
  readonly tick: number;
  readonly slippedTicks: number;
}

/** From when a tick was due on its room's grid to where its rules begin. */
export interface LatenessReading {
  readonly ticks: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface LoadReading {
  readonly connected: number;
  readonly frames: number;
}
