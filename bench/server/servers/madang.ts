/**
 * Ours, as `createServer` makes it, with the native protocol and the plain-WebSocket gateway; with the Socket.IO gateway where the argument
 * before the setting is `socketio`.
 */
import { createServer, type MadangServer } from '@madang/server';
import { socketIo } from '@madang/socketio';
import pino from 'pino';
import { settingOf } from '../setting.ts';
import { anyGameOf } from './madang-game.ts';
import { report } from './reporting.ts';
import { TimedClock } from './timed-clock.ts';

const setting = settingOf();
/** A room's ticks can be told from the rest of what this process does where there is one room only. */
const clock = setting.world === null ? null : new TimedClock((): number => server.rooms.all[0]?.tick ?? 0);

const server: MadangServer = createServer({
  games: [anyGameOf(setting)],
  gateways: process.argv.includes('socketio') ? [socketIo()] : [],
  // How fast players can be taken in is measured, and how many play: not how well the rest is turned away.
  limits: { joinsPerSecond: 100_000, joinsBurst: 100_000, loopDelayMs: 100_000 },
  maxRooms: 100_000,
  port: 0,
  hosts: ['127.0.0.1'],
  log: pino({ level: 'silent' }),
  ...(clock === null ? {} : { clock }),
});
const { port } = await server.start();
report(port, () => ({
  slippedTicks: server.rooms.all.reduce((sum, { slippedTicks }) => sum + slippedTicks, 0),
  tickP99Ms: clock?.takeP99Ms() ?? null,
}));
