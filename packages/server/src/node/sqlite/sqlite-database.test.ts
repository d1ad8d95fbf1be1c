import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openSqlite, type SqliteDatabase, type SqliteOptions } from './sqlite-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'madang-sqlite-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(options: SqliteOptions = {}): Promise<{ sql: SqliteDatabase; file: string }> {
  const file = join(folder, `${files++}.sqlite`);
  const sql = await openSqlite(file, options);
  onTestFinished(() => sql.close());
  await sql.transact([{ sql: 'CREATE TABLE numbers (n INTEGER PRIMARY KEY, bytes BLOB) STRICT' }]);
  return { sql, file };
}

const insert = (n: number, bytes: Uint8Array | null = null) => ({
  sql: 'INSERT INTO numbers (n, bytes) VALUES ($1, $2)',
  params: [n, bytes],
});

async function numbers(sql: SqliteDatabase): Promise<readonly unknown[]> {
  const { results } = await sql.transact([{ sql: 'SELECT n FROM numbers ORDER BY n' }], { isRead: true });
  return results[0]?.rows.map(({ n }) => n) ?? [];
}

/** Holds the file's write lock until it is let go. */
function hold(file: string): () => void {
  const holder = new DatabaseSync(file);
  holder.exec('BEGIN IMMEDIATE');
  const letGo = (): void => {
    if (holder.isOpen) holder.close();
  };
  onTestFinished(letGo);
  return letGo;
}

test('a transaction is done as a whole, or not where a statement of it is refused or changes nothing that it must', async () => {
  const { sql } = await opened();
  const done = await sql.transact([insert(1), { ...insert(2), mustChange: true }]);
  expect(done).toEqual({ results: Array(2).fill({ rows: [], changes: 1 }), failedAt: null });
  await expect(sql.transact([insert(3), insert(1)])).rejects.toMatchObject({ kind: 'refused' });
  await expect(sql.transact([{ sql: 'no sql' }])).rejects.toMatchObject({ kind: 'refused' });
  const missing = { sql: 'DELETE FROM numbers WHERE n = $1', params: [9], mustChange: true };
  expect(await sql.transact([insert(3), missing, insert(4)])).toEqual({
    results: [{ rows: [], changes: 1 }],
    failedAt: 1,
  });
  expect(await numbers(sql)).toEqual([1, 2]);
});

test('changes are rows that were inserted, updated or deleted, whether they are returned or not', async () => {
  const { sql } = await opened();
  const { results } = await sql.transact([
    insert(1),
    insert(2),
    { sql: 'UPDATE numbers SET n = n + 10 RETURNING n' },
    { sql: 'SELECT n FROM numbers WHERE n > $1', params: [11] },
    { sql: 'INSERT INTO numbers (n) VALUES ($1) ON CONFLICT DO NOTHING', params: [11] },
    { sql: 'SELECT $1 / 2 AS half', params: [3] },
  ]);
  expect(results.map(({ changes }) => changes)).toEqual([1, 1, 2, 0, 0, 0]);
  expect(results[2]?.rows).toEqual([{ n: 11 }, { n: 12 }]);
  expect(results[5]?.rows).toEqual([{ half: 1 }]);
});

test('transactions that are written together do not spoil one another', async () => {
  const { sql } = await opened();
  const settled = await Promise.allSettled([
    sql.transact([insert(0)]),
    ...[1, 2, 2, 3].map((n) => sql.transact([insert(n)], { isSynced: true })),
    sql.transact([insert(4), { sql: 'DELETE FROM numbers WHERE n = 99', mustChange: true }]),
    sql.transact([insert(5), { sql: 'INSERT INTO nothing VALUES (1)' }]),
    numbers(sql),
  ]);
  expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
  expect(settled.at(-1)).toEqual({ status: 'fulfilled', value: [0, 1, 2, 3] });
});

test('bytes may be written over once they were given, and are given back as they were, each with memory of its own', async () => {
  const { sql } = await opened();
  const bytes = Buffer.from('hello');
  const done = sql.transact([insert(1, bytes.subarray(1)), insert(2, bytes)]);
  bytes.fill(0);
  await done;
  const { results } = await sql.transact([{ sql: 'SELECT bytes FROM numbers ORDER BY n' }], { isRead: true });
  expect(results[0]?.rows.map((row) => Buffer.from(row.bytes as Uint8Array).toString())).toEqual(['ello', 'hello']);
});

test('[ST09] what would wait beyond the bound is refused as busy, and the next is taken once there is room', async () => {
  const { sql } = await opened({ limits: { waitingMax: 3 } });
  const asked = [1, 2, 3, 4, 5].map((n) =>
    sql.transact([insert(n)]).then(
      () => 'done',
      ({ kind }) => kind,
    ),
  );
  expect(await Promise.all(asked)).toEqual(['done', 'done', 'done', 'busy', 'busy']);
  await sql.transact([insert(6)]);
  expect(await numbers(sql)).toEqual([1, 2, 3, 6]);
});

test('[ST09] bytes that wait are bounded as well; a single large one is always taken', async () => {
  const { sql } = await opened({ limits: { waitingBytesMax: 10_000 } });
  const asked = [1, 2, 3].map((n) =>
    sql.transact([insert(n, new Uint8Array(20_000))]).then(
      () => 'done',
      ({ kind }) => kind,
    ),
  );
  expect(await Promise.all(asked)).toEqual(['done', 'busy', 'busy']);
  await sql.transact([insert(4, new Uint8Array(20_000))]);
  expect(await numbers(sql)).toEqual([1, 4]);
});

test('[ST08] what was begun in time and not finished may be done later; what was not begun is not', async () => {
  const { sql, file } = await opened({ limits: { timeoutMs: 300 } });
  const letGo = hold(file);
  const begun = sql.transact([insert(1)]).catch(({ kind }) => kind);
  const waits = sql.transact([insert(2)]).catch(({ kind }) => kind);
  const read = sql.transact([{ sql: 'SELECT 1' }], { isRead: true }).catch(({ kind }) => kind);
  expect(await Promise.all([begun, waits, read])).toEqual(['unknown-outcome', 'timeout', 'timeout']);
  letGo();
  await expect.poll(() => numbers(sql).catch(() => []), { timeout: 20_000 }).toEqual([1]);
});

test('closing finishes what was asked before, and refuses what comes after', async () => {
  const { sql, file } = await opened();
  const asked = [1, 2, 3].map((n) => sql.transact([insert(n)], { isSynced: true }));
  const closed = sql.close();
  await expect(sql.transact([insert(4)])).rejects.toMatchObject({ kind: 'closed' });
  await expect(sql.backup(`${file}.copy`)).rejects.toMatchObject({ kind: 'closed' });
  await Promise.all([...asked, closed, sql.close()]);
  const again = await openSqlite(file);
  expect(await numbers(again)).toEqual([1, 2, 3]);
  await again.close();
});
