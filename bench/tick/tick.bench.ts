/**
 * How punctual rooms are: 50 rooms of 8 at 60 Hz on one core, of which rules, frames and sockets take 70 %. A tick's lateness is
 * from when it is due on its room's grid to where its rules begin. There is no peer: what others call a tick is a timer that
 * fires again some time after it fired last, and drifts.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { endChild, forkOn, LOAD_CORE, nextMessage, ONE_CORE_OPTIONS, SERVER_CORE } from '../children.ts';
import { type Row, toRow } from '../rows.ts';
import { SEATS, TICK_RATE_HZ } from './game.ts';
import type { LoadReading, ServerOrder, ServerReading } from './orders.ts';

const ROOMS = 50;
const PLAYERS = ROOMS * SEATS;
const MEASURED_MS = 600_000;
const CORE_SHARE = 0.7;

/** Until the compiler is done with what runs all the time. */
const SETTLE_MS = 5_000;
const CALIBRATION_MS = 4_000;
/** From a first guess, and then from what was measured with the one before. */
const CALIBRATIONS = 3;
const FIRST_ROUNDS = 20_000;

const P99_GOAL_MS = 3;
const MAX_GOAL_MS = 25;
/** Of a tick: clocks are read in microseconds. */
const DRIFT_PLACES = 3;

export const tickBench: Bench = {
  async run({ haste, progress }: BenchOptions): Promise<BenchResult> {
    const server = forkOn(SERVER_CORE, new URL('server.ts', import.meta.url), [], ONE_CORE_OPTIONS);
    const { port } = (await nextMessage(server)) as { port: number };
    const load = forkOn(LOAD_CORE, new URL('load.ts', import.meta.url), [String(port), String(PLAYERS)]);
    await nextMessage(load);
    try {
      progress(`the work that leaves ${Math.round((1 - CORE_SHARE) * 100)} % of the core`);
      await calibrate(server);
      progress(`${ROOMS} rooms of ${SEATS} for ${MEASURED_MS / haste / 60_000} minutes`);
      return { rows: await measure(server, load, MEASURED_MS / haste), charts: [] };
    } finally {
      await endChild(load);
      await endChild(server);
    }
  },
};

async function calibrate(server: ChildProcess): Promise<void> {
  await sleep(SETTLE_MS);
  const idleShare = await coreShare(server);
  let rounds = FIRST_ROUNDS;
  for (let i = 0; i < CALIBRATIONS; i++) {
    await tell(server, { order: 'work', rounds });
    await sleep(SETTLE_MS / 5);
    const share = await coreShare(server);
    // A server that is too busy already is measured as it is: its share is told.
    rounds = Math.max(0, Math.round((rounds * (CORE_SHARE - idleShare)) / Math.max(0.01, share - idleShare)));
  }
  await tell(server, { order: 'work', rounds });
  await sleep(SETTLE_MS / 5);
}

async function measure(server: ChildProcess, load: ChildProcess, forMs: number): Promise<readonly Row[]> {
  await tell(server, { order: 'reset' });
  const [server0, load0] = await Promise.all([read(server), ask<LoadReading>(load, 'read')]);
  await sleep(forMs);
  const [server1, load1] = await Promise.all([read(server), ask<LoadReading>(load, 'read')]);
  const seconds = (server1.nowMs - server0.nowMs) / 1000;
  const { lateness } = server1;
  const waitedMs = server1.waitedMs === null || server0.waitedMs === null ? null : server1.waitedMs - server0.waitedMs;
  const stolenMs = server1.stolenMs === null || server0.stolenMs === null ? null : server1.stolenMs - server0.stolenMs;
  const { driftTicks, slippedTicks, missingTicks } = gridsBetween(server0, server1);
  const figure = (metric: string, unit: string, ours: number | null, goal?: number): Row =>
    toRow({
      bench: 'tick',
      case: `${ROOMS} rooms of ${SEATS} at ${TICK_RATE_HZ} Hz`,
      metric,
      unit,
      ours,
      peer: null,
      peerName: null,
      ...(goal === undefined ? {} : { goal, goalOn: 'ours' }),
    });
  return [
    figure('lateness p50', 'ms', lateness.p50Ms),
    figure('lateness p99', 'ms', lateness.p99Ms, P99_GOAL_MS),
    figure('lateness p99.9', 'ms', lateness.p999Ms),
    figure('lateness max', 'ms', lateness.maxMs, MAX_GOAL_MS),
    figure('drift', 'ticks, the worst room', driftTicks, 0),
    figure('slipped', 'ticks', slippedTicks, 0),
    figure('not played', 'ticks', missingTicks, 0),
    figure('measured', 's', seconds),
    figure('core', 'share of a core', (server1.cpuMs - server0.cpuMs) / 1000 / seconds),
    figure('taken away by the host', 'share of the time', stolenMs === null ? null : stolenMs / 1000 / seconds),
    figure('waited for its core', 'share of the time', waitedMs === null ? null : waitedMs / 1000 / seconds),
    figure('rate', 'states per player and second', (load1.frames - load0.frames) / seconds / PLAYERS),
    figure('lost', 'players', PLAYERS - load1.connected, 0),
  ];
}

interface Grids {
  /** How far the clock of any room went from the machine's. */
  readonly driftTicks: number;
  readonly slippedTicks: number;
  /** Ticks that were due and were neither played nor slipped, over all rooms. */
  readonly missingTicks: number;
}

function gridsBetween(before: ServerReading, after: ServerReading): Grids {
  const earlier = new Map(before.rooms.map((room) => [room.id, room]));
  const grids = { driftTicks: 0, slippedTicks: 0, missingTicks: 0 };
  if (after.rooms.length !== ROOMS) throw new Error(`${after.rooms.length} rooms are open, and not ${ROOMS}`);
  for (const room of after.rooms) {
    const start = earlier.get(room.id);
    if (start === undefined) throw new Error(`room ${room.id} was opened while others were measured`);
    const due = ((room.nowMs - start.nowMs) / 1000) * TICK_RATE_HZ;
    const drift = Math.abs(room.position - start.position - due);
    grids.driftTicks = Math.max(grids.driftTicks, Number(drift.toFixed(DRIFT_PLACES)));
    const slipped = room.slippedTicks - start.slippedTicks;
    grids.slippedTicks += slipped;
    // The part of a tick at both ends is not missing, and neither is a tick that is due right now.
    grids.missingTicks += Math.max(0, Math.floor(due) - slipped - (room.tick - start.tick) - 1);
  }
  return grids;
}

async function coreShare(server: ChildProcess): Promise<number> {
  const before = await read(server);
  await sleep(CALIBRATION_MS);
  const after = await read(server);
  return (after.cpuMs - before.cpuMs) / (after.nowMs - before.nowMs);
}

async function read(server: ChildProcess): Promise<ServerReading> {
  return await ask<ServerReading>(server, { order: 'read' } satisfies ServerOrder);
}

async function tell(server: ChildProcess, order: ServerOrder): Promise<void> {
  await ask(server, order);
}

async function ask<T>(child: ChildProcess, order: object | string): Promise<T> {
  const answer = nextMessage(child) as Promise<T>;
  child.send(order);
  return await answer;
}
