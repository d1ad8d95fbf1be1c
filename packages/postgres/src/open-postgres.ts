/** The journal and the store of a server in one PostgreSQL database. */
import type { Store } from '@madang/server';
import {
  type Journal,
  migrate,
  openSqlJournal,
  type Sql,
  SqlJournal,
  SqlStore,
  storeMigrations,
} from '@madang/server/sql';
import { openPostgresSql, type PostgresOptions } from './open-postgres-sql.ts';
import type { PostgresFigures } from './postgres-sql.ts';

/** Of the connections that there may be, so many are the journal's: a server commits one thing at a time, and reads at its start. */
const JOURNAL_CONNECTIONS = 2;
/** Tables that are full take their time to be changed, and another server may be doing it. */
const MIGRATION_MS = 10 * 60_000;

/** A journal and a store on one PostgreSQL, each with connections of its own. */
export interface PostgresDatabase {
  readonly journal: Journal;
  readonly store: Store;
  figures(): { readonly journal: PostgresFigures; readonly store: PostgresFigures };
  /** Closes the journal and the store, after what was asked before. Calling twice is fine. */
  close(): Promise<void>;
}

/**
 * Connects, and brings the tables up to date; servers that do so at once wait for each other. Rejects with StoreError: `gone` or `timeout`
 * where nobody answers, `refused` where we are not let in or the tables are a later version's. Journal and store have connections of their
 * own, so that no question to the store delays a room.
 */
export async function openPostgres(options: PostgresOptions = {}): Promise<PostgresDatabase> {
  const { maxConnections = 10 } = options;
  if (maxConnections < 2) throw new RangeError('the journal and the store need a connection each');
  await bringUpToDate(options);
  const ofJournal = Math.min(JOURNAL_CONNECTIONS, maxConnections - 1);
  const journalSql = openPostgresSql({ ...options, maxConnections: ofJournal });
  const storeSql = openPostgresSql({ ...options, maxConnections: maxConnections - ofJournal });
  return {
    journal: new SqlJournal(journalSql),
    store: new SqlStore(storeSql),
    figures: () => ({ journal: journalSql.figures(), store: storeSql.figures() }),
    async close() {
      await Promise.all([journalSql.close(), storeSql.close()]);
    },
  };
}

async function bringUpToDate(options: PostgresOptions): Promise<void> {
  await using(openPostgresSql({ ...options, maxConnections: 1 }), (sql) =>
    sql.transact([{ sql: 'SELECT 1' }], { isRead: true }),
  );
  await using(openPostgresSql({ ...options, maxConnections: 1, timeoutMs: MIGRATION_MS }), async (sql) => {
    await openSqlJournal(sql);
    await migrate(sql, 'store', storeMigrations(sql.dialect));
  });
}

async function using(sql: Sql, use: (sql: Sql) => Promise<unknown>): Promise<void> {
  try {
    await use(sql);
  } finally {
    await sql.close();
  }
}
