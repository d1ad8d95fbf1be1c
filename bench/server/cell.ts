/**
 * One cell of the bench. By itself, as JSON:
 * `node bench/server/cell.ts WORKLOAD SERVER PLAYERS|capacity [NODE OPTIONS]`. Node's options are the server's:
 * `--cpu-prof --cpu-prof-dir=/tmp/profile` writes where its time goes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CellRequest, type Figures, SERVER_IDS, type ServerId } from './figures.ts';
import { rampCell } from './ramp.ts';
import { hasRiders, RIDERS, Run, type Window } from './run.ts';
import { WORKLOAD_IDS, workloadOf } from './workloads.ts';

export { rampCell };

const MEASURED_MS = 10_000;
/** Until what joining left behind is compiled, collected and sent. */
const SETTLE_MS = 3_000;
const SLOW_SETTLE_MS = 5_000;
/** Where nothing moves, V8 takes its time to collect what joining left behind: eight seconds, and then some. */
const STILL_SETTLE_MS = 20_000;
const SLOW: ReadonlySet<ServerId> = new Set(['flask', 'tornado']);

/** Starts a server, fills it, measures it and ends it. Rejects where somebody could not join or the server ended. */
export async function runCell(request: CellRequest): Promise<Figures> {
  const { server, players, measuredMs = MEASURED_MS, nodeOptions = [] } = request;
  const workload = workloadOf(request.workload, players);
  const { movers, watchers, setting, churnPerSecond } = workload;
  const isRidden = setting.isMoving && movers > RIDERS && hasRiders();
  const run = await Run.start({ server, workload, nodeOptions });
  try {
    await run.server.ask('collect');
    const { residentBytes: emptyBytes } = run.server.use;
    const seated = await mustJoin(run, movers - (isRidden ? RIDERS : 0), false);
    if (isRidden) await run.startRiders();
    const joined = await mustJoin(run, watchers, true);
    await sleep(setting.isMoving ? (SLOW.has(server) ? SLOW_SETTLE_MS : SETTLE_MS) : STILL_SETTLE_MS);
    const window = await run.measure(measuredMs, churnPerSecond);
    await run.server.ask('collect');
    const { residentBytes } = run.server.use;
    return {
      ...figuresOf(request, window),
      kibPerClient: (residentBytes - emptyBytes) / players / 1024,
      joinsPerSecond: (seated.joins + joined.joins) / (seated.seconds + joined.seconds),
    };
  } finally {
    await run.end();
  }
}

async function mustJoin(run: Run, players: number, isWatching: boolean): Promise<{ joins: number; seconds: number }> {
  if (players === 0) return { joins: 0, seconds: 0 };
  const { failure, seconds, waitsMs } = await run.join(players, isWatching);
  if (failure !== null) throw new Error(`${waitsMs.length} of ${players} could join: ${failure}`);
  return { joins: players, seconds };
}

function figuresOf(
  { server, workload, players }: CellRequest,
  { seconds, coreShare, server: told, load, riders, churn }: Window,
): Omit<Figures, 'kibPerClient' | 'joinsPerSecond'> {
  const ratePerClientHz = load.frames / load.playerSeconds;
  return {
    server,
    workload,
    players,
    seconds,
    coreShare,
    cpuUsPerClientPerSecond: (coreShare * 1e6) / players,
    // Riders get as many frames as the rest.
    cpuUsPerFrame: load.frames === 0 ? null : (coreShare * 1e6) / (ratePerClientHz * players),
    ratePerClientHz,
    bytesPerFrame: load.frames === 0 ? null : load.payloadBytes / load.frames,
    bytesPerClientPerSecond: load.wireBytes / load.playerSeconds,
    spacing: load.spacing,
    roundTrip: riders?.roundTrip ?? null,
    rightShare: riders?.rightShare ?? null,
    loadCoreShare: load.coreShare,
    slippedTicks: told.slippedTicks,
    tickP99Ms: told.tickP99Ms,
    lost: load.lost,
    churn,
  };
}

async function main([workloadName, serverName, count, ...nodeOptions]: readonly string[]): Promise<void> {
  const workload = WORKLOAD_IDS.find((id) => id === workloadName);
  const server = SERVER_IDS.find((id) => id === serverName);
  const players = Number(count);
  if (workload === undefined || server === undefined || !(players > 0 || count === 'capacity')) {
    console.error(
      `Usage: node bench/server/cell.ts ${WORKLOAD_IDS.join('|')} ${SERVER_IDS.join('|')} PLAYERS|capacity [NODE OPTIONS]`,
    );
    process.exitCode = 1;
    return;
  }
  const request = { workload, server, nodeOptions };
  const figures = await (count === 'capacity' ? rampCell(request) : runCell({ ...request, players }));
  console.log(JSON.stringify(figures, null, 2));
}

if (import.meta.main) await main(process.argv.slice(2));
