/** The journal of a single node, in one SQLite file of its own: a long question to the store never delays a strict room. */
import type { Journal } from '../ports/journal.ts';
import { openSqlJournal } from '../sql/sql-journal.ts';
import type { SqliteOptions } from './sqlite/sqlite-database.ts';
import { openSqlite } from './sqlite/sqlite-database.ts';

/** The journal in one file, with a way to copy it while it is in use. */
export interface SqliteJournal extends Journal {
  /**
   * Copies the journal as it is now to a file that is not there yet, while rooms are played. To restore: stop the server, move the
   * journal, its `-wal` and its `-shm` away, and put the copy in its place.
   */
  backup(toFile: string): Promise<void>;
}

/**
 * Opens or creates the file, and its folder where that is missing. Rejects with StoreError: a file that is damaged, empty or no database is
 * refused and stays as it is. One that cannot be written can be read.
 */
export async function openSqliteJournal(file: string, options: SqliteOptions = {}): Promise<SqliteJournal> {
  const sql = await openSqlite(file, options);
  try {
    const journal = await openSqlJournal(sql);
    return Object.assign(journal, { backup: (toFile: string) => sql.backup(toFile) });
  } catch (error) {
    await sql.close();
    throw error;
  }
}
