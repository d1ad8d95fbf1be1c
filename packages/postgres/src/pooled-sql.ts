/**
 * `Sql` on PostgreSQL: a few connections, and for every call an answer within its time, whatever became of the database.
 *
 * A call waits for a connection, runs, and is refused once `timeoutMs` are over: `timeout` before COMMIT was sent, when PostgreSQL undoes
 * what it began, `unknown-outcome` after it. Calls beyond `waitingMax` in line are refused as `busy`. What was not done for sure (deadlocks,
 * serialization failures, no free connection at PostgreSQL) is tried again a few times, as are reads whose line broke; nothing else is.
 */
import type { Clock } from '@madang/server';
import { type SqlOutcome, type SqlStatement, StoreError } from '@madang/server/sql';
import pg from 'pg';
import { Breaker } from './breaker.ts';
import { columnTypes } from './column-types.ts';
import { type Failure, failureOf, type Progress } from './failure.ts';
import type { PostgresFigures, PostgresSql } from './postgres-sql.ts';
import { runTransaction, type TransactionOptions } from './transaction.ts';

/** How often a call is tried, the first time included. */
const TRIES_MAX = 5;
/** The pause before the n-th repetition is up to n times so long: those who were in each other's way part. */
const PAUSE_MS = 40;
/** The part of a call's time that one statement may take. */
const STATEMENT_SHARE = 0.75;
/** A connection that nobody needed for so long is closed. */
const IDLE_MS = 30_000;
/** Statements that each connection keeps prepared. There are fewer, unless somebody writes values into them. */
const PREPARED_MAX = 256;
/** How long a connection that is closed may take to say goodbye. */
const GOODBYE_MS = 500;

export interface PooledSqlOptions {
  /** Where the database is and who we are: what `pg` calls it. */
  readonly connection: pg.ClientConfig;
  readonly maxConnections: number;
  readonly waitingMax: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export class PooledSql implements PostgresSql {
  readonly dialect = 'postgres';
  readonly #options: PooledSqlOptions;
  readonly #pool: pg.Pool;
  readonly #breaker: Breaker;
  /** Those of the pool, until their line is closed. */
  readonly #clients = new Set<pg.Client>();
  readonly #calls = new Set<Promise<unknown>>();
  /** Of statements with parameters, by their text. */
  readonly #names = new Map<string, string>();
  #closed: Promise<void> | null = null;
  #isGoodbyeOver = false;

  constructor(options: PooledSqlOptions) {
    const { connection, maxConnections, timeoutMs, clock, random } = options;
    this.#options = options;
    this.#pool = new pg.Pool({
      ...connection,
      max: maxConnections,
      // Calls have a timer of their own, which is the first and knows why they waited.
      connectionTimeoutMillis: timeoutMs + 1_000,
      idleTimeoutMillis: IDLE_MS,
      // PostgreSQL's own limits: what we gave up must not go on there, nor hold locks while this process hangs. It gives up first: its answer
      // tells that it is there, and leaves the line as it is.
      statement_timeout: Math.ceil(timeoutMs * STATEMENT_SHARE),
      idle_in_transaction_session_timeout: 2 * timeoutMs,
      keepAlive: true,
      pipeline: true,
      types: columnTypes,
    });
    // A line that breaks while nobody uses it is told to the pool, one between two statements to its client. Nobody has to do anything: the
    // pool forgets it, and the next statement fails. But an `error` that nobody listens to would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
      this.#clients.add(client);
      client.on('end', () => this.#clients.delete(client));
      // It was asked for before we closed.
      if (this.#isGoodbyeOver) client.connection.stream.destroy();
    });
    this.#breaker = new Breaker({ clock, random, probe: () => this.#probe() });
  }

  figures(): PostgresFigures {
    const { totalCount: connections, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { isReachable: !this.#breaker.isOpen, connections, idle, waiting };
  }

  async transact(
    statements: readonly SqlStatement[],
    { isSynced = false, isRead = false }: { readonly isSynced?: boolean; readonly isRead?: boolean } = {},
  ): Promise<SqlOutcome> {
    if (this.#closed !== null) throw new StoreError('closed', 'this database was closed');
    this.#breaker.check();
    const call = this.#untilDone(statements.map(ownOf), { isSynced, isRead });
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#breaker.stop();
    await Promise.allSettled(this.#calls);
    // A database that hangs does not answer goodbyes either; its lines would keep us, and this process, from ending.
    const cancel = this.#options.clock.after(GOODBYE_MS, () => {
      this.#isGoodbyeOver = true;
      for (const client of this.#clients) client.connection.stream.destroy();
    });
    await this.#pool.end();
    await Promise.all([...this.#clients].map((client) => new Promise<void>((ended) => client.on('end', ended))));
    cancel();
  }

  async #untilDone(statements: readonly SqlStatement[], options: TransactionOptions): Promise<SqlOutcome> {
    const { clock, random, timeoutMs } = this.#options;
    const lastMs = clock.nowMs() + timeoutMs;
    for (let tries = 1; ; tries++) {
      const { outcome, failure } = await this.#try(statements, options, lastMs);
      if (outcome !== undefined) {
        this.#breaker.answered();
        return outcome;
      }
      if (failure.isAnswer) this.#breaker.answered();
      else this.#breaker.failed(failure.error);
      const isRepeated = failure.repeat === 'always' || (failure.repeat === 'reads' && options.isRead);
      const pauseMs = random() * PAUSE_MS * tries;
      const isHopeless = tries === TRIES_MAX || this.#breaker.isOpen || clock.nowMs() + pauseMs >= lastMs;
      if (!isRepeated || isHopeless) throw failure.error;
      await new Promise<void>((resume) => clock.after(pauseMs, resume));
    }
  }

  async #probe(): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    const { failure } = await this.#try(
      [{ sql: 'SELECT 1' }],
      { isSynced: false, isRead: true },
      clock.nowMs() + timeoutMs,
    );
    if (failure !== undefined) throw failure.error;
  }

  /** Rejects where no connection was free. */
  async #try(statements: readonly SqlStatement[], options: TransactionOptions, lastMs: number): Promise<Try> {
    const progress: Progress = { isLate: false, isCommitSent: false };
    let client: pg.PoolClient | null = null;
    let isLineSpent = false;
    let cancel = (): void => {};
    try {
      client = await this.#connected(lastMs, progress);
      const { stream } = client.connection;
      cancel = this.#options.clock.after(lastMs - this.#options.clock.nowMs(), () => {
        progress.isLate = true;
        stream.destroy();
      });
      return { outcome: await runTransaction(client, statements, options, this.#nameOf, progress) };
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const failure = failureOf(error, progress);
      isLineSpent = failure.isLineSpent;
      return { failure };
    } finally {
      cancel();
      client?.release(isLineSpent);
    }
  }

  /** Planning the same statement again and again would take most of the time of a commit. */
  readonly #nameOf = (sql: string): string | undefined => {
    const known = this.#names.get(sql);
    if (known !== undefined || this.#names.size === PREPARED_MAX) return known;
    const name = `madang_${this.#names.size}`;
    this.#names.set(sql, name);
    return name;
  };

  /** A connection of the pool, within its time. */
  #connected(lastMs: number, progress: Progress): Promise<pg.PoolClient> {
    const { clock, waitingMax } = this.#options;
    if (this.#pool.waitingCount >= waitingMax) {
      throw new StoreError('busy', `${waitingMax} calls wait for a connection to PostgreSQL already`);
    }
    return new Promise((resolve, reject) => {
      const cancel = clock.after(lastMs - clock.nowMs(), () => {
        progress.isLate = true;
        // Those who hold the connections find out whether PostgreSQL answers. Where it is asked for one, we do.
        const isConnecting = this.#pool.totalCount > this.#clients.size;
        const message = 'no connection to PostgreSQL was free in time';
        reject(isConnecting ? new Error(message) : new StoreError('busy', message));
      });
      this.#pool
        .connect()
        .then((client) => (progress.isLate ? client.release() : resolve(client)), reject)
        .finally(cancel);
    });
  }
}

type Try =
  | { readonly outcome: SqlOutcome; readonly failure?: never }
  | { readonly outcome?: never; readonly failure: Failure };

/** With bytes of its own: the caller may write over its bytes while this waits. */
function ownOf(statement: SqlStatement): SqlStatement {
  const { params } = statement;
  if (params === undefined || !params.some((param) => param instanceof Uint8Array)) return statement;
  return { ...statement, params: params.map((param) => (param instanceof Uint8Array ? param.slice() : param)) };
}
