/** How many players a second a server takes in, up to the first state of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from './load/orders.ts';
import { type Pair, startPair } from './processes.ts';
import { PLAYERS, type Setting } from './setting.ts';

export interface JoinsFigures {
  readonly joinsPerSecond: number;
  readonly serverUsPerJoin: number;
  readonly medianWaitMs: number;
  readonly p99WaitMs: number;
  /** How often a player was refused or lost, and came again. */
  readonly setbacks: number;
  /** Near 1, it is the load that was measured. */
  readonly loadCoreShare: number;
}

const SETTING: Setting = { [PLAYERS]: { seats: 50, tickRateHz: 20, sendRateHz: 20 } };
const JOINS = 2_000;
/** Below what waits for a busy listener before the system turns it away (511 in Node). */
const AT_ONCE = 400;
const WARM_UPS = 4;
const WARM_UP_JOINS = 2_000;
/** Until those who left are out of their seats. */
const CLEAR_MS = 1_000;

/** One server, started for this, warmed up, and measured once. */
export async function measureJoins(name: ServerName, nodeOptions: readonly string[] = []): Promise<JoinsFigures> {
  const pair = await startPair(name, { setting: SETTING, nodeOptions });
  for (let i = 0; i < WARM_UPS; i++) await comeAndGo(pair, WARM_UP_JOINS);
  const before = await pair.server.ask('read');
  const { seconds, setbacks, waitsMs, coreShare } = await pair.load.join(PLAYERS, JOINS, AT_ONCE);
  const after = await pair.server.ask('read');
  await pair.end();
  return {
    joinsPerSecond: JOINS / seconds,
    serverUsPerJoin: ((after.cpuMs - before.cpuMs) * 1000) / JOINS,
    medianWaitMs: atShare(waitsMs, 0.5),
    p99WaitMs: atShare(waitsMs, 0.99),
    setbacks,
    loadCoreShare: coreShare,
  };
}

async function comeAndGo({ load }: Pair, players: number): Promise<void> {
  await load.join(PLAYERS, players, AT_ONCE);
  await load.leave(PLAYERS);
  await sleep(CLEAR_MS);
}

/** The figure that this share of the sorted figures does not exceed; infinite where there are too few of them. */
export function atShare(sorted: readonly number[], share: number, outOf: number = sorted.length): number {
  return sorted[Math.max(0, Math.ceil(share * outOf) - 1)] ?? Number.POSITIVE_INFINITY;
}
