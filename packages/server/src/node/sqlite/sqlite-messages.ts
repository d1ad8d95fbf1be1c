/** What is said between a database and its worker. */
import type { StoreErrorKind } from '../../ports/store-error.ts';
import type { SqlOutcome, SqlStatement } from '../../sql/sql.ts';

/** Transactions that are all reads or all writes; writes reach the disk together. */
export interface SqliteRun {
  readonly isRead: boolean;
  readonly isSynced: boolean;
  readonly transactions: readonly (readonly SqlStatement[])[];
}

/** A `StoreError` on its way between threads. */
export interface SqliteFailure {
  readonly kind: StoreErrorKind;
  readonly message: string;
}

export type SqliteAnswer =
  | { readonly outcome: SqlOutcome; readonly failure: null }
  | { readonly outcome: null; readonly failure: SqliteFailure };

/**
 * For an operator. `lost`: the end of the log is missing, and what is left is used. `healed`: what the last alarm said is over. Anything else: what
 * keeps the file from being used.
 */
export interface SqliteAlarm {
  readonly kind: StoreErrorKind | 'lost' | 'healed';
  readonly message: string;
}

export type ToWorker = { readonly type: 'run'; readonly run: SqliteRun } | { readonly type: 'close' };

export type FromWorker =
  /** The first message. With a failure: the file could not be opened, and is tried again with later runs. */
  | { readonly type: 'opened'; readonly failure: SqliteFailure | null }
  /** One answer for each transaction of the run. */
  | { readonly type: 'done'; readonly answers: readonly SqliteAnswer[] }
  | { readonly type: 'alarm'; readonly alarm: SqliteAlarm };
