/** The goals: each one figure of ours, alone or beside another server's of the same run. */
import { type Row, toRow } from '../rows.ts';
import type { Figures, ServerId } from './figures.ts';
import { capacityOf, cellOf, type Measured, tooManyFor } from './measured.ts';
import { type WorkloadId, workloadOf } from './workloads.ts';

interface Metric {
  readonly name: string;
  readonly unit: string;
  of(cell: Figures): number | null | undefined;
}

const CPU_PER_FRAME: Metric = { name: 'cpu', unit: 'us/frame', of: (cell) => cell.cpuUsPerFrame };
const CPU_PER_CLIENT: Metric = { name: 'cpu', unit: 'us/client/s', of: (cell) => cell.cpuUsPerClientPerSecond };
const CORE: Metric = { name: 'cpu', unit: 'core', of: (cell) => cell.coreShare };
const RATE: Metric = { name: 'rate', unit: 'Hz', of: (cell) => cell.ratePerClientHz };
const FRAME: Metric = { name: 'frame', unit: 'bytes', of: (cell) => cell.bytesPerFrame };
const MEMORY: Metric = { name: 'memory', unit: 'KiB/client', of: (cell) => cell.kibPerClient };
const SPACING: Metric = { name: 'spacing, p99', unit: 'ms', of: (cell) => cell.spacing?.p99Ms };
const TICK: Metric = { name: 'tick, p99', unit: 'ms', of: (cell) => cell.tickP99Ms };
const MISSED: Metric = { name: 'missed', unit: 'ticks', of: (cell) => cell.slippedTicks };
const JOINS: Metric = { name: 'joins, p99', unit: 'ms', of: (cell) => cell.churn?.waits.p99Ms };
const TRIP: Metric = { name: 'round trip, p50', unit: 'ms', of: (cell) => cell.roundTrip?.p50Ms };
const TRIP_P99: Metric = { name: 'round trip, p99', unit: 'ms', of: (cell) => cell.roundTrip?.p99Ms };

/** A rate is full where no more is missing than the edges of the time measured can hide. */
const FULL_RATE = 0.99;
const P99_TICKS = 1.5;

const OURS: ReadonlySet<ServerId> = new Set(['madang', 'madang-socketio', 'madang-websocket']);

/** One figure, of whichever server is asked for. */
interface Subject {
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  of(server: ServerId): number | null;
}

interface Comparison {
  /** 'madang' unless given. */
  readonly ours?: ServerId;
  /** What ours is divided by. Without one the goal is on ours alone. */
  readonly beside?: ServerId;
  /** Printed beside ours, and no part of the goal. */
  readonly shown?: ServerId;
}

/** Every goal, judged, or without a figure where it was not measured. */
export function judge(measured: Measured): readonly Row[] {
  const at =
    (workload: WorkloadId, players: number) =>
    ({ name, unit, of }: Metric): Subject => ({
      case: `${workload}, ${players.toLocaleString('en')}`,
      metric: name,
      unit,
      of(server) {
        const cell = cellOf(measured, workload, server, players);
        return cell === null ? null : (of(cell) ?? null);
      },
    });
  const capacity = (workload: WorkloadId): Subject => ({
    case: workload,
    metric: 'capacity',
    unit: 'clients',
    of(server) {
      const { players } = capacityOf(measured, workload, server) ?? { players: null };
      // A peer that took none of the ramp's steps is taken to carry the first, which is more than it does.
      return players ?? (OURS.has(server) ? null : tooManyFor(measured, workload, server));
    },
  });
  const arena = at('arena-50', 2_000);
  const nakama = at('nakama-10', 5_000);
  const world = at('world', 1_000);
  const idle = at('idle', 10_000);
  const churn = at('churn', 1_000);
  const arenaMs = tickMsOf('arena-50');
  const nakamaMs = tickMsOf('nakama-10');
  const recipe = { ours: 'madang-socketio', beside: 'socketio' } as const;
  return [
    goal(arena(CPU_PER_FRAME), 'at most', 0.82, { beside: 'colyseus' }),
    goal(arena(CPU_PER_FRAME), 'at most', 1.15, { beside: 'ws-framed' }),
    goal(arena(RATE), 'at least', (FULL_RATE * 1000) / arenaMs),
    goal(arena(FRAME), 'at most', 320, { shown: 'colyseus' }),
    goal(arena(MEMORY), 'at most', 40),
    goal(capacity('arena-50'), 'at least', 1.25, { beside: 'colyseus' }),
    goal(capacity('arena-50'), 'at least', 8, { beside: 'flask' }),
    goal(capacity('arena-50'), 'at least', 3, { beside: 'tornado' }),
    goal({ ...at('arena-50', 1_000)(CPU_PER_FRAME), case: 'recipe on our gateway, 1,000' }, 'at most', 1, recipe),
    goal({ ...capacity('arena-50'), case: 'recipe on our gateway' }, 'at least', 1, recipe),
    goal(capacity('small-6'), 'at least', 3_000),
    goal(nakama(RATE), 'at least', (FULL_RATE * 1000) / nakamaMs),
    goal(nakama(SPACING), 'at most', nakamaMs * P99_TICKS),
    goal(world(RATE), 'at least', (FULL_RATE * 1000) / tickMsOf('world')),
    goal(world(TICK), 'at most', 25),
    growthGoal(at('world', 250)(CPU_PER_CLIENT), at('world', 2_000)(CPU_PER_CLIENT), 1.3),
    goal(at('spectators', 2_010)(CPU_PER_FRAME), 'at most', 1.1, { beside: 'ws-framed' }),
    goal(idle(CORE), 'at most', 0.03),
    goal(idle(MEMORY), 'at most', 20),
    goal(churn(MISSED), 'at most', 0),
    goal(churn(JOINS), 'at most', 100),
    goal(arena(TRIP), 'at most', arenaMs + 2),
    goal(arena(TRIP_P99), 'at most', arenaMs * P99_TICKS),
  ];
}

function goal(
  subject: Subject,
  goalIs: Row['goalIs'],
  limit: number,
  { ours = 'madang', beside, shown }: Comparison = {},
): Row {
  const peer = beside ?? shown;
  return toRow({
    bench: 'server',
    case: subject.case,
    metric: subject.metric,
    unit: subject.unit,
    ours: subject.of(ours),
    peer: peer === undefined ? null : subject.of(peer),
    peerName: peer ?? null,
    goal: limit,
    goalOn: beside === undefined ? 'ours' : 'ratio',
    goalIs,
  });
}

/** How much more ours may take in the larger case. */
function growthGoal(small: Subject, large: Subject, limit: number): Row {
  return toRow({
    bench: 'server',
    case: large.case,
    metric: large.metric,
    unit: large.unit,
    ours: large.of('madang'),
    peer: small.of('madang'),
    peerName: small.case,
    goal: limit,
  });
}

function tickMsOf(workload: WorkloadId): number {
  return 1000 / workloadOf(workload, 1).setting.tickRateHz;
}
