import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { MemoryStore } from '../memory/memory-store.ts';
import { storeContract } from '../ports/store.contract.test-support.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'madang-store-'));
let files = 0;
const newFile = (): string => join(folder, `${files++}`, 'store.sqlite');
afterAll(() => rmSync(folder, { recursive: true }));

storeContract('memory', () => new MemoryStore());
storeContract('sqlite', () => openSqliteStore(newFile()));

test('sqlite: what was saved is there after a restart', async () => {
  const file = newFile();
  const before = await openSqliteStore(file);
  await before.save('a', { n: 1 }, 0);
  await before.close();
  const after = await openSqliteStore(file);
  expect(await after.load('a')).toEqual({ value: { n: 1 }, version: 1 });
  await after.close();
});

test('sqlite: a file that is no database is refused, not replaced', async () => {
  const file = join(folder, 'notes.txt');
  const notes = 'these are my notes, and they are longer than a header'.repeat(20);
  writeFileSync(file, notes);
  await expect(openSqliteStore(file)).rejects.toMatchObject({ name: 'StoreError' });
  expect(readFileSync(file, 'utf8')).toBe(notes);
});

test('sqlite: a file of the first version keeps its documents', async () => {
  const file = join(folder, 'first.sqlite');
  const old = new DatabaseSync(file);
  old.exec(`CREATE TABLE documents (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`);
  const insert = old.prepare('INSERT INTO documents (key, version, value) VALUES (?, ?, ?)');
  for (let index = 1; index <= 500; index++) insert.run(`key ${index}`, index, JSON.stringify({ index }));
  old.close();
  for (let start = 1; start <= 2; start++) {
    const store = await openSqliteStore(file);
    for (const index of [1, 250, 500]) {
      expect(await store.load(`key ${index}`)).toEqual({ value: { index }, version: index });
    }
    await store.close();
  }
});

test('sqlite: a backup is a store as it was then, made while it is in use', async () => {
  const store = await openSqliteStore(newFile());
  const board = { name: 'ground', period: 'ever', order: 'highest' } as const;
  await store.save('a', 1, 0);
  await store.leaderboards.submit(board, 'best', { user: 'ann', name: 'Ann', score: 7, atMs: 1 });
  const copy = join(folder, 'copy.sqlite');
  const copying = store.backup(copy);
  for (let version = 1; version < 50; version++) await store.save('a', version + 1, version);
  await copying;
  const existing = readFileSync(copy);
  await expect(store.backup(copy)).rejects.toMatchObject({ name: 'StoreError' });
  expect(readFileSync(copy).equals(existing)).toBe(true);
  await store.close();
  const restored = await openSqliteStore(copy);
  const { value, version = 0 } = (await restored.load('a')) ?? {};
  expect(value).toBe(version);
  expect(version).toBeGreaterThan(0);
  expect(await restored.leaderboards.top(board, 10)).toHaveLength(1);
  await restored.close();
  expect(existsSync(copy)).toBe(true);
});

test('its file, its log and its backups are nobody else’s to read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'madang-rights-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'data', 'store.sqlite');
  const store = await openSqliteStore(file);
  await store.save('secret', 'a', 0);
  await store.backup(join(folder, 'backup.sqlite'));
  const rights = [join(folder, 'data'), file, `${file}-wal`, `${file}-shm`, join(folder, 'backup.sqlite')].map(
    (path) => statSync(path).mode & 0o077,
  );
  await store.close();
  expect(rights).toEqual([0, 0, 0, 0, 0]);
});
