/** Servers that start on a PostgreSQL at once, die while its tables are made, and find tables of another time. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openPostgres } from '@madang/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Cluster, eventually, NO_POSTGRES, POSTGRES, startCluster } from '../support/postgres.ts';
import { until } from '../support/yard.ts';

let cluster: Cluster;

/** Every column, every index and every step that was done, in words. */
const SCHEMA = `SELECT format('%s.%s %s', table_name, column_name, data_type) AS words FROM information_schema.columns
    WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('%s %s', module, version) FROM madang_migrations
  ORDER BY words`;

const schemaOf = async (url: string): Promise<readonly string[]> =>
  (await cluster.ask(url, SCHEMA)).map(({ words }) => String(words));

interface Starter {
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  kill(): void;
  said(): string;
}

function startServer(url: string, holdAt?: number): Starter {
  const script = join(import.meta.dirname, '../support/postgres-migrator.ts');
  const child = spawn(process.execPath, [script, url, ...(holdAt === undefined ? [] : [String(holdAt)])]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  return {
    get exitCode() {
      return child.exitCode;
    },
    get signalCode() {
      return child.signalCode;
    },
    kill: () => void child.kill('SIGKILL'),
    said: () => said,
  };
}

async function started(url: string): Promise<void> {
  const database = await openPostgres({ connectionString: url });
  await database.close();
}

/** Starts a server and kills it before its n-th statement; answers false where it has fewer, and is done. */
async function startIsKilled(url: string, holdAt: number): Promise<boolean> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  try {
    await holder.query('SELECT pg_advisory_lock(7)');
    const server = startServer(url, holdAt);
    const waiting =
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 7 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    const isHeld = async (): Promise<boolean> => (await holder.query(waiting)).rowCount === 1;
    await eventually('it is held, or has ended', async () => server.exitCode !== null || (await isHeld()));
    if (server.exitCode !== null) {
      expect(server.said().trim()).toBe('done');
      return false;
    }
    server.kill();
    await until('it has ended', () => server.signalCode !== null);
    return true;
  } finally {
    await holder.end();
  }
}

describe.skipIf(POSTGRES === null)(`starting on a PostgreSQL${POSTGRES === null ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.remove());

  test('servers that start at once, in one process and in several, make the tables once [ST05]', async () => {
    const url = await cluster.newDatabase();
    const others = [startServer(url), startServer(url), startServer(url)];
    await Promise.all(Array.from({ length: 6 }, () => started(url)));
    await until(
      'the other processes have started too',
      () => others.every(({ exitCode }) => exitCode !== null),
      30_000,
    );
    expect(others.map((other) => other.said().trim())).toEqual(['done', 'done', 'done']);
    const alone = await cluster.newDatabase();
    await started(alone);
    expect(await schemaOf(url)).toEqual(await schemaOf(alone));
  });

  test('a start that is killed before any statement that makes its tables is finished by the next one [ST05]', async () => {
    const whole = await cluster.newDatabase();
    await started(whole);
    const schema = await schemaOf(whole);
    let kills = 0;
    const killedBefore = async (statement: number): Promise<void> => {
      const url = await cluster.newDatabase();
      if (!(await startIsKilled(url, statement))) return;
      kills++;
      await started(url);
      expect(await schemaOf(url), `killed before statement ${statement}`).toEqual(schema);
    };
    for (let from = 0, before = -1; kills > before; from += 4) {
      before = kills;
      await Promise.all([0, 1, 2, 3].map((index) => killedBefore(from + index)));
    }
    expect(kills).toBeGreaterThan(15);
  }, 180_000);

  test('tables of a later version are refused with what to do, and left as they are [ST05]', async () => {
    const url = await cluster.newDatabase();
    await started(url);
    await cluster.ask(url, "INSERT INTO madang_migrations (module, version) VALUES ('journal', 99)");
    const before = await schemaOf(url);
    await expect(openPostgres({ connectionString: url })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('newer Madang'),
    });
    expect(await schemaOf(url)).toEqual(before);
  });

  test('where nobody answers, where we are not let in and where there is no such database, a start says so', async () => {
    const url = await cluster.newDatabase();
    await expect(openPostgres({ connectionString: `${url}x` })).rejects.toMatchObject({ kind: 'refused' });
    await expect(openPostgres({ connectionString: url, ssl: true })).rejects.toThrow('does not support SSL');
    cluster.freeze();
    await expect(openPostgres({ connectionString: url, timeoutMs: 300 })).rejects.toMatchObject({ kind: 'timeout' });
    cluster.thaw();
    await cluster.stop();
    await expect(openPostgres({ connectionString: url })).rejects.toMatchObject({ kind: 'gone' });
    await cluster.start();
  });
});
