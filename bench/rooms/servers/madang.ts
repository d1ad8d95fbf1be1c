/** Ours, as `createServer` makes it. */
import { createServer } from '@madang/server';
import pino from 'pino';
import { gamesOf } from '../madang-games.ts';
import { BYSTANDERS, settingOf } from '../setting.ts';
import { report } from './reporting.ts';

const setting = settingOf(process.argv[2]);
/** How fast players can be taken in is what is measured; in the storm, how well a server takes in as many as it wants. */
const limits = setting[BYSTANDERS] === undefined ? { joinsPerSecond: 100_000, joinsBurst: 100_000 } : {};

const server = createServer({
  games: gamesOf(setting),
  limits,
  port: 0,
  hosts: ['127.0.0.1'],
  log: pino({ level: 'silent' }),
});
const { port } = await server.start();
report(port, () =>
  server.rooms.all
    .filter(({ game }) => game.name === BYSTANDERS)
    .reduce((sum, { slippedTicks }) => sum + slippedTicks, 0),
);
