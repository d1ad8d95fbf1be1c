/**
 * Brings a database to the form this code knows, one step after another. Each step is one transaction together with the note that it is done:
 * whoever dies in the middle of one has done nothing of it, and the next start goes on there.
 */
import { StoreError } from '../ports/store-error.ts';
import type { Sql, SqlDialect, SqlStatement } from './sql.ts';

/** The statements of one step, each a single one. A step that was released never changes. */
export type Migration = (types: ColumnTypes) => readonly string[];

/** What columns are called that the dialects call differently, and what only one of them knows. */
export interface ColumnTypes {
  readonly bytes: string;
  /** Up to 2^53. */
  readonly whole: string;
  readonly real: string;
  readonly text: string;
  /** A key of whole numbers that the database gives, rising. */
  readonly serialKey: string;
  /** Ends a `CREATE TABLE (...)`: SQLite otherwise takes any type in any column. */
  readonly strict: string;
  /** Ends one whose rows are kept in the order of their primary key, and are small. */
  readonly strictByKey: string;
}

/** By dialect, also for casts: PostgreSQL does not know a parameter's type where it is not compared with a column. */
export const COLUMN_TYPES: Readonly<Record<SqlDialect, ColumnTypes>> = {
  sqlite: {
    bytes: 'BLOB',
    whole: 'INTEGER',
    real: 'REAL',
    text: 'TEXT',
    serialKey: 'INTEGER PRIMARY KEY',
    strict: 'STRICT',
    strictByKey: 'STRICT, WITHOUT ROWID',
  },
  postgres: {
    bytes: 'BYTEA',
    whole: 'BIGINT',
    real: 'DOUBLE PRECISION',
    // Ordered by bytes, as SQLite does: an order of letters would be another one on another machine.
    text: 'TEXT COLLATE "C"',
    serialKey: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    strict: '',
    strictByKey: '',
  },
};

const TABLE: Readonly<Record<SqlDialect, string>> = {
  sqlite: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'madang_migrations'",
  postgres: "SELECT 1 AS name WHERE to_regclass('madang_migrations') IS NOT NULL",
};

/** Until the end of the transaction; any number that nobody else uses. SQLite has one writer at a time anyway. */
const LOCK: Readonly<Record<SqlDialect, readonly SqlStatement[]>> = {
  sqlite: [],
  postgres: [{ sql: 'SELECT pg_advisory_xact_lock(1835102823)' }],
};

/**
 * Does the steps of a module that the database has not seen; step 1 is the first of the list. Several processes may do it at once. Where
 * nothing is to do nothing is written. Rejects with StoreError: `refused` where the database is ahead of this code.
 */
export async function migrate(sql: Sql, module: string, migrations: readonly Migration[]): Promise<void> {
  const done = await versionOf(sql, module);
  if (done > migrations.length) {
    throw new StoreError(
      'refused',
      `This database was written by a newer Madang: its ${module} tables are at version ${done}, and this one knows ${migrations.length}. Update Madang, or restore a backup from before.`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index + 1 > done) await step(sql, module, index + 1, migration(COLUMN_TYPES[sql.dialect]));
  }
}

/** 0 where no step was done. */
async function versionOf(sql: Sql, module: string): Promise<number> {
  const found = await sql.transact([{ sql: TABLE[sql.dialect] }], { isRead: true });
  if (found.results[0]?.rows.length === 0) return 0;
  const read = 'SELECT COALESCE(MAX(version), 0) AS version FROM madang_migrations WHERE module = $1';
  const { results } = await sql.transact([{ sql: read, params: [module] }], { isRead: true });
  return Number(results[0]?.rows[0]?.version ?? 0);
}

async function step(sql: Sql, module: string, version: number, statements: readonly string[]): Promise<void> {
  const { text, whole, strict } = COLUMN_TYPES[sql.dialect];
  await sql.transact(
    [
      ...LOCK[sql.dialect],
      {
        sql: `CREATE TABLE IF NOT EXISTS madang_migrations (
          module ${text} NOT NULL, version ${whole} NOT NULL, PRIMARY KEY (module, version)
        ) ${strict}`,
      },
      {
        // Where another process was faster nothing is left to do.
        sql: 'INSERT INTO madang_migrations (module, version) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        params: [module, version],
        mustChange: true,
      },
      ...statements.map((statement) => ({ sql: statement })),
    ],
    { isSynced: true },
  );
}
