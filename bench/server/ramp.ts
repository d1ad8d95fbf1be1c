/** How many clients one server on one core can take: more and more come, until not all of them are served well. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CapacityEnd, CapacityFigures, CapacityStep, CellRequest } from './figures.ts';
import { Run } from './run.ts';
import { type Workload, workloadOf } from './workloads.ts';

const MEASURED_MS = 5_000;
const SETTLE_MS = 2_000;
/** Far from the end a short look will do. */
const LOOK_MS = 2_000;

/** A full room of the largest kind: Flask has no place for two. */
const FIRST = 50;
/** What one machine's addresses and the files of one process allow. */
const MOST = 12_000;
/** From a step to the next: this little, but as much as still leaves the server time where it has plenty. */
const STEP_SHARE = 0.07;
const LEAP_MAX = 2;
const LEAP_CORE_SHARE = 0.75;

/** Served well: states of all ticks but for a few, at most so many ticks apart. */
const SPACING_TICKS_MAX = 1.5;
const RATE_SHARE_MIN = 0.95;
/** From here on it is the load that has no time left. */
const LOAD_CORE_SHARE_MAX = 0.93;

/** Starts one server and ends it when it is full. */
export async function rampCell(request: Omit<CellRequest, 'players'>): Promise<CapacityFigures> {
  const { server, workload: id, measuredMs = MEASURED_MS, nodeOptions = [] } = request;
  const workload = workloadOf(id, MOST);
  const run = await Run.start({ server, workload, nodeOptions });
  const steps: CapacityStep[] = [];
  const ended = (players: number, endedBy: CapacityEnd): CapacityFigures => ({
    server,
    workload: id,
    players,
    endedBy,
    isLimitedByLoad: (steps.at(-1)?.loadCoreShare ?? 0) > LOAD_CORE_SHARE_MAX,
    steps,
  });
  try {
    let joined = 0;
    for (let target = FIRST, stepMs = LOOK_MS; ; ) {
      const { failure } = await run.join(target - joined);
      if (failure !== null) return ended(joined, 'joins');
      let step = await measureStep(run, target, stepMs);
      // A bad moment of the machine is not the server's: a step that fails is measured again.
      if (endOf(step, workload) !== null) step = await measureStep(run, target, measuredMs);
      steps.push(step);
      const endedBy = endOf(step, workload);
      if (endedBy !== null) return ended(joined, endedBy);
      joined = target;
      if (joined >= MOST) return ended(joined, 'most');
      const leap = Math.min(LEAP_MAX, LEAP_CORE_SHARE / step.coreShare);
      const isNear = leap <= 1 + STEP_SHARE;
      stepMs = isNear ? measuredMs : LOOK_MS;
      target = Math.min(MOST, Math.ceil(joined * (isNear ? 1 + STEP_SHARE : leap)));
    }
  } finally {
    await run.end();
  }
}

async function measureStep(run: Run, players: number, measuredMs: number): Promise<CapacityStep> {
  await sleep(SETTLE_MS);
  const { coreShare, load } = await run.measure(measuredMs);
  return {
    players,
    coreShare,
    loadCoreShare: load.coreShare,
    ratePerClientHz: load.frames / load.playerSeconds,
    spacing: load.spacing,
    lost: load.lost,
  };
}

/** Why this is too many, or null. */
function endOf({ lost, ratePerClientHz, spacing }: CapacityStep, { setting }: Workload): CapacityEnd | null {
  const { sendRateHz } = setting;
  if (lost > 0) return 'lost';
  if (ratePerClientHz < RATE_SHARE_MIN * sendRateHz) return 'rate';
  return (spacing?.p99Ms ?? Number.POSITIVE_INFINITY) > (SPACING_TICKS_MAX * 1000) / sendRateHz ? 'spacing' : null;
}
