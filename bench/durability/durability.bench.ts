/**
 * What it costs to write rooms down: server CPU of 20 rooms of 50 over real sockets (`async` beside `none`, in turn), the round trip of a request
 * (`strict` beside `none`), how long a process takes to go on with 200 rooms of 50 that another left, and how large journals are. The
 * journal is SQLite in a folder beside this file, so on a real disk. `seek.ts` measures replays.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@madang/client';
import { type Durability, encodeJoin, SUBPROTOCOL } from '@madang/core';
import WebSocket from 'ws';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Row, toRow } from '../rows.ts';
import { arenaOf, PLAYERS_PER_ROOM } from './game.ts';
import type { LoadReading } from './load.ts';
import type { ServerReading } from './server.ts';

const PLAYERS = 1_000;
const SETTLE_MS = 3_000;
const MEASURED_MS = 12_000;
const TURNS = 3;
const ASKS = 600;
const ROOMS = 200;

export const durabilityBench: Bench = {
  async run({ haste, progress }: BenchOptions): Promise<BenchResult> {
    const rows: Row[] = [];
    const cost = { none: [] as Cost[], async: [] as Cost[], strict: [] as Cost[] };
    for (let turn = 0; turn < (haste > 1 ? 1 : TURNS); turn++) {
      for (const durability of ['none', 'async', 'strict'] as const) {
        progress(`${PLAYERS} players, ${durability}`);
        cost[durability].push(await costOf(durability, MEASURED_MS / haste));
      }
    }
    const of = (durability: Durability, figure: (cost: Cost) => number): number => median(cost[durability].map(figure));
    const row = (
      name: string,
      metric: string,
      unit: string,
      ours: number,
      peer: number | null,
      goal?: number,
      on?: 'ours',
    ) =>
      rows.push(
        toRow({
          bench: 'durability',
          case: name,
          metric,
          unit,
          ours,
          peer,
          peerName: peer === null ? null : 'the same server, durability none',
          ...(goal === undefined ? {} : { goal }),
          ...(on === undefined ? {} : { goalOn: on }),
        }),
      );
    for (const durability of ['async', 'strict'] as const) {
      const name = `${PLAYERS} players, ${durability}`;
      const cpu = (one: Cost): number => one.cpuUsPerFrame;
      row(name, 'cpu', 'us per frame', of(durability, cpu), of('none', cpu), durability === 'async' ? 1.1 : undefined);
      row(
        name,
        'slipped',
        'ticks',
        of(durability, (one) => one.slippedTicks),
        of('none', (one) => one.slippedTicks),
      );
      row(
        name,
        'journal',
        'KiB per room and minute',
        of(durability, (one) => one.journalKiBPerRoomMinute),
        null,
      );
      row(
        name,
        'commits',
        'per second',
        of(durability, (one) => one.commitsPerSecond),
        null,
      );
    }
    progress('round trips');
    const trips = await roundTrips(Math.ceil(ASKS / haste));
    row('request, 60 Hz', 'none', 'ms, median', trips.none, null);
    row('request, 60 Hz', 'strict beyond none', 'ms, median', trips.strict - trips.none, null, 3, 'ours');
    progress(`${ROOMS} rooms of ${PLAYERS_PER_ROOM} go on`);
    const recovery = await recover(haste > 1 ? 20 : ROOMS);
    row(`${recovery.rooms} rooms`, 'process to listening', 'ms', recovery.listeningMs, null, 2_000, 'ours');
    row(`${recovery.rooms} rooms`, 'process to first frame', 'ms', recovery.frameMs, null, 2_000, 'ours');
    return { rows, charts: [] };
  },
};

interface Cost {
  readonly cpuUsPerFrame: number;
  readonly slippedTicks: number;
  readonly journalKiBPerRoomMinute: number;
  readonly commitsPerSecond: number;
}

async function costOf(durability: Durability, forMs: number): Promise<Cost> {
  return await inFolder(async (folder) => {
    const server = start(durability, 20, folder);
    const { port } = await next<{ port: number }>(server);
    const load = fork(new URL('load.ts', import.meta.url), [String(PLAYERS), String(port)]);
    await next(load);
    await sleep(SETTLE_MS);
    const [server0, load0] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
    const startedAt = performance.now();
    await sleep(forMs);
    const [server1, load1] = await Promise.all([ask<ServerReading>(server), ask<LoadReading>(load)]);
    const seconds = (performance.now() - startedAt) / 1000;
    await Promise.all([load, server].map(stop));
    return {
      cpuUsPerFrame: ((server1.cpuMs - server0.cpuMs) * 1000) / (load1.frames - load0.frames),
      slippedTicks: server1.slippedTicks - server0.slippedTicks,
      journalKiBPerRoomMinute: (server1.journalBytes - server0.journalBytes) / 1024 / server1.rooms / (seconds / 60),
      commitsPerSecond: (server1.commits - server0.commits) / seconds,
    };
  });
}

/** Requests at moments that have nothing to do with ticks, of one player in each of two servers, in turn. */
async function roundTrips(count: number): Promise<{ readonly none: number; readonly strict: number }> {
  return await inFolder(async (folder) => {
    const servers = [start('none', 60, folder), start('strict', 60, folder)];
    const rooms = await Promise.all(
      servers.map(async (server, index) => {
        const { port } = await next<{ port: number }>(server);
        return await connect(`ws://127.0.0.1:${port}`).join(arenaOf(index === 0 ? 'none' : 'strict', 60));
      }),
    );
    const times: number[][] = rooms.map(() => []);
    for (let asked = 0; asked < count; asked++) {
      for (const [index, room] of rooms.entries()) {
        await sleep(5 + Math.random() * 30);
        const startedAt = performance.now();
        await room.ask('fire', {});
        times[index]?.push(performance.now() - startedAt);
      }
    }
    for (const room of rooms) room.leave();
    await Promise.all(servers.map(stop));
    const [none = [], strict = []] = times;
    return { none: median(none), strict: median(strict) };
  });
}

async function recover(
  rooms: number,
): Promise<{ readonly rooms: number; readonly listeningMs: number; readonly frameMs: number }> {
  return await inFolder(async (folder) => {
    const first = start('async', 20, folder, rooms);
    const { token } = await next<{ token: string }>(first);
    const gone = once(first, 'exit');
    first.kill('SIGKILL');
    await gone;
    const startedAt = performance.now();
    const second = start('async', 20, folder);
    const { port } = await next<{ port: number }>(second);
    const listeningMs = performance.now() - startedAt;
    const game = arenaOf('async');
    const socket = new WebSocket(`ws://127.0.0.1:${port}/play`, SUBPROTOCOL);
    await once(socket, 'open');
    socket.send(encodeJoin({ game: game.name, fingerprint: game.fingerprint, way: 'return', key: token }));
    await new Promise<void>((resolve, reject) => {
      socket.on('close', (code: number, reason: Buffer) =>
        reject(new Error(`not let back: ${code} ${String(reason)}`)),
      );
      // The welcome is followed by the whole state.
      socket.on('message', (data: Buffer) => data[0] === SNAPSHOT && resolve());
    });
    const frameMs = performance.now() - startedAt;
    const reading = await ask<ServerReading>(second);
    socket.terminate();
    await stop(second);
    return { rooms: reading.rooms, listeningMs, frameMs };
  });
}

const SNAPSHOT = 65;

function start(durability: Durability, rateHz: number, folder: string, rooms = 0): ChildProcess {
  return fork(new URL('server.ts', import.meta.url), [durability, String(rateHz), folder, String(rooms)]);
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(import.meta.dirname, 'data-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
