/** Documents in one SQLite file, through the runtime's own `node:sqlite`: the store of a single node. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type JsonValue, parseJson, toJsonValue } from '@madang/core';
import { staleVersion } from '../memory/memory-store.ts';
import type { Store, StoredDocument } from '../ports/store.ts';

/** Opens or creates the file, and its folder where that is missing. Throws where it is not a database. */
export function openSqliteStore(file: string): Store {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA busy_timeout = 2000;
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS documents (
      key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
  const select = database.prepare('SELECT version, value FROM documents WHERE key = ?');
  const insert = database.prepare(
    'INSERT INTO documents (key, version, value) VALUES (?, 1, ?) ON CONFLICT DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE documents SET version = version + 1, value = ? WHERE key = ? AND version = ?',
  );

  const load = async (key: string): Promise<StoredDocument | null> => {
    const row = select.get(key);
    return row === undefined ? null : { version: Number(row.version), value: parseJson(String(row.value)) };
  };
  return {
    load,
    save: async (key: string, value: JsonValue, baseVersion: number): Promise<number> => {
      const text = JSON.stringify(toJsonValue(value));
      const saved = baseVersion === 0 ? insert.run(key, text) : update.run(text, key, baseVersion);
      if (saved.changes === 0) throw staleVersion(key, baseVersion, (await load(key))?.version ?? 0);
      return baseVersion + 1;
    },
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}
