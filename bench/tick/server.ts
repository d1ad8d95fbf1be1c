/** The server's process: rooms as `createServer` opens them, each tick of which does as much work as the bench says. */
import { readFileSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';
import { createServer } from '@madang/server';
import pino from 'pino';
import { work } from './busy-work.ts';
import { TICK_RATE_HZ, tickGame } from './game.ts';
import type { LatenessReading, RoomReading, ServerOrder, ServerReading } from './orders.ts';

const PERIOD_MS = 1000 / TICK_RATE_HZ;

/** Where the first line of /proc/stat tells it. Source: proc(5). */
const STEAL_AT = 7;

let rounds = 0;
let workSum = 0;
const latenessNs = createHistogram({ figures: 3 });

const game = tickGame((roomId, tick) => {
  const position = server.rooms.get(roomId)?.position ?? tick;
  // A histogram takes whole numbers from 1.
  latenessNs.record(Math.max(1, Math.round((position - tick) * PERIOD_MS * 1e6)));
  workSum ^= work(rounds);
});

const server = createServer({
  games: [game],
  port: 0,
  hosts: ['127.0.0.1'],
  // How fast players come in is measured elsewhere.
  limits: { joinsPerSecond: 100_000, joinsBurst: 100_000 },
  log: pino({ level: 'silent' }),
});
const { port } = await server.start();
process.on('message', (order: ServerOrder) => process.send?.(carryOut(order)));
process.on('disconnect', () => process.exit());
process.send?.({ port });

function carryOut(order: ServerOrder): ServerReading | { done: true } {
  if (order.order === 'read') return read();
  if (order.order === 'work') rounds = order.rounds;
  else latenessNs.reset();
  return { done: true };
}

function read(): ServerReading {
  const { user, system } = process.cpuUsage();
  return {
    nowMs: performance.now(),
    cpuMs: (user + system) / 1000,
    waitedMs: waitedMs(),
    stolenMs: stolenMs(),
    rooms: server.rooms.all.map(readRoom),
    lateness: readLateness(),
    workSum,
  };
}

function readRoom({ id, position, tick, slippedTicks }: (typeof server.rooms.all)[number]): RoomReading {
  return { id, nowMs: performance.now(), position, tick, slippedTicks };
}

function readLateness(): LatenessReading {
  const ms = (share: number): number => latenessNs.percentile(share * 100) / 1e6;
  return {
    ticks: latenessNs.count,
    p50Ms: ms(0.5),
    p99Ms: ms(0.99),
    p999Ms: ms(0.999),
    maxMs: latenessNs.max / 1e6,
  };
}

/** Linux counts, in hundredths of a second, how long a virtual machine's cores were taken by its host for others. */
function stolenMs(): number | null {
  try {
    const [, ...hundredths] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? [];
    return Number(hundredths[STEAL_AT]) * 10;
  } catch {
    return null;
  }
}

/** Linux keeps for each process how long it waited while others had its core. */
function waitedMs(): number | null {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return null;
  }
}
