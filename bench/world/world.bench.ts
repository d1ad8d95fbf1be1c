/**
 * One room, many players, each of whom sees about 70 of the others: what the whole server costs over real sockets, at 20 Hz, beside the
 * floor: a `ws` server that does nothing but write frames of the same size. The load runs in a process of its own, on the
 * same machine; where that has two threads of one core, both sides pay for it.
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
  const ours = await measureServer('server.ts', players, forMs, 0);
  const floor = await measureServer('floor.ts', players, forMs, Math.round(ours.frameBytes));
  const figure = (metric: string, unit: string, of: (side: Figures) => number, goal?: number): Row =>
    toRow({
      bench: 'world',
      case: `${players} players`,
      metric,
      unit,
      ours: of(ours),
      peer: of(floor),
      peerName: 'ws 8, the same bytes and nothing else',
      ...(goal === undefined ? {} : { goal, goalOn: 'ours' }),
    });
  return [
    figure('core', 'share of a core', (side) => side.coreShare, players === 1_000 ? CORE_SHARE_GOAL : undefined),
    figure('cpu', 'us per frame', (side) => side.cpuUsPerFrame),
    figure('rate', 'frames per player and second', (side) => side.ratePerPlayer),
    figure('missing', 'share of frames', (side) => 1 - side.ratePerPlayer / TICK_RATE_HZ, 0.02),
    figure('bytes', 'B per frame', (side) => side.frameBytes),
    figure('slipped', 'ticks', (side) => side.slippedTicks),
    figure('memory', 'MiB', (side) => side.residentMiB),
  ];
}

interface Figures {
  readonly coreShare: number;
  readonly cpuUsPerFrame: number;
  readonly ratePerPlayer: number;
  readonly frameBytes: number;
  readonly slippedTicks: number;
  readonly residentMiB: number;
}

async function measureServer(script: string, players: number, forMs: number, frameBytes: number): Promise<Figures> {
  const server = fork(new URL(script, import.meta.url), [String(players), String(frameBytes)]);
  const { port } = await next<{ port: number }>(server);
  const load = fork(new URL('load.ts', import.meta.url), [String(players), String(port)]);
  await next(load);
  await sleep(SETTLE_MS);
  const [server0, load0] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
  const startedAt = performance.now();
  await sleep(forMs);
  const [server1, load1] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all([load, server].map((child) => Promise.all([once(child, 'exit'), child.disconnect()])));
  const frames = load1.frames - load0.frames;
  const cpuMs = server1.cpuMs - server0.cpuMs;
  return {
    coreShare: cpuMs / 1000 / seconds,
    cpuUsPerFrame: (cpuMs * 1000) / frames,
    ratePerPlayer: frames / seconds / players,
    frameBytes: (load1.bytes - load0.bytes) / frames,
    slippedTicks: server1.slippedTicks - server0.slippedTicks,
    residentMiB: server1.residentBytes / 2 ** 20,
  };
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
