import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { StoreError } from '../../ports/store-error.ts';
import { Connection } from './connection.ts';
import type { OpenedFile } from './open-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'madang-connection-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** A connection on a file whose statements are listed, and which fail as asked; time is ours. */
function anyConnection() {
  const file = join(folder, `${files++}.sqlite`);
  const executed: string[] = [];
  const alarms: string[] = [];
  const faults = new Map<string, number>();
  const world = { nowMs: 0, openFailure: null as StoreError | null, isReadOnly: false };
  const open = (): OpenedFile => {
    executed.push('(open)');
    if (world.openFailure !== null) throw world.openFailure;
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY) STRICT');
    const { exec, prepare, close } = database;
    database.exec = (sql) => {
      executed.push(sql);
      const errcode = faults.get(sql);
      faults.delete(sql);
      if (errcode === undefined) return exec.call(database, sql);
      exec.call(database, 'ROLLBACK');
      throw Object.assign(new Error(`fault at ${sql}`), { errcode });
    };
    database.prepare = (sql) => {
      if (sql.startsWith('PRAGMA')) executed.push(sql);
      return prepare.call(database, sql);
    };
    database.close = () => {
      executed.push('(close)');
      close.call(database);
    };
    return { database, isReadOnly: world.isReadOnly, lost: null };
  };
  const connection = new Connection(
    file,
    ({ kind }) => alarms.push(kind),
    open,
    () => world.nowMs,
  );
  onTestFinished(() => connection.close());
  const write = (n: number | null, isSynced = true): string => {
    const statements = n === null ? [] : [{ sql: 'INSERT INTO numbers (n) VALUES ($1)', params: [n] }];
    const [answer] = connection.run({ isRead: false, isSynced, transactions: [statements] });
    return answer?.failure?.kind ?? 'done';
  };
  const count = (): unknown => {
    const sql = 'SELECT count(*) AS n FROM numbers';
    const [answer] = connection.run({ isRead: true, isSynced: false, transactions: [[{ sql }]] });
    return answer?.failure?.kind ?? answer?.outcome?.results[0]?.rows[0]?.n;
  };
  return { file, connection, executed, alarms, faults, world, write, count };
}

/** https://www.sqlite.org/rescode.html */
const IOERR_FSYNC = 1034;
const FULL = 13;
const CORRUPT = 11;

test('[ST03] after a failed sync nothing is served before the file was closed and opened anew', () => {
  const { connection, executed, alarms, faults, write, count } = anyConnection();
  connection.open();
  faults.set('COMMIT', IOERR_FSYNC);
  expect(write(1)).toBe('io');
  expect(executed.at(-1)).toBe('(close)');
  expect(count()).toBe(0);
  expect(executed.at(-1)).toBe('(open)');
  expect(write(1)).toBe('done');
  expect(alarms).toEqual(['io', 'healed']);
});

test('[ST02] a full disk is no reason to distrust the file', () => {
  const { connection, executed, alarms, faults, write, count } = anyConnection();
  connection.open();
  write(1);
  faults.set('COMMIT', FULL);
  expect([write(2), count(), write(2), count()]).toEqual(['full', 1, 'done', 2]);
  expect(executed).not.toContain('(close)');
  expect(alarms).toEqual([]);
});

test('[ST06] a file that stays broken is tried again less and less often, and alarms once', () => {
  const { connection, executed, alarms, faults, world, write } = anyConnection();
  connection.open();
  faults.set('COMMIT', CORRUPT);
  world.openFailure = new StoreError('corrupt', 'it is damaged');
  for (; world.nowMs < 60_000; world.nowMs += 10) expect(write(1)).toBe('corrupt');
  const tries = executed.filter((one) => one === '(open)').length - 1;
  expect(tries).toBeGreaterThan(5);
  expect(tries).toBeLessThan(12);
  world.openFailure = null;
  world.nowMs += 60_000;
  expect(write(1)).toBe('done');
  expect(alarms).toEqual(['corrupt', 'healed']);
});

test('[ST07] what can only be read is tried for writing once a second, and read in between', () => {
  const { connection, executed, alarms, world, write, count } = anyConnection();
  world.isReadOnly = true;
  connection.open();
  for (; world.nowMs < 3_050; world.nowMs += 10) expect([write(1), count()]).toEqual(['read-only', 0]);
  expect(executed.filter((one) => one === '(open)')).toHaveLength(4);
  world.isReadOnly = false;
  world.nowMs += 1_000;
  expect([write(1), count()]).toEqual(['done', 1]);
  expect(alarms).toEqual(['read-only', 'healed']);
});

test('a synced transaction that finds everything done syncs what was written unsynced before', () => {
  const { connection, executed, write } = anyConnection();
  connection.open();
  write(1, true);
  executed.length = 0;
  write(null, true);
  expect(executed.filter((one) => one.includes('checkpoint'))).toEqual([]);
  write(2, false);
  write(null, true);
  write(null, true);
  expect(executed.filter((one) => one.includes('checkpoint'))).toHaveLength(1);
  expect(executed.filter((one) => one.includes('synchronous'))).toEqual([
    'PRAGMA synchronous = NORMAL',
    'PRAGMA synchronous = FULL',
  ]);
});

test('[ST13] the same is synced by a write of its own while somebody reads the file and nothing can be folded in', () => {
  const { file, connection, executed, write } = anyConnection();
  connection.open();
  write(1, false);
  const reader = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec('BEGIN; SELECT count(*) FROM numbers');
  write(2, false);
  executed.length = 0;
  expect(write(null, true)).toBe('done');
  expect(executed.at(-1)).toBe('PRAGMA user_version = 0');
  reader.exec('COMMIT');
  write(3, false);
  executed.length = 0;
  expect(write(null, true)).toBe('done');
  expect(executed.at(-1)).toBe('PRAGMA wal_checkpoint(PASSIVE)');
});
