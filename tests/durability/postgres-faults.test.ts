/** What callers of a PostgreSQL see while it is stopped, killed, frozen, full and cut off, and that it heals by itself. */
import { openPostgresSql, type PostgresOptions, type PostgresSql } from '@madang/postgres';
import { type SqlStatement, StoreError } from '@madang/server/sql';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Cluster, eventually, NO_POSTGRES, POSTGRES, startCluster } from '../support/postgres.ts';
import { type Cut, openFragileLine } from '../support/postgres-line.ts';
import { until } from '../support/yard.ts';

let cluster: Cluster;
let url: string;

/** Whoever asks gives the test's name; each writes a row of its own. */
const note = (id: number, words = 'x'): SqlStatement => ({
  sql: 'INSERT INTO notes (id, words) VALUES ($1, $2)',
  params: [id, words],
});
const COUNT: SqlStatement = { sql: 'SELECT count(*) AS notes, coalesce(sum(id), 0) AS ids FROM notes' };

function opened(options: PostgresOptions = {}): PostgresSql {
  const sql = openPostgresSql({ connectionString: url, ...options });
  onTestFinished(() => sql.close());
  return sql;
}

/** What a call came to: `done`, or the kind of its refusal. */
async function fateOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
}

const read = (sql: PostgresSql): Promise<unknown> => sql.transact([COUNT], { isRead: true });

const databaseOf = (connectionString: string): string => new URL(connectionString).pathname.slice(1);

const healed = (sql: PostgresSql): Promise<void> =>
  eventually('PostgreSQL is used again', async () => (await fateOf(read(sql))) === 'done');

describe.skipIf(POSTGRES === null)(`a PostgreSQL in trouble${POSTGRES === null ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.remove());
  beforeEach(async () => {
    await cluster.start();
    url = await cluster.newDatabase();
    await cluster.ask(url, 'CREATE TABLE notes (id BIGINT PRIMARY KEY, words TEXT NOT NULL, bytes BYTEA)');
  });

  test('whole numbers, sums, truths, bytes and null come as they do from SQLite', async () => {
    const sql = opened();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { results } = await sql.transact([
      { sql: 'INSERT INTO notes (id, words, bytes) VALUES ($1, $2, $3)', params: [2 ** 53 - 1, '마당 "\'\\', bytes] },
      { sql: 'SELECT id, words, bytes, id > 1 AS is_big, NULL AS nothing FROM notes' },
      { sql: 'SELECT sum(id) AS ids, count(*) AS notes, 0.5::float8 AS half FROM notes' },
      { sql: 'UPDATE notes SET words = $1 WHERE id = $2', params: ['y', 1] },
    ]);
    expect(results).toEqual([
      { rows: [], changes: 1 },
      { rows: [{ id: 2 ** 53 - 1, words: '마당 "\'\\', bytes, is_big: 1, nothing: null }], changes: 0 },
      { rows: [{ ids: 2 ** 53 - 1, notes: 1, half: 0.5 }], changes: 0 },
      { rows: [], changes: 0 },
    ]);
  });

  test('a statement that had to change something and did not undoes the others, also where a later one is wrong', async () => {
    const sql = opened();
    const miss: SqlStatement = { sql: 'UPDATE notes SET words = $1 WHERE id = 9', params: ['y'], mustChange: true };
    expect(await sql.transact([note(1), miss, { sql: 'SELECT 1 / 0' }])).toMatchObject({ failedAt: 1 });
    expect(await fateOf(sql.transact([note(1), { sql: 'SELECT 1 / 0' }, miss]))).toBe('refused');
    expect((await sql.transact([COUNT])).results[0]?.rows).toEqual([{ notes: 0, ids: 0 }]);
  });

  test('reads of one call see one moment, whatever is written between them', async () => {
    const sql = opened();
    const { results } = await sql.transact([COUNT, { sql: 'SELECT pg_sleep(0.2)::text' }, COUNT], { isRead: true });
    expect(results[0]).toEqual(results[2]);
    const [both] = await Promise.all([
      sql.transact([COUNT, { sql: 'SELECT pg_sleep(0.3)::text' }, COUNT], { isRead: true }),
      new Promise((resolve) => setTimeout(resolve, 100)).then(() => sql.transact([note(1)])),
    ]);
    expect(both.results[0]).toEqual(both.results[2]);
    expect((await sql.transact([COUNT])).results[0]?.rows).toEqual([{ notes: 1, ids: 1 }]);
  });

  test.each([true, false])(
    'synced: %s is what PostgreSQL is told for this transaction, and only for this',
    async (isSynced) => {
      const sql = opened({ maxConnections: 1 });
      const ask: SqlStatement = { sql: 'SHOW synchronous_commit' };
      const { results } = await sql.transact([ask], { isSynced });
      expect(results[0]?.rows).toEqual([{ synchronous_commit: isSynced ? 'on' : 'off' }]);
      expect((await sql.transact([ask], { isRead: true })).results[0]?.rows).toEqual([{ synchronous_commit: 'on' }]);
    },
  );

  test('connections that PostgreSQL ends while nobody uses them are replaced, and the process lives [ST10]', async () => {
    const sql = opened();
    await Promise.all([1, 2, 3, 4].map((id) => sql.transact([note(id)])));
    expect(sql.figures().idle).toBeGreaterThan(1);
    await cluster.ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'madang'");
    await until('the pool has noticed', () => sql.figures().connections === 0);
    expect(await fateOf(sql.transact([note(5)]))).toBe('done');
  });

  test('a write whose connection is ended under it was not done, and says so; a read is done again [ST10]', async () => {
    const sql = opened();
    const slow: SqlStatement = { sql: 'SELECT pg_sleep(1)::text' };
    const end = async (): Promise<void> => {
      const busy =
        "FROM pg_stat_activity WHERE application_name = 'madang' AND query LIKE '%pg_sleep%' AND state = 'active'";
      let isEnded = false;
      while (!isEnded) isEnded = (await cluster.ask(url, `SELECT pg_terminate_backend(pid) ${busy}`)).length > 0;
    };
    const [write] = await Promise.all([fateOf(sql.transact([note(1), slow])), end()]);
    expect(write).toBe('gone');
    const [again] = await Promise.all([sql.transact([slow, COUNT], { isRead: true }), end()]);
    expect(again.results[1]?.rows).toEqual([{ notes: 0, ids: 0 }]);
  });

  test('while it is stopped calls are refused at once, and what was answered before is there after [ST10]', async () => {
    const sql = opened();
    for (let id = 1; id <= 5; id++) await sql.transact([note(id)]);
    await cluster.stop();
    const fates = await Promise.all(Array.from({ length: 50 }, (_, i) => fateOf(sql.transact([note(100 + i)]))));
    expect(new Set(fates)).toEqual(new Set(['gone']));
    await until('calls are refused without asking', () => !sql.figures().isReachable);
    await cluster.start();
    await healed(sql);
    expect((await sql.transact([COUNT])).results[0]?.rows).toEqual([{ notes: 5, ids: 15 }]);
  });

  test('killed in the middle of writing, it has everything synced that was answered, and nothing twice [ST10]', async () => {
    const sql = opened();
    const done: number[] = [];
    const doubtful: number[] = [];
    let isOver = false;
    const writer = async (first: number): Promise<void> => {
      for (let id = first; !isOver; id += 4) {
        const fate = await fateOf(sql.transact([note(id)], { isSynced: true }));
        if (fate === 'done') done.push(id);
        if (fate === 'unknown-outcome') doubtful.push(id);
        if (fate !== 'done') await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const writers = [0, 1, 2, 3].map(writer);
    for (let round = 0; round < 3; round++) {
      const before = done.length;
      await until('something was written', () => done.length > before + 20, 20_000);
      await cluster.kill();
      await cluster.start();
    }
    isOver = true;
    await Promise.all(writers);
    await healed(sql);
    const { results } = await sql.transact([{ sql: 'SELECT id FROM notes ORDER BY id' }]);
    const kept = new Set(results[0]?.rows.map(({ id }) => Number(id)));
    expect(done.filter((id) => !kept.has(id))).toEqual([]);
    const known = new Set([...done, ...doubtful]);
    expect([...kept].filter((id) => !known.has(id))).toEqual([]);
  });

  test('while it hangs calls are refused after their time, then at once, and close does not wait for it [ST11]', async () => {
    const sql = opened({ timeoutMs: 500 });
    await Promise.all([1, 2, 3].map((id) => sql.transact([note(id)])));
    cluster.freeze();
    onTestFinished(() => cluster.thaw());
    const fates = await Promise.all(Array.from({ length: 20 }, (_, i) => fateOf(sql.transact([note(100 + i)]))));
    expect(fates.every((fate) => fate === 'timeout' || fate === 'busy')).toBe(true);
    expect(sql.figures().isReachable).toBe(false);
    const refused = Array.from({ length: 1_000 }, () => fateOf(read(sql)));
    expect(new Set(await Promise.all(refused))).toEqual(new Set(['gone']));
    cluster.thaw();
    await healed(sql);
    expect((await sql.transact([COUNT])).results[0]?.rows).toEqual([{ notes: 3, ids: 6 }]);
    cluster.freeze();
    await sql.close();
  });

  test('it can be closed at any moment of a hang, also of one that comes back and hangs again [ST11]', async () => {
    const all = Array.from({ length: 12 }, () => opened({ timeoutMs: 200, maxConnections: 2 }));
    let isOver = false;
    const asking = all.map(async (sql) => {
      while (!isOver) {
        await Promise.all([fateOf(read(sql)), fateOf(sql.transact([COUNT])), fateOf(sql.transact([COUNT]))]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    onTestFinished(() => cluster.thaw());
    await until('all are connected', () => all.every((sql) => sql.figures().connections > 0));
    for (const hangsMs of [250, 10, 0]) {
      cluster.freeze();
      await new Promise((resolve) => setTimeout(resolve, hangsMs));
      if (hangsMs === 0) break;
      cluster.thaw();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(all.map((sql) => sql.close()));
    isOver = true;
    await Promise.all(asking);
  });

  test('one that hangs before its first connection is made is told from one that is slow [ST11]', async () => {
    cluster.freeze();
    onTestFinished(() => cluster.thaw());
    const sql = opened({ timeoutMs: 200 });
    expect(await fateOf(read(sql))).toBe('timeout');
    await Promise.all([fateOf(read(sql)), fateOf(read(sql))]);
    expect(await fateOf(read(sql))).toBe('gone');
  });

  test('a statement that takes too long is given up here and there, and does not count against PostgreSQL [ST11]', async () => {
    const sql = opened({ timeoutMs: 300, maxConnections: 2 });
    for (let i = 0; i < 6; i++)
      expect(await fateOf(sql.transact([{ sql: 'SELECT pg_sleep(30)::text' }]))).toBe('timeout');
    expect(await fateOf(read(sql))).toBe('done');
    const busy = await cluster.ask(
      url,
      "SELECT 1 FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
    );
    expect(busy).toEqual([]);
  });

  test('a line of calls is bounded, and who waits too long is told that it is busy and not that it is gone', async () => {
    const sql = opened({ maxConnections: 1, waitingMax: 3, timeoutMs: 400 });
    const slow = (): Promise<string> => fateOf(sql.transact([{ sql: 'SELECT pg_sleep(0.25)::text' }]));
    const calls = Array.from({ length: 8 }, slow);
    expect(sql.figures().waiting).toBe(3);
    const fates = await Promise.all(calls);
    expect(fates[0]).toBe('done');
    // At most two have the time; the others wait for their turn until it is over, or do not even do that.
    expect(fates.filter((fate) => fate === 'busy').length).toBeGreaterThanOrEqual(6);
    expect(await fateOf(read(sql))).toBe('done');
    expect(sql.figures()).toMatchObject({ isReachable: true, waiting: 0 });
  });
  test('where PostgreSQL takes no more connections, a call waits a little for one and is refused as busy [ST12]', async () => {
    await cluster.stop();
    await cluster.start({ max_connections: '5', superuser_reserved_connections: '0' });
    onTestFinished(() => cluster.stop());
    const sql = opened();
    const others = Array.from({ length: 5 }, () => new pg.Client({ connectionString: url }));
    for (const other of others) await other.connect();
    expect(await fateOf(sql.transact([note(1)]))).toBe('busy');
    expect(sql.figures().isReachable).toBe(true);
    const waits = Promise.all([2, 3, 4].map((id) => fateOf(sql.transact([note(id)]))));
    await Promise.all(others.map((other) => other.end()));
    expect(await waits).toEqual(['done', 'done', 'done']);
    // More calls than PostgreSQL has connections: those that there are serve them all.
    const many = await Promise.all(Array.from({ length: 100 }, (_, i) => fateOf(sql.transact([note(100 + i)]))));
    expect(many.filter((fate) => fate !== 'done' && fate !== 'busy')).toEqual([]);
    expect((await sql.transact([COUNT])).results[0]?.rows[0]?.notes).toBe(
      3 + many.filter((fate) => fate === 'done').length,
    );
  });

  test('transactions that lock each other out are both done in the end, each once [ST12]', async () => {
    const sql = opened({ timeoutMs: 20_000 });
    await sql.transact([note(1, '0'), note(2, '0')]);
    // What a sequence gave is not undone with the transaction.
    await cluster.ask(url, 'CREATE SEQUENCE tries');
    const tries: SqlStatement = { sql: "SELECT nextval('tries')" };
    const bump = (id: number): SqlStatement => ({
      sql: 'UPDATE notes SET words = (words::int + 1)::text WHERE id = $1',
      params: [id],
    });
    const pause: SqlStatement = { sql: 'SELECT pg_sleep(0.2)::text' };
    const calls = [
      [tries, bump(1), pause, bump(2)],
      [tries, bump(2), pause, bump(1)],
    ].map((statements) => fateOf(sql.transact(statements)));
    expect(await Promise.all(calls)).toEqual(['done', 'done']);
    const { results } = await sql.transact([{ sql: 'SELECT words FROM notes ORDER BY id' }, tries]);
    expect(results[0]?.rows).toEqual([{ words: '2' }, { words: '2' }]);
    expect(Number(results[1]?.rows[0]?.nextval), 'one of the two was tried twice').toBeGreaterThan(3);
  });

  test('serialization failures are tried again, and each is done once [ST12]', async () => {
    await cluster.ask(url, `ALTER DATABASE ${databaseOf(url)} SET default_transaction_isolation = 'serializable'`);
    const sql = opened({ timeoutMs: 20_000 });
    await sql.transact([note(1, '0')]);
    const bump: SqlStatement = { sql: 'UPDATE notes SET words = (words::int + 1)::text WHERE id = 1' };
    const pause: SqlStatement = { sql: 'SELECT pg_sleep(0.2)::text' };
    const calls = [1, 2].map(() => fateOf(sql.transact([COUNT, pause, bump])));
    expect(await Promise.all(calls)).toEqual(['done', 'done']);
    const { results } = await sql.transact([{ sql: 'SELECT words FROM notes' }], { isRead: true });
    expect(results[0]?.rows).toEqual([{ words: '2' }]);
  });

  test.each<Cut>(['before', 'after'])(
    'a line cut %s COMMIT leaves the outcome unknown; asked again, what can be repeated is there once [ST13]',
    async (cut) => {
      const line = await openFragileLine(cluster.port);
      const sql = opened({ connectionString: url.replace(`:${cluster.port}/`, `:${line.port}/`) });
      const once: SqlStatement = { ...note(1), sql: `${note(1).sql} ON CONFLICT DO NOTHING` };
      line.cutNext(cut);
      expect(await fateOf(sql.transact([once]))).toBe('unknown-outcome');
      expect(await cluster.ask(url, 'SELECT id FROM notes')).toEqual(cut === 'after' ? [{ id: '1' }] : []);
      const { results } = await sql.transact([once]);
      expect(results[0]?.changes).toBe(cut === 'after' ? 0 : 1);
      expect(await cluster.ask(url, 'SELECT id FROM notes')).toEqual([{ id: '1' }]);
      expect(line.cuts).toBe(1);
    },
  );

  test('what was refused for good says why, and does not count against PostgreSQL', async () => {
    const sql = opened();
    for (let i = 0; i < 6; i++) expect(await fateOf(sql.transact([{ sql: 'SELECT nonsense' }]))).toBe('refused');
    await expect(sql.transact([{ sql: 'SELECT nonsense' }])).rejects.toThrow(
      'column "nonsense" does not exist (42703)',
    );
    const nobody = opened({ connectionString: `${url}_that_is_not_there` });
    await expect(nobody.transact([COUNT])).rejects.toThrow('does not exist (3D000)');
    expect(await fateOf(nobody.transact([COUNT]))).toBe('refused');
  });

  test('a table that another version of the server changed meanwhile is asked anew', async () => {
    const sql = opened({ maxConnections: 2 });
    const all: SqlStatement = { sql: 'SELECT * FROM notes WHERE id >= $1', params: [0] };
    await Promise.all([1, 2].map((id) => sql.transact([note(id), all])));
    await cluster.ask(url, 'ALTER TABLE notes ADD COLUMN more BIGINT');
    const { results } = await sql.transact([note(3), all]);
    expect(results[1]?.rows).toHaveLength(3);
    expect(results[1]?.rows[0]).toHaveProperty('more', null);
  });

  test('one that only reads by now says so', async () => {
    await cluster.ask(url, `ALTER DATABASE ${databaseOf(url)} SET default_transaction_read_only = on`);
    const sql = opened();
    expect(await fateOf(sql.transact([note(1)]))).toBe('read-only');
    expect(await fateOf(read(sql))).toBe('done');
  });

  test('closing waits for what was asked before, and refuses what comes after', async () => {
    const sql = opened({ maxConnections: 1 });
    const asked = [1, 2, 3].map((id) => fateOf(sql.transact([note(id)])));
    await Promise.all([sql.close(), sql.close()]);
    expect(await Promise.all(asked)).toEqual(['done', 'done', 'done']);
    expect(await fateOf(sql.transact([note(4)]))).toBe('closed');
  });
});
