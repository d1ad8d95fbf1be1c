/**
 * The one connection that writes a database file; it lives in the worker. Synchronous. After what makes its file doubtful it is closed,
 * and the file is opened and checked anew before it serves anything else.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { StoreError } from '../../ports/store-error.ts';
import type { SqlOutcome, SqlResult, SqlStatement, SqlValue } from '../../sql/sql.ts';
import { type OpenedFile, openFile } from './open-file.ts';
import { isDistrusted, toStoreError } from './sqlite-errors.ts';
import type { SqliteAlarm, SqliteAnswer, SqliteRun } from './sqlite-messages.ts';

/** Statements that stay compiled. */
const PREPARED_MAX = 256;

/** A file that could not be opened is tried again after this, then after twice as long each time, up to the most. */
const REOPEN_MS = 250;
const REOPEN_MS_MAX = 30_000;

/** A file that could only be read is tried again for writing after this. */
const RETRY_WRITING_MS = 1_000;

interface Open {
  readonly name: 'open';
  readonly opened: OpenedFile;
  readonly database: DatabaseSync;
  readonly prepared: Map<string, Prepared>;
  readonly openedAtMs: number;
}

interface Shut {
  readonly name: 'shut';
  readonly error: StoreError;
  readonly retryAtMs: number;
  readonly waitedMs: number;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly hasRows: boolean;
}

export class Connection {
  readonly #file: string;
  readonly #onAlarm: (alarm: SqliteAlarm) => void;
  readonly #openFile: (file: string) => OpenedFile;
  readonly #nowMs: () => number;
  #state: Open | Shut;
  /** The last alarm, so that each is told once. */
  #told: SqliteAlarm['kind'] = 'healed';
  #isSyncing = true;
  /** True where a commit may be with the operating system only; at first too, for what an earlier process wrote. */
  #hasUnsynced = true;

  /** Does nothing yet. */
  constructor(
    file: string,
    onAlarm: (alarm: SqliteAlarm) => void,
    open: (file: string) => OpenedFile = openFile,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#file = file;
    this.#onAlarm = onAlarm;
    this.#openFile = open;
    this.#nowMs = nowMs;
    const error = new StoreError('gone', `${file} is not open.`);
    this.#state = { name: 'shut', error, retryAtMs: Number.NEGATIVE_INFINITY, waitedMs: 0 };
  }

  /** Opens the file. Throws StoreError; then it is tried again with later runs. */
  open(): void {
    this.#open();
  }

  /** Answers one for each transaction. Never throws. */
  run({ isRead, isSynced, transactions }: SqliteRun): readonly SqliteAnswer[] {
    try {
      const open = this.#opened(isRead);
      if (isRead) return transactions.map((statements) => read(open, statements));
      return this.#write(open, transactions, isSynced);
    } catch (error) {
      const failure = this.#failed(error);
      return transactions.map(() => ({ outcome: null, failure }));
    }
  }

  /** Calling twice is fine. */
  close(): void {
    const state = this.#state;
    this.#state = {
      name: 'shut',
      error: new StoreError('closed', `${this.#file} is closed.`),
      retryAtMs: Number.POSITIVE_INFINITY,
      waitedMs: 0,
    };
    if (state.name === 'open') state.database.close();
  }

  /** All in one transaction, so that they share one sync; each in a savepoint, so that one that is refused leaves the others alone. */
  #write(open: Open, transactions: SqliteRun['transactions'], isSynced: boolean): readonly SqliteAnswer[] {
    const { database } = open;
    if (this.#isSyncing !== isSynced) {
      database.exec(`PRAGMA synchronous = ${isSynced ? 'FULL' : 'NORMAL'}`);
      this.#isSyncing = isSynced;
    }
    try {
      database.exec('BEGIN IMMEDIATE');
      const answers = transactions.map((statements) => writeOne(open, statements));
      database.exec('COMMIT');
      this.#settleSync(database, isSynced, answers.some(hasChanged));
      return answers;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  /**
   * A transaction that changes nothing syncs nothing, and yet what it found may not be on the disk, as where a commit is repeated:
   * folding all of the log in syncs it. Where somebody who reads or copies the file is in the way, a write does that changes nothing.
   */
  #settleSync(database: DatabaseSync, isSynced: boolean, isChanged: boolean): void {
    if (isSynced && !isChanged && this.#hasUnsynced) {
      const { busy, log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {};
      if (busy !== 0 || log !== checkpointed) database.exec('PRAGMA user_version = 0');
    }
    this.#hasUnsynced = !isSynced;
  }

  #opened(isRead: boolean): Open {
    const state = this.#state;
    if (state.name === 'shut') {
      if (this.#nowMs() < state.retryAtMs) throw state.error;
      return this.#open();
    }
    if (isRead || !state.opened.isReadOnly) return state;
    if (this.#nowMs() < state.openedAtMs + RETRY_WRITING_MS) throw readOnly(this.#file);
    state.database.close();
    const open = this.#open();
    if (open.opened.isReadOnly) throw readOnly(this.#file);
    return open;
  }

  #open(): Open {
    const waitedMs = this.#state.name === 'shut' ? this.#state.waitedMs : 0;
    try {
      const opened = this.#openFile(this.#file);
      const { database, isReadOnly, lost } = opened;
      const open: Open = { name: 'open', opened, database, prepared: new Map(), openedAtMs: this.#nowMs() };
      this.#state = open;
      this.#isSyncing = true;
      this.#hasUnsynced = true;
      if (lost !== null) this.#onAlarm({ kind: 'lost', message: lost });
      if (isReadOnly) this.#tell('read-only', readOnly(this.#file).message);
      else this.#tell('healed', `${this.#file} was opened anew and checked.`);
      return open;
    } catch (error) {
      const failed = toStoreError(error);
      this.#shut(failed, Math.min(REOPEN_MS_MAX, Math.max(REOPEN_MS, waitedMs * 2)));
      this.#tell(failed.kind, failed.message);
      throw failed;
    }
  }

  #failed(error: unknown): { readonly kind: StoreError['kind']; readonly message: string } {
    const failed = toStoreError(error);
    const state = this.#state;
    if (state.name === 'open' && isDistrusted(failed.kind)) {
      try {
        state.database.close();
      } catch {
        // What it says in closing is nothing new: the file is checked before it is used again.
      }
      this.#shut(failed, 0);
      this.#tell(failed.kind, `${this.#file} is closed until it was checked: ${failed.message}`);
    }
    return { kind: failed.kind, message: failed.message };
  }

  #shut(error: StoreError, waitMs: number): void {
    this.#state = { name: 'shut', error, retryAtMs: this.#nowMs() + waitMs, waitedMs: waitMs };
  }

  #tell(kind: SqliteAlarm['kind'], message: string): void {
    if (kind === this.#told) return;
    this.#told = kind;
    this.#onAlarm({ kind, message });
  }
}

function read(open: Open, statements: readonly SqlStatement[]): SqliteAnswer {
  const { database } = open;
  // One statement is a transaction by itself.
  const isMany = statements.length > 1;
  try {
    if (isMany) database.exec('BEGIN');
    const outcome = runAll(open, statements);
    if (isMany) database.exec('COMMIT');
    return { outcome, failure: null };
  } catch (error) {
    rollBack(database);
    return refusalOf(error);
  }
}

function writeOne(open: Open, statements: readonly SqlStatement[]): SqliteAnswer {
  const { database } = open;
  database.exec('SAVEPOINT one');
  try {
    const outcome = runAll(open, statements);
    database.exec(outcome.failedAt === null ? 'RELEASE one' : 'ROLLBACK TO one; RELEASE one');
    return { outcome, failure: null };
  } catch (error) {
    const refusal = refusalOf(error);
    // Where SQLite took the whole transaction back, the others are not done either.
    if (!database.isTransaction) throw error;
    database.exec('ROLLBACK TO one; RELEASE one');
    return refusal;
  }
}

/** What is wrong with one transaction only is its answer; anything else is about the file and all that are asked of it. */
function refusalOf(error: unknown): SqliteAnswer {
  const { kind, message } = toStoreError(error);
  if (kind !== 'refused') throw error;
  return { outcome: null, failure: { kind, message } };
}

function runAll(open: Open, statements: readonly SqlStatement[]): SqlOutcome {
  const results: SqlResult[] = [];
  for (const [index, { sql, params = [], mustChange }] of statements.entries()) {
    const result = runOne(open, sql, params);
    if (mustChange === true && result.changes === 0) return { results, failedAt: index };
    results.push(result);
  }
  return { results, failedAt: null };
}

function runOne(open: Open, sql: string, params: readonly SqlValue[]): SqlResult {
  const { statement, hasRows } = prepare(open, sql);
  const named: Record<string, SQLInputValue> = {};
  for (const [index, value] of params.entries()) named[`$${index + 1}`] = toInput(value);
  if (!hasRows) return { rows: [], changes: Number(statement.run(named).changes) };
  // What RETURNING answers was changed as well, and SQLite says how many only in all.
  const before = totalChanges(open);
  const rows = statement.all(named).map(toRow);
  return { rows, changes: totalChanges(open) - before };
}

function prepare({ database, prepared }: Open, sql: string): Prepared {
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  const statement = database.prepare(sql);
  const made = { statement, hasRows: statement.columns().length > 0 };
  const oldest = prepared.keys().next();
  if (prepared.size >= PREPARED_MAX && oldest.done !== true) prepared.delete(oldest.value);
  prepared.set(sql, made);
  return made;
}

function totalChanges(open: Open): number {
  return Number(prepare(open, 'SELECT total_changes() AS changes').statement.get()?.changes ?? 0);
}

/** Whole numbers are bound as whole numbers: as fractions, `$1 / 2` would be another thing than in PostgreSQL. */
function toInput(value: SqlValue): SQLInputValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function toRow(row: Record<string, SqlValue | bigint>): Record<string, SqlValue> {
  return row as Record<string, SqlValue>;
}

function hasChanged({ outcome }: SqliteAnswer): boolean {
  return outcome !== null && outcome.failedAt === null && outcome.results.some(({ changes }) => changes > 0);
}

function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec('ROLLBACK');
  } catch {
    // SQLite took it back by itself, or the connection is about to be closed.
  }
}

function readOnly(file: string): StoreError {
  return new StoreError('read-only', `${file} can be read but not written now.`);
}
