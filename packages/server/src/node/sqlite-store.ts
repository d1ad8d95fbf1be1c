/** The store of a single node: one SQLite file, through the runtime's own `node:sqlite`, in a thread of its own. */
import type { Store } from '../ports/store.ts';
import { migrate } from '../sql/migrate.ts';
import { storeMigrations } from '../sql/store/schema.ts';
import { SqlStore } from '../sql/store/sql-store.ts';
import { openSqlite, type SqliteDatabase, type SqliteOptions } from './sqlite/sqlite-database.ts';

/** The store in one file, with a way to copy it while it is in use. */
export interface SqliteStore extends Store {
  /** Copies the store as it is now to a file that is not there yet, while it is in use. The copy is opened as any other. */
  backup(toFile: string): Promise<void>;
}

/**
 * Opens or creates the file, and its folder where that is missing. Files of earlier versions are brought to this one's form. Rejects with
 * StoreError where it cannot be used: no database, damaged, or written by a later version; it stays as it is then.
 */
export async function openSqliteStore(file: string, options?: SqliteOptions): Promise<SqliteStore> {
  const database = await openSqlite(file, options);
  try {
    await migrate(database, 'store', storeMigrations(database.dialect));
  } catch (error) {
    await database.close();
    throw error;
  }
  return new FileStore(database);
}

class FileStore extends SqlStore implements SqliteStore {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    super(database);
    this.#database = database;
  }

  backup(toFile: string): Promise<void> {
    return this.#database.backup(toFile);
  }
}
