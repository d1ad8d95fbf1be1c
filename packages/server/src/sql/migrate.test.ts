import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../node/sqlite/sqlite-database.ts';
import { type Migration, migrate } from './migrate.ts';
import type { Sql, SqlStatement } from './sql.ts';

const ONE: Migration = ({ whole, strict }) => [
  `CREATE TABLE things (id ${whole} NOT NULL) ${strict}`,
  'INSERT INTO things VALUES (1)',
];
const TWO: Migration = () => ['INSERT INTO things VALUES (2)', 'INSERT INTO things VALUES (3)'];

async function newDatabase(): Promise<{ readonly sql: Sql; readonly transacted: (readonly SqlStatement[])[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'madang-migrate-'));
  const database = await openSqlite(join(folder, 'a.sqlite'));
  onTestFinished(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const transacted: (readonly SqlStatement[])[] = [];
  const sql: Sql = {
    dialect: database.dialect,
    transact: (statements, options) => {
      if (options?.isRead !== true) transacted.push(statements);
      return database.transact(statements, options);
    },
    close: () => database.close(),
  };
  return { sql, transacted };
}

async function things(sql: Sql): Promise<readonly unknown[]> {
  const { results } = await sql.transact([{ sql: 'SELECT id FROM things ORDER BY id' }], { isRead: true });
  return results[0]?.rows.map(({ id }) => id) ?? [];
}

test('each step is done once, in order; where nothing is to do nothing is written', async () => {
  const { sql, transacted } = await newDatabase();
  await migrate(sql, 'things', [ONE]);
  expect(await things(sql)).toEqual([1]);
  await migrate(sql, 'things', [ONE, TWO]);
  await migrate(sql, 'things', [ONE, TWO]);
  expect(await things(sql)).toEqual([1, 2, 3]);
  expect(transacted).toHaveLength(2);
});

test("modules do not count each other's steps", async () => {
  const { sql } = await newDatabase();
  await migrate(sql, 'things', [ONE]);
  await migrate(sql, 'more', [TWO]);
  await migrate(sql, 'things', [ONE]);
  expect(await things(sql)).toEqual([1, 2, 3]);
});

test('a step that fails leaves nothing of itself, and is done by the next start', async () => {
  const { sql } = await newDatabase();
  const broken: Migration = (types) => [...TWO(types), 'no sql'];
  await expect(migrate(sql, 'things', [ONE, broken])).rejects.toMatchObject({ kind: 'refused' });
  expect(await things(sql)).toEqual([1]);
  await migrate(sql, 'things', [ONE, TWO]);
  expect(await things(sql)).toEqual([1, 2, 3]);
});

test('several that start at once do each step once', async () => {
  const { sql } = await newDatabase();
  await Promise.all(Array.from({ length: 5 }, () => migrate(sql, 'things', [ONE, TWO])));
  expect(await things(sql)).toEqual([1, 2, 3]);
});

test('a database of a later version is refused with what to do about it', async () => {
  const { sql } = await newDatabase();
  await migrate(sql, 'things', [ONE, TWO]);
  await expect(migrate(sql, 'things', [ONE])).rejects.toThrow(/newer Madang.*at version 2.*knows 1.*Update/s);
});
