/** A server in a process of its own, for what would stop the tests as well: `node served.ts '{"limits":{}}'`. */
import { createServer } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';

const server = createServer({
  games: [landGrab],
  alwaysOpen: [landGrab.name],
  port: 0,
  hosts: ['127.0.0.1'],
  graceMs: 200,
  log: pino({ level: 'info' }, pino.destination(2)),
  ...JSON.parse(process.argv[2] ?? '{}'),
});
const { port } = await server.start();
process.stdout.write(`${port}\n`);
process.on('SIGTERM', () => void server.stop());
