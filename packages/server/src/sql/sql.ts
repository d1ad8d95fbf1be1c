/**
 * The little that stores and journals need of a database: lists of statements, each list one transaction. Statements are
 * written once for SQLite and PostgreSQL; parameters are `$1`, `$2` and so on in both.
 */

/** What goes into a statement and comes out of it. */
export type SqlValue = string | number | Uint8Array | null;

/** One statement with its parameters. */
export interface SqlStatement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
  /** Where it changes no row, nothing of the transaction is done. */
  readonly mustChange?: boolean;
}

/** What one statement came to. */
export interface SqlResult {
  /** Whole numbers come as numbers, bytes as Uint8Array. */
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** Rows that were inserted, updated or deleted. */
  readonly changes: number;
}

/** What a transaction came to. */
export interface SqlOutcome {
  /** One for each statement up to the one that failed. */
  readonly results: readonly SqlResult[];
  /** The place of the statement that had to change something and did not: nothing was done then. Null where all was done. */
  readonly failedAt: number | null;
}

/** The databases that statements are written for. */
export type SqlDialect = 'sqlite' | 'postgres';

/** A database. */
export interface Sql {
  readonly dialect: SqlDialect;
  /**
   * Runs statements in their order as one transaction. `isSynced`: it is on the disk when this resolves, and not only safe from the end of
   * this process. `isRead`: it only reads, and may be done again where the line broke. Rejects with StoreError.
   */
  transact(
    statements: readonly SqlStatement[],
    options?: { readonly isSynced?: boolean; readonly isRead?: boolean },
  ): Promise<SqlOutcome>;
  /** Finishes what was asked before, and frees what it holds. Calling twice is fine; other calls are refused afterwards. */
  close(): Promise<void>;
}
