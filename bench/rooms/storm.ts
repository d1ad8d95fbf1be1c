/** Everybody is cut at once and comes back: how soon they play, and what those suffer who were never cut. */
import { setTimeout as sleep } from 'node:timers/promises';
import { atShare } from './joins.ts';
import type { Backoff, ServerName, Storm } from './load/orders.ts';
import { startPair } from './processes.ts';
import { BYSTANDERS, PLAYERS, type Setting } from './setting.ts';

export interface StormFigures {
  /** Share of the core that the server uses before anything happens. */
  readonly calmCoreShare: number;
  /** The deadline where fewer were back by then. */
  readonly p99BackMs: number;
  readonly allBackMs: number;
  readonly players: number;
  /** Who were not back by the deadline. */
  readonly missing: number;
  /** Who sit in the seat they had before. */
  readonly seatsKept: number;
  readonly tries: number;
  readonly setbacks: Readonly<Record<string, number>>;
  readonly stallMs: number;
  /** Ticks of bystanders' rooms that were never played; 0 for servers that count none. */
  readonly slippedTicks: number;
  /** Updates that a bystander should have had at its rate and had not, as a share. */
  readonly bystanderMissingShare: number;
  readonly bystanderGapMs: number;
  readonly calmStallMs: number;
  readonly calmBystanderGapMs: number;
  readonly loadCoreShare: number;
}

/** Players whom one core carries with room to spare: their rooms send slowly. Bystanders' rooms do not. */
const SETTING: Setting = {
  [PLAYERS]: { seats: 50, tickRateHz: 20, sendRateHz: 4 },
  [BYSTANDERS]: { seats: 10, tickRateHz: 20, sendRateHz: 20 },
};
const STORM_PLAYERS = 5_000;
const BYSTANDER_PLAYERS = 40;
const AT_ONCE = 200;
const CALM_MS = 4_000;
const DEADLINE_MS = 60_000;
const BACKOFF: Backoff = { baseMs: 1_000, capMs: 10_000, tryMs: 10_000 };

export async function measureStorm(
  name: ServerName,
  nodeOptions: readonly string[] = [],
  way: Storm['way'] = 'return',
): Promise<StormFigures> {
  const pair = await startPair(name, { setting: SETTING, nodeOptions });
  const { server, load } = pair;
  await load.join(BYSTANDERS, BYSTANDER_PLAYERS, BYSTANDER_PLAYERS);
  await load.join(PLAYERS, STORM_PLAYERS, AT_ONCE);
  await sleep(CALM_MS);
  const before = await server.ask('read');
  await load.read();
  await sleep(CALM_MS);
  const calm = await server.ask('read');
  const calmRead = await load.read();
  const { backMs, seatsKept, tries, setbacks, coreShare } = await load.weather({
    kind: PLAYERS,
    way,
    backoff: BACKOFF,
    deadlineMs: DEADLINE_MS,
  });
  const storm = await server.ask('read');
  const stormRead = await load.read();
  await pair.end();
  const due = stormRead.players * stormRead.seconds * (SETTING[BYSTANDERS]?.sendRateHz ?? Number.NaN);
  return {
    calmCoreShare: (calm.cpuMs - before.cpuMs) / CALM_MS,
    p99BackMs: Math.min(DEADLINE_MS, atShare(backMs, 0.99, STORM_PLAYERS)),
    allBackMs: Math.min(DEADLINE_MS, atShare(backMs, 1, STORM_PLAYERS)),
    players: STORM_PLAYERS,
    missing: STORM_PLAYERS - backMs.length,
    seatsKept,
    tries,
    setbacks,
    stallMs: storm.stallMs,
    slippedTicks: storm.slippedTicks - calm.slippedTicks,
    bystanderMissingShare: Math.max(0, 1 - stormRead.updates / due),
    bystanderGapMs: stormRead.longestGapMs,
    calmStallMs: calm.stallMs,
    calmBystanderGapMs: calmRead.longestGapMs,
    loadCoreShare: coreShare,
  };
}
