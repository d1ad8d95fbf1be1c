/** The players' process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOrders } from '../../children.ts';
import { BYSTANDERS } from '../setting.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import type { Joined, LoadReading, LoadStart, Order, Storm, Weathered } from './orders.ts';
import { Player, type PlayerEvents } from './player.ts';
import { Returns } from './returns.ts';

const JOINS_DEADLINE_MS = 120_000;
const POLL_MS = 20;
/** Players who had to come again, beyond which something is wrong. */
const SETBACKS_MAX = 1_000;

const start = JSON.parse(process.argv[2] ?? '{}') as LoadStart;
const { server, port, setting } = start;
const dialects = new Map<string, Dialect>();
const players = new Map<string, Player[]>(Object.keys(setting).map((kind) => [kind, []]));
const watched = new Map<Player, number>();
let made = 0;
let longestGapMs = 0;
let readAtMs = performance.now();
let updatesRead = 0;

answerOrders<Order>(carryOut);

async function carryOut(order: Order): Promise<Joined | Weathered | LoadReading | { left: number }> {
  switch (order.order) {
    case 'join':
      return await join(order);
    case 'leave':
      return leave(order.kind);
    case 'storm':
      return await weather(order);
    case 'read':
      return read();
  }
}

async function join({ kind, players: wanted, atOnce }: Extract<Order, { order: 'join' }>): Promise<Joined> {
  const isWatched = kind === BYSTANDERS;
  const waitsMs: number[] = [];
  const startedAtMs = performance.now();
  const cpu = process.cpuUsage();
  let started = 0;
  let setbacks = 0;
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`joining ${server} took too long`)), JOINS_DEADLINE_MS).unref();
    const beginOne = (): void => {
      if (started === wanted) return;
      started++;
      const fromMs = performance.now();
      const player = newPlayer(kind, {
        playing: (one) => {
          waitsMs.push(performance.now() - fromMs);
          if (isWatched) watched.set(one, performance.now());
          if (waitsMs.length === wanted) resolve();
          else beginOne();
        },
        lost: (one, { why }) => {
          if (++setbacks > SETBACKS_MAX) reject(new Error(`players of ${server} are refused: ${why}`));
          else one.come();
        },
        ...(isWatched ? { updated: watch } : {}),
      });
      player.come();
    };
    for (let i = 0; i < atOnce; i++) beginOne();
  });
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { seconds, setbacks, waitsMs: waitsMs.sort((a, b) => a - b), coreShare: coreShareSince(cpu, seconds) };
}

function leave(kind: string): { left: number } {
  const all = players.get(kind) ?? [];
  players.set(kind, []);
  for (const player of all) player.leave();
  return { left: all.length };
}

async function weather({ kind, way, backoff, deadlineMs }: Storm): Promise<Weathered> {
  const cut = players.get(kind) ?? [];
  players.set(kind, []);
  const storm = new Returns(backoff);
  const cpu = process.cpuUsage();
  for (const player of cut) player.cut();
  for (const { number, token } of cut) {
    const player = newPlayer(kind, storm, number);
    if (way === 'return') player.token = token;
    storm.expect(player);
  }
  while (storm.backMs.length < cut.length && storm.elapsedMs < deadlineMs) await sleep(POLL_MS);
  storm.end();
  const { backMs, seatsKept, tries, setbacks, elapsedMs } = storm;
  return {
    backMs: backMs.toSorted((a, b) => a - b),
    seatsKept,
    tries,
    setbacks: Object.fromEntries(setbacks),
    coreShare: coreShareSince(cpu, elapsedMs / 1000),
  };
}

function read(): LoadReading {
  const nowMs = performance.now();
  let updates = 0;
  for (const [player, heardAtMs] of watched) {
    updates += player.updates;
    longestGapMs = Math.max(longestGapMs, nowMs - heardAtMs);
  }
  const reading: LoadReading = {
    players: watched.size,
    updates: updates - updatesRead,
    seconds: (nowMs - readAtMs) / 1000,
    longestGapMs,
  };
  updatesRead = updates;
  readAtMs = nowMs;
  longestGapMs = 0;
  return reading;
}

function watch(player: Player): void {
  const nowMs = performance.now();
  longestGapMs = Math.max(longestGapMs, nowMs - (watched.get(player) ?? nowMs));
  watched.set(player, nowMs);
}

function newPlayer(kind: string, on: PlayerEvents, number = made++): Player {
  let dialect = dialects.get(kind);
  if (dialect === undefined) {
    dialect = dialectOf(start, kind);
    dialects.set(kind, dialect);
  }
  const player = new Player(number, port, dialect, on);
  players.get(kind)?.push(player);
  return player;
}

function coreShareSince(before: NodeJS.CpuUsage, seconds: number): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / seconds;
}
