/**
 * Loaded into a process and its threads by `--import`: makes SQLite die, end its thread, fail or be slow where the environment says so.
 *
 *   SQLITE_KILL_AT=n       the process dies as by `kill -9` before its n-th statement
 *   SQLITE_EXIT_AT=n       the thread ends before the n-th COMMIT of its life
 *   SQLITE_FAIL_COMMITS=a..b   the a-th to the b-th COMMIT fail as where a sync fails
 *   SQLITE_SLOW_MS=n       each COMMIT takes so long
 *   SQLITE_COUNT=1         says on exit how many statements there were
 */
import { writeSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const { env } = process;
const killAt = Number(env.SQLITE_KILL_AT ?? 0);
const exitAt = Number(env.SQLITE_EXIT_AT ?? 0);
const slowMs = Number(env.SQLITE_SLOW_MS ?? 0);
const [failFrom = 0, failTo = 0] = (env.SQLITE_FAIL_COMMITS ?? '').split('..').map(Number);
const clock = new Int32Array(new SharedArrayBuffer(4));
const seen = { statements: 0, commits: 0 };

/** https://www.sqlite.org/rescode.html#ioerr_fsync */
const IOERR_FSYNC = 1034;

if (!isMainThread) {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql: string): void {
    before();
    if (sql === 'COMMIT') beforeCommit(this);
    exec.call(this, sql);
  };
  const { run, all, get } = StatementSync.prototype;
  Object.assign(StatementSync.prototype, { run: counted(run), all: counted(all), get: counted(get) });
  process.on('exit', () => {
    if (env.SQLITE_COUNT === '1') writeSync(1, `${JSON.stringify({ statements: seen.statements })}\n`);
  });
}

function counted<F extends (...args: never[]) => unknown>(run: F): (this: unknown, ...args: unknown[]) => unknown {
  return function (this: unknown, ...args: unknown[]): unknown {
    before();
    return Reflect.apply(run, this, args);
  };
}

function before(): void {
  seen.statements += 1;
  if (seen.statements === killAt) process.kill(process.pid, 'SIGKILL');
}

function beforeCommit(database: DatabaseSync): void {
  seen.commits += 1;
  if (slowMs > 0) Atomics.wait(clock, 0, 0, slowMs);
  if (seen.commits === exitAt) process.exit(1);
  if (seen.commits < failFrom || seen.commits > failTo) return;
  database.exec('ROLLBACK');
  throw Object.assign(new Error('disk I/O error'), { errcode: IOERR_FSYNC });
}
