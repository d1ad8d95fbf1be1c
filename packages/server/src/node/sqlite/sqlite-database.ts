/**
 * A SQLite file as an `Sql`: one worker has the only connection, so that nothing of it runs where rooms tick. What is asked waits in
 * order and within bounds; writes that wait together share one sync.
 */
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../ports/store-error.ts';
import type { Sql, SqlOutcome, SqlStatement } from '../../sql/sql.ts';
import type { FromWorker, SqliteAlarm, SqliteAnswer, SqliteFailure, ToWorker } from './sqlite-messages.ts';

export interface SqliteLimits {
  /** What is not answered by then is given up. */
  readonly timeoutMs: number;
  /** Transactions that are asked and not answered, and the bytes of their parameters; beyond it they are refused as `busy`. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}

export const SQLITE_LIMITS: SqliteLimits = {
  // Longer than a write waits for another process (2 s), so that `busy` is told as such.
  timeoutMs: 5_000,
  waitingMax: 1_024,
  waitingBytesMax: 64 * 1024 * 1024,
};

export interface SqliteOptions {
  /** Called when the file cannot be used or trusted any longer, and when it can again. */
  readonly onAlarm?: (alarm: SqliteAlarm) => void;
  readonly limits?: Partial<SqliteLimits>;
}

/** Transactions that go to the worker at once: enough to share a sync, few enough that the others do not wait for long. */
const RUN_MAX = 64;
const RUN_BYTES_MAX = 8 * 1024 * 1024;

/** A worker that died is replaced after this, then after twice as long each time, up to the most. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 5_000;

/** What a statement and an answer weigh beside their parameters, about. */
const STATEMENT_BYTES = 256;

interface Asked {
  readonly statements: readonly SqlStatement[];
  readonly isRead: boolean;
  readonly isSynced: boolean;
  readonly sizeBytes: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (outcome: SqlOutcome) => void;
  readonly reject: (error: StoreError) => void;
}

/**
 * Opens or creates a database file, and its folder where that is missing. One that cannot be trusted is refused and stays as it is; one that
 * cannot be written is opened for reading. Rejects with StoreError.
 */
export async function openSqlite(file: string, options: SqliteOptions = {}): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(file, options);
  await database.open();
  return database;
}

export class SqliteDatabase implements Sql {
  readonly dialect = 'sqlite';
  readonly #file: string;
  readonly #onAlarm: (alarm: SqliteAlarm) => void;
  readonly #limits: SqliteLimits;
  readonly #waiting: Asked[] = [];
  /** What the worker is at; empty while it waits for us. */
  #running: readonly Asked[] = [];
  /** What is asked and not answered, or answered as timed out and still with the worker. */
  #heldCount = 0;
  #heldBytes = 0;
  #worker: Worker | null = null;
  #isReady = false;
  #restartMs = RESTART_MS;
  #closed: Promise<void> | null = null;
  #onDrained: (() => void) | null = null;

  constructor(file: string, options: SqliteOptions) {
    this.#file = file;
    this.#onAlarm = options.onAlarm ?? (() => {});
    this.#limits = { ...SQLITE_LIMITS, ...options.limits };
  }

  /** Once. */
  async open(): Promise<void> {
    const failure = await this.#startWorker();
    if (failure === null) return;
    this.#closed = Promise.resolve();
    await this.#worker?.terminate();
    throw new StoreError(failure.kind, failure.message);
  }

  /** Parameters are copied: the caller may go on with its buffers. */
  async transact(
    statements: readonly SqlStatement[],
    options: { readonly isSynced?: boolean; readonly isRead?: boolean } = {},
  ): Promise<SqlOutcome> {
    const { timeoutMs, waitingMax, waitingBytesMax } = this.#limits;
    if (this.#closed !== null) throw new StoreError('closed', `${this.#file} is closed.`);
    const sizeBytes = statements.reduce((sum, statement) => sum + sizeOf(statement), 0);
    // One alone may be larger than all that may wait: otherwise it could never be done.
    if (this.#heldCount >= waitingMax || (this.#heldCount > 0 && this.#heldBytes + sizeBytes > waitingBytesMax)) {
      throw new StoreError('busy', `${this.#file}: too much waits to be written already.`);
    }
    return new Promise((resolve, reject) => {
      const asked: Asked = {
        statements: statements.map(copied),
        isRead: options.isRead === true,
        isSynced: options.isSynced === true,
        sizeBytes,
        timer: setTimeout(() => this.#timeOut(asked), timeoutMs),
        resolve,
        reject,
      };
      this.#heldCount += 1;
      this.#heldBytes += sizeBytes;
      this.#waiting.push(asked);
      this.#pump();
    });
  }

  /**
   * Copies the database as it is now to a file that is not there yet, while it is in use. To restore: stop the server, move the
   * database, its `-wal` and its `-shm` away, and put the copy in its place.
   */
  async backup(toFile: string): Promise<void> {
    if (this.#closed !== null) throw new StoreError('closed', `${this.#file} is closed.`);
    const worker = new Worker(workerUrl('sqlite-backup-worker'), { workerData: { file: this.#file, toFile } });
    const failure = await new Promise<SqliteFailure | null>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', (error) => reject(new StoreError('gone', `the backup failed: ${error.message}`)));
      worker.on('exit', () => reject(new StoreError('gone', 'the backup ended before it was done')));
    });
    if (failure !== null) throw new StoreError(failure.kind, failure.message);
  }

  /** What was asked before is done first, or given up in time. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    const { timeoutMs } = this.#limits;
    const drained = new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
    this.#pump();
    await within(drained, timeoutMs);
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#post(worker, { type: 'close' });
    // A thread that hangs in the disk cannot be ended: it is left alone, and the file is as after a crash.
    await within(ended, timeoutMs);
  }

  /** Answers why the file could not be opened, or null. */
  #startWorker(): Promise<SqliteFailure | null> {
    const worker = new Worker(workerUrl('sqlite-worker'), { workerData: this.#file });
    this.#worker = worker;
    return new Promise((resolve) => {
      let fault = 'it ended';
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'alarm') this.#onAlarm(message.alarm);
        else if (message.type === 'done') this.#done(message.answers);
        else {
          // From here on only what is asked keeps the process alive.
          worker.unref();
          this.#isReady = true;
          resolve(message.failure);
          this.#pump();
        }
      });
      worker.on('error', (error) => {
        fault = error.message;
      });
      worker.on('exit', () => {
        resolve({ kind: 'gone', message: `${this.#file}: its worker could not start: ${fault}` });
        this.#workerEnded(fault);
      });
    });
  }

  #workerEnded(fault: string): void {
    this.#worker = null;
    this.#isReady = false;
    const running = this.#running;
    this.#running = [];
    for (const asked of running) {
      this.#release(asked);
      asked.reject(lostWorker(asked, this.#file, fault));
    }
    if (this.#closed !== null && this.#waiting.length === 0) {
      this.#onDrained?.();
      return;
    }
    this.#onAlarm({ kind: 'gone', message: `${this.#file}: its worker ended and is replaced: ${fault}` });
    // What waits has timers of its own; without any the process may end.
    setTimeout(() => this.#restart(), this.#restartMs).unref();
    this.#restartMs = Math.min(RESTART_MS_MAX, this.#restartMs * 2);
  }

  async #restart(): Promise<void> {
    if (this.#closed !== null && this.#waiting.length === 0) return;
    const failure = await this.#startWorker();
    if (failure === null) this.#onAlarm({ kind: 'healed', message: `${this.#file} has a worker again.` });
  }

  #pump(): void {
    const worker = this.#worker;
    if (this.#running.length > 0) return;
    const first = this.#waiting[0];
    if (first === undefined) {
      this.#onDrained?.();
      return;
    }
    if (!this.#isReady || worker === null) return;
    let count = 0;
    let sizeBytes = 0;
    for (const asked of this.#waiting) {
      sizeBytes += asked.sizeBytes;
      if (asked.isRead !== first.isRead || count === RUN_MAX || (count > 0 && sizeBytes > RUN_BYTES_MAX)) break;
      count += 1;
    }
    const running = this.#waiting.splice(0, count);
    this.#running = running;
    const run = {
      isRead: first.isRead,
      isSynced: running.some(({ isSynced }) => isSynced),
      transactions: running.map(({ statements }) => statements),
    };
    this.#post(worker, { type: 'run', run }, running.flatMap(buffersOf));
  }

  #post(worker: Worker, message: ToWorker, owned: readonly ArrayBuffer[] = []): void {
    worker.postMessage(message, owned);
  }

  #done(answers: readonly SqliteAnswer[]): void {
    const running = this.#running;
    this.#running = [];
    this.#restartMs = RESTART_MS;
    for (const [index, asked] of running.entries()) {
      this.#release(asked);
      const answer = answers[index];
      if (answer === undefined) asked.reject(new StoreError('unknown-outcome', `${this.#file} did not answer.`));
      else if (answer.failure === null) asked.resolve(answer.outcome);
      else asked.reject(new StoreError(answer.failure.kind, answer.failure.message));
    }
    this.#pump();
  }

  #release(asked: Asked): void {
    clearTimeout(asked.timer);
    this.#heldCount -= 1;
    this.#heldBytes -= asked.sizeBytes;
  }

  /** What the worker has begun stays with it, and still counts as held. */
  #timeOut(asked: Asked): void {
    const at = this.#waiting.indexOf(asked);
    const seconds = this.#limits.timeoutMs / 1_000;
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#release(asked);
      asked.reject(new StoreError('timeout', `${this.#file} did not get to it within ${seconds} s.`));
      this.#pump();
    } else if (asked.isRead) {
      asked.reject(new StoreError('timeout', `${this.#file} did not answer within ${seconds} s.`));
    } else {
      asked.reject(new StoreError('unknown-outcome', `${this.#file} did not finish within ${seconds} s.`));
    }
  }
}

/** Resolves once that has, and after so long anyway. */
async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** The worker beside this file, unbuilt as built. */
function workerUrl(name: string): URL {
  return new URL(`./${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

function lostWorker({ isRead }: Asked, file: string, fault: string): StoreError {
  return new StoreError(isRead ? 'gone' : 'unknown-outcome', `${file}: its worker ended before it answered: ${fault}`);
}

function sizeOf({ params = [] }: SqlStatement): number {
  return params.reduce<number>((sum, value) => {
    if (value instanceof Uint8Array) return sum + value.byteLength;
    return sum + (typeof value === 'string' ? value.length * 2 : 8);
  }, STATEMENT_BYTES);
}

function copied({ sql, params = [], mustChange = false }: SqlStatement): SqlStatement {
  return {
    sql,
    params: params.map((value) => (value instanceof Uint8Array ? new Uint8Array(value) : value)),
    mustChange,
  };
}

/** The copies are ours alone, so they are handed over to the worker. */
function buffersOf({ statements }: Asked): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const { params = [] } of statements) {
    for (const value of params) {
      if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) buffers.push(value.buffer);
    }
  }
  return buffers;
}
