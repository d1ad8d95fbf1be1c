import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
  const before = openSqliteStore(file);
  await before.save('a', { n: 1 }, 0);
  await before.close();
  const after = openSqliteStore(file);
  expect(await after.load('a')).toEqual({ value: { n: 1 }, version: 1 });
  await after.close();
});

test('sqlite: a file that is no database is refused, not replaced', () => {
  const file = join(folder, 'notes.txt');
  writeFileSync(file, 'these are my notes, and they are longer than a header'.repeat(20));
  expect(() => openSqliteStore(file)).toThrow(/not a database/);
});
