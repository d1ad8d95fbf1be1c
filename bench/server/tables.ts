/** What was measured, as tables for people: one for each workload, in 120 columns. */
import { formatColumns, formatNumber } from '../rows.ts';
import { type CapacityEnd, type CapacityFigures, type Figures, SERVER_IDS, type Spread } from './figures.ts';
import { cellOf, type Failure, type Measured } from './measured.ts';
import { WORKLOAD_IDS, type WorkloadId } from './workloads.ts';

interface Column {
  /** Two lines of heading. */
  readonly heading: readonly [string, string];
  of(cell: Figures): string;
}

const COLUMNS: readonly Column[] = [
  { heading: ['', 'server'], of: (cell) => cell.server },
  { heading: ['', 'clients'], of: (cell) => formatNumber(cell.players) },
  { heading: ['cpu us', '/client/s'], of: (cell) => formatNumber(cell.cpuUsPerClientPerSecond) },
  { heading: ['rate', 'Hz'], of: (cell) => fixed(cell.ratePerClientHz, 1) },
  { heading: ['bytes', '/frame'], of: (cell) => fixed(cell.bytesPerFrame, 0) },
  { heading: ['bytes', '/client/s'], of: (cell) => fixed(cell.bytesPerClientPerSecond, 0) },
  { heading: ['spacing', 'p50/p99/max ms'], of: ({ spacing }) => spreadOf(spacing) },
  { heading: ['round trip', 'p50/p99 ms'], of: ({ roundTrip }) => percentilesOf(roundTrip) },
  { heading: ['KiB', '/client'], of: (cell) => fixed(cell.kibPerClient, 1) },
  { heading: ['joins', '/s'], of: (cell) => fixed(cell.joinsPerSecond, 0) },
  { heading: ['right', '%'], of: ({ rightShare }) => percentOf(rightShare) },
  { heading: ['load', 'core %'], of: (cell) => percentOf(cell.loadCoreShare) },
];

const CAPACITY_HEADING = ['server', 'clients', 'core %', 'load core %', 'ended by'];

const ENDS: Readonly<Record<CapacityEnd, string>> = {
  spacing: 'frames too far apart',
  rate: 'too few frames',
  lost: 'lost clients',
  joins: 'clients that did not get in',
  most: 'nothing: no more were tried',
};

/** All that there is to tell of a run. */
export function formatMeasured(measured: Measured): string {
  return WORKLOAD_IDS.flatMap((workload) => workloadTables(measured, workload)).join('\n\n');
}

function workloadTables(measured: Measured, workload: WorkloadId): readonly string[] {
  const cells = countedCells(measured, workload);
  const capacities = measured.capacities.filter((one) => one.workload === workload);
  const failures = measured.failures.filter((one) => one.workload === workload);
  const blocks: string[] = [];
  if (cells.length > 0) {
    const lines = cells.map((cell) => COLUMNS.map((column) => column.of(cell)));
    const headings = [0, 1].map((line) => COLUMNS.map(({ heading }) => heading[line] ?? ''));
    blocks.push([workload, formatColumns(headings, lines, new Set([0])), ...cells.flatMap(remarksOf)].join('\n'));
  }
  if (capacities.length > 0) {
    const title = `${workload}: capacity of one core`;
    blocks.push([title, formatColumns([CAPACITY_HEADING], capacities.map(capacityLine), new Set([0, 4]))].join('\n'));
  }
  if (failures.length > 0) blocks.push(failures.map(failureLine).join('\n'));
  return blocks;
}

/** One cell for each server and number of clients, by clients and then by server. */
function countedCells(measured: Measured, workload: WorkloadId): readonly Figures[] {
  const counts = new Set(measured.cells.filter((cell) => cell.workload === workload).map(({ players }) => players));
  return [...counts]
    .toSorted((a, b) => a - b)
    .flatMap((players) => SERVER_IDS.flatMap((server) => cellOf(measured, workload, server, players) ?? []));
}

/** What has no column of its own, because it is so of few. */
function remarksOf({ server, players, slippedTicks, lost, tickP99Ms, churn }: Figures): readonly string[] {
  const remarks = [
    tickP99Ms === null ? '' : `ticks take ${fixed(tickP99Ms, 1)} ms (p99)`,
    slippedTicks === 0 ? '' : `${formatNumber(slippedTicks)} ticks left out`,
    lost === 0 ? '' : `${formatNumber(lost)} clients lost`,
    churn === null
      ? ''
      : `${formatNumber(churn.joins)} came in ${spreadOf(churn.waits)} ms, ${formatNumber(churn.leaves)} left, ${formatNumber(churn.failures)} failed`,
  ].filter((remark) => remark !== '');
  return remarks.length === 0 ? [] : [`  ${server}, ${formatNumber(players)}: ${remarks.join('; ')}`];
}

function capacityLine({ server, players, endedBy, isLimitedByLoad, steps }: CapacityFigures): readonly string[] {
  const last = steps.findLast((step) => step.players === players);
  return [
    server,
    formatNumber(players),
    percentOf(last?.coreShare ?? null),
    percentOf(last?.loadCoreShare ?? null),
    `${ENDS[endedBy]}${isLimitedByLoad ? ', but the load was full too' : ''}`,
  ];
}

function failureLine({ workload, server, players, error }: Failure): string {
  const what = players === null ? 'capacity' : formatNumber(players);
  return `FAILED ${workload}, ${what}, ${server}: ${error}`;
}

function spreadOf(spread: Spread | null): string {
  return spread === null ? '-' : [spread.p50Ms, spread.p99Ms, spread.maxMs].map((ms) => fixed(ms, 0)).join('/');
}

function percentilesOf(spread: Spread | null): string {
  return spread === null ? '-' : `${fixed(spread.p50Ms, 0)}/${fixed(spread.p99Ms, 0)}`;
}

function percentOf(share: number | null): string {
  return share === null ? '-' : fixed(share * 100, 1);
}

function fixed(value: number | null, digits: number): string {
  if (value === null) return '-';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
