/** What SQLite's result codes mean for whoever asked. Source: https://www.sqlite.org/rescode.html */
import { StoreError, type StoreErrorKind } from '../../ports/store-error.ts';

const KIND_BY_CODE: ReadonlyMap<number, StoreErrorKind> = new Map([
  [5, 'busy'], // BUSY: another process writes
  [6, 'busy'], // LOCKED
  [7, 'busy'], // NOMEM
  [8, 'read-only'], // READONLY
  [10, 'io'], // IOERR
  [11, 'corrupt'], // CORRUPT
  [13, 'full'], // FULL
  [14, 'gone'], // CANTOPEN: its folder or the last file descriptor is
  [15, 'busy'], // PROTOCOL: could not agree on locks
  [26, 'corrupt'], // NOTADB
]);

/** The file at this path is not the one that is open: it was moved, deleted or replaced. */
const READONLY_DBMOVED = 1032;

/** Reading or writing the index of the log failed for want of space. SQLite says IOERR where it means FULL. */
const IOERR_SHMSIZE = 4874;

export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return new StoreError(code === null ? 'refused' : kindOf(code), `SQLite: ${message}`, { cause: error });
}

/** After these nothing that this connection holds can be trusted. */
export function isDistrusted(kind: StoreErrorKind): boolean {
  return kind === 'io' || kind === 'corrupt' || kind === 'gone';
}

function kindOf(code: number): StoreErrorKind {
  if (code === READONLY_DBMOVED) return 'io';
  if (code === IOERR_SHMSIZE) return 'full';
  // Anything else is about the statement, and no weather: a constraint, a wrong type, text that is no SQL.
  return KIND_BY_CODE.get(code & 0xff) ?? 'refused';
}

/** SQLite's extended result code, or null where the error is not SQLite's. */
function codeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}
