/**
 * One cell of the bench by itself, as JSON: `node bench/rooms/cell.ts joins|storm|storm-anew madang|colyseus|socketio|floor [NODE OPTIONS]`. Node's
 * options are the server's: `--cpu-prof --cpu-prof-dir=/tmp/profile` writes where its time goes.
 */
import { measureJoins } from './joins.ts';
import type { ServerName } from './load/orders.ts';
import { measureStorm } from './storm.ts';

const CELLS = {
  joins: measureJoins,
  storm: measureStorm,
  'storm-anew': (name: ServerName, nodeOptions: readonly string[]) => measureStorm(name, nodeOptions, 'anew'),
};
const SERVERS: readonly ServerName[] = ['madang', 'colyseus', 'socketio', 'floor'];

const [cell = '', named = '', ...nodeOptions] = process.argv.slice(2);
const measure = Object.entries(CELLS).find(([name]) => name === cell)?.[1];
const server = SERVERS.find((name) => name === named);
if (measure === undefined || server === undefined) {
  console.error(`Usage: node bench/rooms/cell.ts ${Object.keys(CELLS).join('|')} ${SERVERS.join('|')} [NODE OPTIONS]`);
  process.exitCode = 1;
} else console.log(JSON.stringify(await measure(server, nodeOptions), null, 2));
