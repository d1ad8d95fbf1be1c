/** What a seated connection costs in memory on which nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from './load/orders.ts';
import { startPair } from './processes.ts';
import { PLAYERS, type Setting } from './setting.ts';

export interface IdleFigures {
  /** By number of connections: resident KiB of each, over what the server had before the first of them. */
  readonly kibPerConnection: Readonly<Record<number, number>>;
  /** Of each beyond the first thousands: without what a server's heap takes once, however many they are. */
  readonly kibPerFurther: number;
  /** Share of the core that the server uses with all of them. */
  readonly coreShare: number;
}

export const IDLE_CONNECTIONS: readonly number[] = [2_000, 10_000];

const SETTING: Setting = { [PLAYERS]: { seats: 50, tickRateHz: 20, sendRateHz: 20, isMoving: false } };
/** So many come and go first: what is compiled and loaded then is nobody's. */
const WARM_UP = 500;
const AT_ONCE = 100;
/** Until seats and rooms of those who left are gone. */
const CLEAR_MS = 16_000;
const SETTLE_MS = 6_000;

export async function measureIdle(name: ServerName, nodeOptions: readonly string[] = []): Promise<IdleFigures> {
  const pair = await startPair(name, { setting: SETTING, nodeOptions, isIdentified: true });
  const { server, load } = pair;
  await load.join(PLAYERS, WARM_UP, AT_ONCE);
  await load.leave(PLAYERS);
  await sleep(CLEAR_MS);
  const { residentBytes: emptyBytes } = await server.ask('collect');
  const kibPerConnection: Record<number, number> = {};
  let coreShare = 0;
  let connections = 0;
  for (const wanted of IDLE_CONNECTIONS) {
    await load.join(PLAYERS, wanted - connections, AT_ONCE);
    connections = wanted;
    const before = await server.ask('read');
    await sleep(SETTLE_MS);
    coreShare = ((await server.ask('read')).cpuMs - before.cpuMs) / SETTLE_MS;
    const { residentBytes } = await server.ask('collect');
    kibPerConnection[wanted] = (residentBytes - emptyBytes) / 1024 / wanted;
  }
  await pair.end();
  const [few = 0, many = 0] = IDLE_CONNECTIONS;
  const kibOf = (count: number): number => (kibPerConnection[count] ?? 0) * count;
  return { kibPerConnection, kibPerFurther: (kibOf(many) - kibOf(few)) / (many - few), coreShare };
}
