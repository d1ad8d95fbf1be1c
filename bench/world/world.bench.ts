/**
 * One room, many players, each of whom sees about 70 of the others: what the whole server costs over real sockets, at 20 Hz. Without
 * a peer: encoding is compared in `encode`, whole servers will be in `server`. The load runs in a process of its own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Row, toRow } from '../rows.ts';
import { TICK_RATE_HZ } from './game.ts';
import type { LoadReading } from './load.ts';
import type { ServerReading } from './server.ts';

const PLAYERS = [250, 500, 1_000];
const SETTLE_MS = 3_000;
const MEASURED_MS = 15_000;

/** "Must leave most of the core to the game": below half of it. */
const CORE_SHARE_GOAL = 0.5;

export const worldBench: Bench = {
  async run({ haste, progress }: BenchOptions): Promise<BenchResult> {
    const rows: Row[] = [];
    for (const players of PLAYERS) {
      progress(`${players} players`);
      rows.push(...(await measure(players, MEASURED_MS / haste)));
    }
    return { rows, charts: [] };
  },
};

async function measure(players: number, forMs: number): Promise<readonly Row[]> {
  const server = fork(new URL('server.ts', import.meta.url), [String(players)]);
  const { port } = await next<{ port: number }>(server);
  const load = fork(new URL('load.ts', import.meta.url), [String(players), String(port)]);
  await next(load);
  await sleep(SETTLE_MS);
  const [server0, load0] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
  const startedAt = performance.now();
  await sleep(forMs);
  const [server1, load1] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
  const seconds = (performance.now() - startedAt) / 1000;
  load.kill();
  server.kill();

  const frames = load1.frames - load0.frames;
  const figure = (metric: string, unit: string, ours: number, goal?: number): Row =>
    toRow({
      bench: 'world',
      case: `${players} players`,
      metric,
      unit,
      ours,
      peer: null,
      peerName: null,
      ...(goal === undefined ? {} : { goal, goalOn: 'ours' }),
    });
  const cpuMs = server1.cpuMs - server0.cpuMs;
  const goal = players === 1_000 ? CORE_SHARE_GOAL : undefined;
  return [
    figure('core', 'share of a core', cpuMs / 1000 / seconds, goal),
    figure('cpu', 'us per player and second', (cpuMs * 1000) / seconds / players),
    figure('rate', 'frames per player and second', frames / seconds / players),
    figure('missing', 'share of frames', 1 - frames / seconds / players / TICK_RATE_HZ, 0.02),
    figure('bytes', 'B per frame', (load1.bytes - load0.bytes) / frames),
    figure('slipped', 'ticks', server1.slippedTicks - server0.slippedTicks),
    figure('memory', 'MiB', server1.residentBytes / 2 ** 20),
  ];
}

async function ask<T>(child: ChildProcess): Promise<T> {
  const answer = next<T>(child);
  child.send('read');
  return await answer;
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
