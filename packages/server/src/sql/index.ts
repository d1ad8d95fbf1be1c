/** What adapters of databases are made of: the port of SQL, and the journal and the store that are written on it. */
export type {
  Journal,
  JournalCommit,
  JournalEnd,
  JournalEntry,
  JournaledRoom,
  RecordingPlace,
} from '../ports/journal.ts';
export { StoreError, type StoreErrorKind } from '../ports/store-error.ts';
export { type ColumnTypes, type Migration, migrate } from './migrate.ts';
export type { Sql, SqlDialect, SqlOutcome, SqlResult, SqlStatement, SqlValue } from './sql.ts';
export { openSqlJournal, SqlJournal } from './sql-journal.ts';
export { storeMigrations } from './store/schema.ts';
export { SqlStore } from './store/sql-store.ts';
