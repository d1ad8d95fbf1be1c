/** The figures of a whole run as pictures. One that has nothing to show is left out. */
import { type Bar, barChart } from '../bar-chart.ts';
import { lineChart, type Series } from '../chart.ts';
import { type Figures, SERVER_IDS, type ServerId } from './figures.ts';
import { capacityOf, cellOf, type Measured } from './measured.ts';
import { GROUPS, SERVERS } from './names.ts';
import type { WorkloadId } from './workloads.ts';

interface Picture {
  readonly file: string;
  readonly svg: string;
}

const ARENA_PLAYERS = 2_000;
const ARENA_RATE_HZ = 20;
/** Below this share of its rate a server did less work than the others. */
const KEPT_UP = 0.95;

const SCALING_PLAYERS = [200, 1_000, 2_000];
const SCALING_SERVERS: readonly ServerId[] = ['madang', 'colyseus', 'socketio', 'tornado', 'flask', 'ws-framed'];
const WORLD_PLAYERS = [250, 500, 1_000, 2_000];
const WORLD_SERVERS: readonly ServerId[] = ['madang', 'colyseus', 'ws-send'];
const FLOORS = new Set<ServerId>(['ws-framed', 'ws-send']);

/** `where` says on which machine and when. */
export function chartsOf(measured: Measured, where: string): readonly Picture[] {
  const arena = cpuLines(measured, 'arena-50', SCALING_SERVERS, SCALING_PLAYERS);
  const world = cpuLines(measured, 'world', WORLD_SERVERS, WORLD_PLAYERS);
  return [
    ...barPicture('server-arena-cpu.svg', arenaCpuBars(measured), {
      title: 'Server CPU per client: 2,000 in rooms of 50, at 20 Hz',
      subtitle: `us per client and second, on one core; less is better. ${where}`,
    }),
    ...barPicture('server-arena-capacity.svg', arenaCapacityBars(measured), {
      title: 'Clients that one core carries: rooms of 50, at 20 Hz',
      subtitle: `Before frames come 1.5 ticks apart (p99); more is better. ${where}`,
    }),
    ...linePicture('server-arena-scaling.svg', arena, {
      title: 'Server CPU per client: rooms of 50, at 20 Hz',
      subtitle: where,
      x: { label: 'clients', log: true },
      y: { label: 'CPU per client per second (us)', log: true },
    }),
    ...linePicture('server-world.svg', world, {
      title: 'Server CPU per player: one world, each sees about 50, at 20 Hz',
      subtitle: where,
      x: { label: 'players in the world' },
      y: { label: 'CPU per player per second (us)' },
    }),
  ];
}

function arenaCpuBars(measured: Measured): readonly Bar[] {
  return bars((server) => {
    const cell = cellOf(measured, 'arena-50', server, ARENA_PLAYERS);
    if (cell !== null) return { value: cell.cpuUsPerClientPerSecond, note: shortfallOf(cell) };
    const capacity = capacityOf(measured, 'arena-50', server);
    return capacity === null
      ? null
      : { value: null, note: `carries no more than ${capacity.players.toLocaleString('en')}` };
  }).toSorted((a, b) => (a.value ?? Number.POSITIVE_INFINITY) - (b.value ?? Number.POSITIVE_INFINITY));
}

function arenaCapacityBars(measured: Measured): readonly Bar[] {
  return bars((server) => {
    const capacity = capacityOf(measured, 'arena-50', server);
    if (capacity === null) return null;
    return { value: capacity.players, note: capacity.isLimitedByLoad ? 'or more (load full)' : null };
  }).toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
}

function bars(of: (server: ServerId) => { value: number | null; note: string | null } | null): readonly Bar[] {
  return SERVER_IDS.flatMap((server) => {
    const bar = of(server);
    if (bar === null) return [];
    const { value, note } = bar;
    return [{ ...SERVERS[server], value, ...(note === null ? {} : { note }) }];
  });
}

function shortfallOf({ ratePerClientHz }: Figures): string | null {
  if (ratePerClientHz >= ARENA_RATE_HZ * KEPT_UP) return null;
  return `only ${ratePerClientHz.toFixed(1)} of ${ARENA_RATE_HZ} frames/s`;
}

function cpuLines(
  measured: Measured,
  workload: WorkloadId,
  servers: readonly ServerId[],
  counts: readonly number[],
): readonly Series[] {
  return servers
    .map((server) => ({
      name: SERVERS[server].name,
      dashed: FLOORS.has(server),
      points: counts.flatMap((players) => {
        const cell = cellOf(measured, workload, server, players);
        return cell === null ? [] : [{ x: players, y: cell.cpuUsPerClientPerSecond }];
      }),
    }))
    .filter(({ points }) => points.length > 0);
}

function barPicture(
  file: string,
  bars: readonly Bar[],
  titles: { readonly title: string; readonly subtitle: string },
): readonly Picture[] {
  if (!bars.some(({ value }) => (value ?? 0) > 0)) return [];
  return [{ file, svg: barChart({ ...titles, groups: GROUPS, bars }) }];
}

function linePicture(
  file: string,
  series: readonly Series[],
  frame: Omit<Parameters<typeof lineChart>[0], 'series'>,
): readonly Picture[] {
  return series.length === 0 ? [] : [{ file, svg: lineChart({ ...frame, series }) }];
}
