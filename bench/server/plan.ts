/** What is run, in which order, and about how long it takes: the whole within 35 minutes. */
import { SERVER_IDS, type ServerId } from './figures.ts';
import { isOurs } from './names.ts';
import type { WorkloadId } from './workloads.ts';

/** One server, started for this, measured, and ended. */
export interface Turn {
  readonly workload: WorkloadId;
  readonly server: ServerId;
  /** Null where it is the capacity that is looked for. */
  readonly players: number | null;
  readonly measuredMs: number;
  readonly estimatedSeconds: number;
}

export interface PlanOptions {
  /** All where there are none. */
  readonly only: readonly string[];
  readonly servers: readonly string[];
  readonly peerOnly: boolean;
  /** Windows are shorter by this, and nothing is measured more than once. */
  readonly haste: number;
}

/** Compared by goals with narrow limits, so measured three times, in turn: here at 2,000 players. */
const REPEATED: readonly ServerId[] = ['madang', 'colyseus', 'ws-framed'];
const ROUNDS = 3;

const MEASURED_MS = 5_000;
const LONG_MEASURED_MS = 8_000;
const CHURN_MEASURED_MS = 10_000;
const HASTY_MEASURED_MS_MIN = 1_000;

/** From the start of a server to its end, without joins and the time measured. */
const AROUND_SECONDS = 6;
const JOINS_PER_SECOND = 1_000;
const CAPACITY_SECONDS = 70;

/** The turns in their order. */
export function planOf({ only, servers, peerOnly, haste }: PlanOptions): readonly Turn[] {
  const rounds = Math.max(1, Math.round(ROUNDS / haste));
  return [
    ...arenaTurns(rounds),
    ...capacities('small-6', ['madang', 'colyseus', 'socketio', 'ws-framed']),
    ...cells('nakama-10', 5_000, ['madang', 'ws-framed']),
    ...[250, 500].flatMap((players) => cells('world', players, ['madang', 'colyseus', 'ws-send'])),
    ...[1_000, 2_000].flatMap((players) => cells('world', players, ['madang', 'ws-send'])),
    ...cells('spectators', 2_010, ['madang', 'colyseus', 'socketio', 'ws-framed']),
    ...again(rounds, () => cells('spectators', 2_010, ['madang', 'ws-framed'])),
    ...cells('idle', 10_000, ['madang', 'colyseus', 'socketio', 'ws-send']),
    ...cells('churn', 1_000, ['madang', 'colyseus', 'socketio'], CHURN_MEASURED_MS),
  ]
    .filter(({ workload }) => only.length === 0 || only.includes(workload))
    .filter(({ server }) => servers.length === 0 || servers.includes(server))
    .filter(({ server }) => !(peerOnly && isOurs(server)))
    .map((turn) => hastened(turn, haste));
}

function arenaTurns(rounds: number): readonly Turn[] {
  const all = SERVER_IDS.filter((server) => server !== 'colyseus-quantized');
  const without = (...slow: readonly ServerId[]): readonly ServerId[] => all.filter((server) => !slow.includes(server));
  const most = [...without('flask', 'tornado'), 'colyseus-quantized'] as const;
  return [
    ...cells('arena-50', 200, all),
    ...cells('arena-50', 1_000, without('flask')),
    ...cells('arena-50', 2_000, most, LONG_MEASURED_MS),
    ...again(rounds, () => cells('arena-50', 2_000, REPEATED, LONG_MEASURED_MS)),
    ...again(rounds, () => cells('arena-50', 1_000, ['madang-socketio', 'socketio'])),
    ...capacities('arena-50', all),
  ];
}

/** The rounds after the first. */
function again(rounds: number, round: () => readonly Turn[]): readonly Turn[] {
  return Array.from({ length: rounds - 1 }, round).flat();
}

function cells(
  workload: WorkloadId,
  players: number,
  servers: readonly ServerId[],
  measuredMs = MEASURED_MS,
): readonly Turn[] {
  const estimatedSeconds = AROUND_SECONDS + players / JOINS_PER_SECOND + measuredMs / 1000;
  return servers.map((server) => ({ workload, server, players, measuredMs, estimatedSeconds }));
}

function capacities(workload: WorkloadId, servers: readonly ServerId[]): readonly Turn[] {
  return servers.map((server) => ({
    workload,
    server,
    players: null,
    measuredMs: MEASURED_MS,
    estimatedSeconds: CAPACITY_SECONDS,
  }));
}

function hastened(turn: Turn, haste: number): Turn {
  const measuredMs = Math.max(Math.min(turn.measuredMs, HASTY_MEASURED_MS_MIN), turn.measuredMs / haste);
  return { ...turn, measuredMs, estimatedSeconds: turn.estimatedSeconds - (turn.measuredMs - measuredMs) / 1000 };
}
