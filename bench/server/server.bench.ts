/**
 * The whole server: inputs, rules, what everybody is told, sockets. Every server plays the same game for the same load, in turn in the
 * same run, pinned to one core while the load has the other.
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { isolated } from '../isolated.ts';
import { describeMachine, thisMachine } from '../machine.ts';
import { formatNumber } from '../rows.ts';
import { chartsOf } from './charts.ts';
import { type CapacityFigures, type Figures, SERVER_IDS } from './figures.ts';
import { judge } from './goals.ts';
import type { Failure, Measured } from './measured.ts';
import { planOf, type Turn } from './plan.ts';
import { formatMeasured } from './tables.ts';
import type { Outcome } from './turn.ts';
import { installedVersions } from './versions.ts';
import { WORKLOAD_IDS } from './workloads.ts';

/** A turn that takes this many times as long as it should, and then some, will not end by itself. */
const PATIENCE = 3;
const PATIENCE_SECONDS = 60;
/** No turn begins later than this, so that a run ends even where all goes wrong. */
const RUN_SECONDS_MAX = 35 * 60;

const TOO_LATE: Outcome = { kind: 'failure', error: 'not begun: the run has taken too long' };

export const serverBench: Bench = {
  parts: { workloads: WORKLOAD_IDS, servers: SERVER_IDS },
  async run(options: BenchOptions): Promise<BenchResult> {
    const date = new Date().toISOString().slice(0, 10);
    const machine = thisMachine();
    const measured = await carryOut(planOf(options), options.progress);
    const rows = judge(measured);
    return {
      rows,
      charts: chartsOf(measured, `${describeMachine(machine)}, ${date}`),
      tables: formatMeasured(measured),
      record: { date, machine, versions: installedVersions(), ...measured, goals: rows },
    };
  },
};

/** Takes the turns one by one. One that fails is told and leaves the others be. */
async function carryOut(plan: readonly Turn[], progress: BenchOptions['progress']): Promise<Measured> {
  const cells: Figures[] = [];
  const capacities: CapacityFigures[] = [];
  const failures: Failure[] = [];
  const startedAtMs = performance.now();
  const elapsedSeconds = (): number => (performance.now() - startedAtMs) / 1000;
  const estimatedSeconds = plan.reduce((sum, turn) => sum + turn.estimatedSeconds, 0);
  progress(`${plan.length} turns, about ${clockOf(estimatedSeconds)} minutes`);
  for (const [index, turn] of plan.entries()) {
    const { workload, server, players } = turn;
    const what = players === null ? 'capacity' : formatNumber(players);
    progress(`${clockOf(elapsedSeconds())}  ${index + 1}/${plan.length}  ${workload}, ${what}, ${server}`);
    const outcome = elapsedSeconds() < RUN_SECONDS_MAX ? await outcomeOf(turn) : TOO_LATE;
    if (outcome.kind === 'cell') cells.push(outcome.cell);
    else if (outcome.kind === 'capacity') capacities.push(outcome.capacity);
    else failures.push({ workload, server, players, error: outcome.error });
    progress(`${clockOf(elapsedSeconds())}    ${headlineOf(outcome)}`);
  }
  return { cells, capacities, failures };
}

async function outcomeOf(turn: Turn): Promise<Outcome> {
  const deadlineMs = (turn.estimatedSeconds * PATIENCE + PATIENCE_SECONDS) * 1000;
  try {
    return await isolated<Turn, Outcome>(new URL('turn.ts', import.meta.url), turn, { deadlineMs });
  } catch (error) {
    return { kind: 'failure', error: error instanceof Error ? error.message : String(error) };
  }
}

function headlineOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'cell': {
      const { cpuUsPerClientPerSecond, ratePerClientHz } = outcome.cell;
      return `${formatNumber(cpuUsPerClientPerSecond)} us/client/s at ${formatNumber(ratePerClientHz)} Hz`;
    }
    case 'capacity':
      return `${formatNumber(outcome.capacity.players)} clients`;
    case 'failure':
      return `failed: ${outcome.error}`;
  }
}

function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
