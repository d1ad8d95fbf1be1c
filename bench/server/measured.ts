/** What a run has measured so far, and what is asked of it. */
import type { CapacityFigures, Figures, ServerId } from './figures.ts';
import type { WorkloadId } from './workloads.ts';

export interface Measured {
  /** In the order in which they were measured; some more than once. */
  readonly cells: readonly Figures[];
  readonly capacities: readonly CapacityFigures[];
  readonly failures: readonly Failure[];
}

/** A server that did not start, or did not hold out. */
export interface Failure {
  readonly server: ServerId;
  readonly workload: WorkloadId;
  /** Null where it was its capacity that was looked for. */
  readonly players: number | null;
  readonly error: string;
}

/** The cell that counts: of those measured several times, the middle one by CPU per frame. Null where there is none. */
export function cellOf({ cells }: Measured, workload: WorkloadId, server: ServerId, players: number): Figures | null {
  const rounds = cells
    .filter((cell) => cell.workload === workload && cell.server === server && cell.players === players)
    .toSorted((a, b) => (a.cpuUsPerFrame ?? Number.POSITIVE_INFINITY) - (b.cpuUsPerFrame ?? Number.POSITIVE_INFINITY));
  return rounds[(rounds.length - 1) >> 1] ?? null;
}

/** How many clients the server takes; null where that was not found out, as where the first step was too many already. */
export function capacityOf({ capacities }: Measured, workload: WorkloadId, server: ServerId): CapacityFigures | null {
  const found = capacities.find((one) => one.workload === workload && one.server === server);
  return found === undefined || found.players === 0 ? null : found;
}

/** The number of clients that was the first step, and too many already: the server takes fewer. Null where it took them. */
export function tooManyFor({ capacities }: Measured, workload: WorkloadId, server: ServerId): number | null {
  const found = capacities.find((one) => one.workload === workload && one.server === server);
  return found?.players === 0 ? (found.steps[0]?.players ?? null) : null;
}
