/** A PostgreSQL of a test file's own: a fresh cluster on a free port, to be stopped, killed and frozen at will. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { until } from './yard.ts';

/** The folder of PostgreSQL's programs, or null where there is none. */
export const POSTGRES: string | null = findPostgres();

/** Why the suites that need PostgreSQL cannot run here. */
export const NO_POSTGRES = 'no PostgreSQL server on this machine';

const SUPERUSER = 'madang';
const START_MS = 30_000;

/** Fast, and as safe as a test needs: nobody pulls the plug of this machine. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  shared_buffers: '16MB',
  max_connections: '40',
  superuser_reserved_connections: '0',
  fsync: 'off',
  full_page_writes: 'off',
  deadlock_timeout: '50ms',
};

export interface Cluster {
  readonly port: number;
  /** A fresh database in this cluster, ordered as people would order: whoever needs bytes' order has to say so. */
  newDatabase(): Promise<string>;
  /** Runs one statement in a database, on a connection of its own. */
  ask(connectionString: string, sql: string): Promise<readonly pg.QueryResultRow[]>;
  /** Starts it, where it does not run, with further settings. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Shuts it down in the way of an operator who does not wait for clients. */
  stop(): Promise<void>;
  /** Every one of its processes dies at once. */
  kill(): Promise<void>;
  /** Every one of its processes stands still; connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Ends it, and takes its files away. */
  remove(): Promise<void>;
}

export async function startCluster(settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  if (POSTGRES === null) throw new Error(NO_POSTGRES);
  const programs = POSTGRES;
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'madang-pg-'));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', SUPERUSER, '--auth=trust', '--no-sync', '--encoding=UTF8', '--no-locale'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();

  let server: ChildProcess | null = null;
  let frozen: readonly number[] = [];
  let databases = 0;

  const isRunning = (): boolean => server !== null && server.exitCode === null && server.signalCode === null;
  const pidFile = (): readonly string[] => {
    const file = join(data, 'postmaster.pid');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  };
  /** The server and each process that serves a connection. */
  const processes = (): readonly number[] => {
    const first = Number(pidFile()[0]);
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    const children = stdout.split('\n').map((line) => line.trim().split(/\s+/u).map(Number));
    return [first, ...children.filter(([, parent]) => parent === first).map(([pid]) => pid ?? 0)];
  };
  const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // it has ended meanwhile
      }
    }
  };
  const ended = (): Promise<void> => until('PostgreSQL has ended', () => !isRunning(), START_MS);

  const cluster: Cluster = {
    port,
    async newDatabase() {
      const name = `d${++databases}`;
      const [version] = await cluster.ask(urlOf(port, 'postgres'), 'SHOW server_version_num');
      const people = Number(version?.server_version_num) >= 15_00_00 ? "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : '';
      await cluster.ask(urlOf(port, 'postgres'), `CREATE DATABASE ${name} TEMPLATE template0 ${people}`);
      return urlOf(port, name);
    },
    async ask(connectionString, sql) {
      const client = new pg.Client({ connectionString });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async start(more = {}) {
      if (isRunning()) return;
      const all = { ...SETTINGS, ...settings, ...more, port: String(port), unix_socket_directories: folder };
      // One that was killed left its own behind, which says that it is ready.
      rmSync(join(data, 'postmaster.pid'), { force: true });
      const log = openSync(join(folder, 'log'), 'a');
      // The shell waits for the end of its input: when these tests are killed, the server goes too.
      server = spawn(
        '/bin/sh',
        [
          '-c',
          '"$@" & server=$!; (read -r _; kill -QUIT $server) <&3 & wait $server',
          'sh',
          join(programs, 'postgres'),
          '-D',
          data,
          ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        { ...user, cwd: folder, stdio: ['ignore', log, log, 'pipe'] },
      );
      await until('PostgreSQL is ready', () => pidFile()[7]?.trim() === 'ready' || !isRunning(), START_MS);
      if (!isRunning()) throw new Error(`PostgreSQL did not start:\n${readFileSync(join(folder, 'log'), 'utf8')}`);
    },
    async stop() {
      if (!isRunning()) return;
      cluster.thaw();
      signal([Number(pidFile()[0])], 'SIGINT');
      await ended();
    },
    async kill() {
      if (!isRunning()) return;
      signal(processes(), 'SIGKILL');
      await ended();
    },
    freeze() {
      frozen = processes();
      signal(frozen, 'SIGSTOP');
    },
    thaw() {
      signal(frozen, 'SIGCONT');
      frozen = [];
    },
    async remove() {
      cluster.thaw();
      await cluster.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await cluster.start();
  return cluster;
}

/** Resolves once `isTrue` resolves to true. */
export async function eventually(what: string, isTrue: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`this did not come true within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://${SUPERUSER}@127.0.0.1:${port}/${database}`;
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined) throw new Error('there is nobody here who could run PostgreSQL');
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const address = holder.address();
  await new Promise<void>((resolve) => void holder.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('this holder has no port');
  return address.port;
}

function findPostgres(): string | null {
  const { MADANG_HAVE_POSTGRES, MADANG_POSTGRES_BIN } = process.env;
  if (MADANG_HAVE_POSTGRES === '0') return null;
  if (MADANG_POSTGRES_BIN !== undefined && MADANG_POSTGRES_BIN !== '') return MADANG_POSTGRES_BIN;
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  return (
    versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => `/usr/lib/postgresql/${version}/bin`)
      .find((programs) => existsSync(join(programs, 'initdb'))) ?? null
  );
}
