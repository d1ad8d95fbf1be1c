/**
 * The demo server: land-grab, arena and omok for everybody who comes, by any of the three ways in. `npm start` runs this.
 *
 *   PORT       8888 unless set
 *   HOST       loopback, IPv4 and IPv6, unless set
 *   DATA       the folder of the embedded store and the journal of rooms: `data` beside this file unless set
 *   ORIGINS    origins of other sites' pages that may connect, with commas between: none unless set
 *   UNREADABLE `set-aside` to start without rooms in progress that this version of their game cannot hold; otherwise it does not start
 *   LOG_LEVEL  `warn` unless set; logs go to standard error
 */
import { join } from 'node:path';
import { isGameError } from '@madang/core';
import { dashboardPages } from '@madang/dashboard';
import {
  createServer,
  guestSecret,
  type MadangServer,
  openSqliteJournal,
  openSqliteStore,
  type ServerOptions,
  type SqliteOptions,
} from '@madang/server';
import { socketIo } from '@madang/socketio';
import { arena } from '@madang-examples/arena/game';
import { landGrab } from '@madang-examples/land-grab/game';
import { omok } from '@madang-examples/omok/game';
import pino from 'pino';
import { BestRounds, BOARDS } from './best-rounds.ts';
import { YardRecord } from './yard-record.ts';

/** What `sysexits.h` calls a configuration error: restarting will not help. */
const EXIT_CONFIG = 78;

/** Longer than a clean stop can take. */
const STOP_DEADLINE_MS = 4_500;

/** A variable of the environment; one that is set to nothing counts as not set. */
const env = (name: string, otherwise: string): string => process.env[name] || otherwise;

const PORT = env('PORT', '8888');
const HOST = env('HOST', 'localhost');
const ORIGINS = env('ORIGINS', '');
const DATA = env('DATA', join(import.meta.dirname, 'data'));
const LOG_LEVEL = env('LOG_LEVEL', 'warn');

if (!(LOG_LEVEL in pino.levels.values) && LOG_LEVEL !== 'silent') {
  giveUp(`LOG_LEVEL must be one of ${Object.keys(pino.levels.values).join(', ')} or silent.`);
}
const log = pino({ level: LOG_LEVEL }, pino.destination({ dest: 2, sync: true }));
const hosts = HOST === 'localhost' ? ['127.0.0.1', '::1'] : [HOST];
if (!/^\d{1,5}$/u.test(PORT) || Number(PORT) > 65_535) {
  giveUp(`PORT must be a number from 0 to 65535, and it is ${JSON.stringify(PORT)}.`);
}

const store = await openOrGiveUp('store', openSqliteStore, 'madang.sqlite');
const journal = await openOrGiveUp('journal', openSqliteJournal, 'journal.sqlite');
const record = new YardRecord(store, log);
const server = createOrGiveUp({
  games: [landGrab, arena, omok],
  alwaysOpen: [landGrab.name, arena.name],
  gateways: [socketIo()],
  pages: [
    { path: '/', folder: join(import.meta.dirname, 'dist') },
    { path: '/land-grab', folder: join(import.meta.dirname, '../land-grab/dist') },
    { path: '/arena', folder: join(import.meta.dirname, '../arena/dist') },
    { path: '/omok', folder: join(import.meta.dirname, '../omok/dist') },
    { path: '/react', folder: join(import.meta.dirname, '../react-scores/dist') },
    ...dashboardPages(),
  ],
  store,
  // Rooms go on where they were when this process ends, however it ends.
  journal,
  unreadable: env('UNREADABLE', 'refuse') === 'set-aside' ? 'set-aside' : 'refuse',
  boards: BOARDS,
  identity: { guests: { secret: await guestSecret(store) } },
  port: Number(PORT),
  hosts,
  allowedOrigins: ORIGINS.split(',').filter((origin) => origin !== ''),
  // A rule that writes a bad value must not end everybody's round.
  badWrites: 'clamp',
  log,
});
server.route('/api/record', async () => ({ best: await record.read() }));
server.route('/api/traffic', async () => server.traffic);
server.onEvent((event) => record.hear(event));
const bestRounds = new BestRounds(server, log);
server.onEvent((event) => bestRounds.hear(event));

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
// Nobody knows what still holds: rooms are written down as they are, and whoever watches this process starts another.
for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(fault, (err: unknown) => {
    log.fatal({ err, fault }, 'the server cannot go on');
    void stop(1);
  });
}

try {
  const { url } = await server.start();
  if (!isStopping) process.stdout.write(`Madang is ready: ${url}/\n`);
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const where = `${hosts.join(' and ')}, port ${PORT}`;
  if (code === 'EADDRINUSE') giveUp(`Port ${PORT} is taken: another program listens on it. Choose another with PORT=…`);
  if (code === 'EACCES') giveUp(`Port ${PORT} may not be opened by this user. Choose one above 1023 with PORT=…`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') giveUp(`This machine has no address ${HOST}: see HOST.`);
  if (isGameError(error, 'SCHEMA_INCOMPATIBLE') || isGameError(error, 'BAD_RECORDING')) {
    giveUp(`${error.message} Here that is UNREADABLE=set-aside.`);
  }
  log.fatal({ err: error }, `the server could not start on ${where}`);
  process.exit(1);
}

/** Data that cannot be used is the operator's to restore: nothing begins anew beside it. */
async function openOrGiveUp<T>(
  what: string,
  open: (file: string, options: SqliteOptions) => Promise<T>,
  file: string,
): Promise<T> {
  try {
    return await open(join(DATA, file), { onAlarm: (alarm) => log.error(alarm, `the ${what} has trouble`) });
  } catch (error) {
    return giveUp(`The data in ${DATA} cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}

/** Options that cannot work are the operator's to correct, and restarting will not do it. */
function createOrGiveUp(options: ServerOptions): MadangServer {
  try {
    return createServer(options);
  } catch (error) {
    if (isGameError(error, 'BAD_OPTION')) giveUp(error.message);
    throw error;
  }
}

async function stop(exitCode: number): Promise<void> {
  // A second signal means: now.
  if (isStopping) process.exit(1);
  isStopping = true;
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  await server.stop();
  await Promise.all([store.close(), journal.close()]);
  process.exit(exitCode);
}

function giveUp(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT_CONFIG);
}
