/** The server's process: one room of one world. Answers what it has cost whenever it is asked. */
import { createServer } from '@madang/server';
import pino from 'pino';
import { worldOf } from './game.ts';

/** What this process has used and done so far. */
export interface ServerReading {
  readonly cpuMs: number;
  readonly ticks: number;
  readonly slippedTicks: number;
  readonly residentBytes: number;
}

const players = Number(process.argv[2]);
const server = createServer({
  games: [worldOf(players)],
  alwaysOpen: ['world'],
  port: 0,
  log: pino({ level: 'silent' }),
});
const { port } = await server.start();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const [room] = server.rooms.all;
  const reading: ServerReading = {
    cpuMs: (user + system) / 1000,
    ticks: room?.tick ?? 0,
    slippedTicks: room?.slippedTicks ?? 0,
    residentBytes: process.memoryUsage.rss(),
  };
  process.send?.(reading);
});
// The bench may end first, whatever ends it.
process.on('disconnect', () => process.exit());
process.send?.({ port });
