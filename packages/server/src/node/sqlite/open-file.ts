/**
 * Opens a database file so that what it holds can be trusted, or refuses it with a sentence an operator can act on. A file that is
 * refused stays as it is: no look at it writes.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../ports/store-error.ts';
import { readLogIndex, whatLogLost } from './lost-log.ts';
import { toStoreError } from './sqlite-errors.ts';

/** How long SQLite waits for another process that writes. */
const BUSY_MS = 2_000;

/** The log is cut to this when it was folded in; it may have grown far beyond by one large transaction. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;

/** In the header: 2 in a database that has a write-ahead log, 1 in one that has none, as after a backup. */
const WRITE_VERSION_AT = 18;

export interface OpenedFile {
  readonly database: DatabaseSync;
  /** True where the file cannot be written now: reads are served. */
  readonly isReadOnly: boolean;
  /** What was lost, although what is left can be trusted; or null. */
  readonly lost: string | null;
}

/** Opens or creates the file, and its folder where that is missing. Throws StoreError. */
export function openFile(file: string): OpenedFile {
  return withSystemErrors(file, () => {
    if (!isThere(file)) createFile(file);
    inspect(file);
    const hadLog = existsSync(`${file}-wal`);
    const lost = verify(file, hadLog);
    return { ...(openForWriting(file) ?? openForReading(file, hadLog)), lost };
  });
}

/** Turns what the file system and SQLite throw into StoreErrors that name the file. */
export function withSystemErrors<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { kind, message } = toStoreError(isSystemError(error) ? fromSystem(error) : error);
    throw new StoreError(kind, message.includes(file) ? message : `${file}: ${message}`, { cause: error });
  }
}

function isThere(file: string): boolean {
  const stats = statsOf(file);
  if (stats === null && sizeOf(`${file}-wal`) > 0) {
    throw new StoreError(
      'corrupt',
      `${file} is missing, but its log ${file}-wal is there: put the database back, or move the log away to begin anew.`,
    );
  }
  return stats !== null;
}

/** Looks at the file without opening it as a database: SQLite would delete the log of an empty one. */
function inspect(file: string): void {
  const stats = statSync(file);
  if (stats.isDirectory()) throw new StoreError('refused', `${file} is a directory, not a database.`);
  if (!stats.isFile()) throw new StoreError('refused', `${file} is not a file.`);
  if (stats.size === 0) {
    throw new StoreError(
      'corrupt',
      `${file} is empty (0 bytes), as a new database never is: restore it from a backup, or delete it and its -wal to begin anew.`,
    );
  }
  const header = Buffer.alloc(HEADER_BYTES);
  const handle = openSync(file, 'r');
  try {
    const sizeBytes = readSync(handle, header, 0, HEADER_BYTES, 0);
    if (sizeBytes < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
      throw new StoreError('corrupt', `${file} is not a database: its first bytes are not those of SQLite.`);
    }
  } finally {
    closeSync(handle);
  }
  if (header[WRITE_VERSION_AT] === 1 && sizeOf(`${file}-wal`) > 0) {
    // SQLite would write the pages of the one database into the other.
    throw new StoreError(
      'corrupt',
      `${file}-wal is the log of another database than ${file}, which looks like a backup: remove ${file}-wal and ${file}-shm.`,
    );
  }
}

/**
 * Reads all of it through a connection that cannot write, so that closing it does not fold a log into a broken file. Answers what its log
 * lost, or null.
 */
function verify(file: string, hadLog: boolean): string | null {
  const before = readLogIndex(file);
  const { database } = openForReading(file, hadLog);
  try {
    const found = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (found !== 'ok') {
      throw new StoreError('corrupt', `${file} is damaged (${found}): keep it aside and restore a backup.`);
    }
    return whatLogLost(file, before, readLogIndex(file));
  } finally {
    database.close();
  }
}

/** Null where it cannot be written. */
function openForWriting(file: string): Omit<OpenedFile, 'lost'> | null {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}; PRAGMA synchronous = FULL`);
    foldLog(database);
    return { database, isReadOnly: false };
  } catch (error) {
    if (database?.isOpen) database.close();
    const { kind } = toStoreError(error);
    if (kind === 'read-only' || kind === 'gone') return null;
    throw error;
  }
}

/**
 * Folds the log into the file and syncs it there. After a failed sync the log may be in memory only, and what is read from it must not
 * be taken for what is on the disk.
 */
function foldLog(database: DatabaseSync): void {
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // Another process writes, or there is no room to: neither keeps us from reading, and later writes find out themselves.
    const { kind } = toStoreError(error);
    if (kind !== 'busy' && kind !== 'full') throw error;
  }
}

function openForReading(file: string, hadLog: boolean): Omit<OpenedFile, 'lost'> {
  const read = (path: string | URL): DatabaseSync => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    try {
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  };
  try {
    return { database: read(file), isReadOnly: true };
  } catch (error) {
    const { kind } = toStoreError(error);
    if (hadLog || (kind !== 'gone' && kind !== 'read-only')) throw error;
    // Where no log can be created there can be no other writer either: SQLite may read the file as one that never changes.
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return { database: read(url), isReadOnly: true };
  }
}

/** Makes a whole database beside the file and puts it in place: a file of no bytes is then never a new one. */
function createFile(file: string): void {
  const folder = dirname(file);
  // What is kept (secrets, tokens, hidden state) is nobody else's to read; the files beside it take over its rights.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}-new`;
  rmSync(fresh, { force: true });
  closeSync(openSync(fresh, 'wx', 0o600));
  const database = new DatabaseSync(fresh);
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
  try {
    linkSync(fresh, file);
    rmSync(fresh);
  } catch (error) {
    // Another process was faster: its file is the one. Elsewhere links are not known, and moving has to do.
    if (existsSync(file)) rmSync(fresh);
    else if (isSystemError(error)) renameSync(fresh, file);
    else throw error;
  }
  syncFolder(folder);
}

/** A new name is on the disk once its folder is. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function sizeOf(file: string): number {
  return statsOf(file)?.size ?? 0;
}

function statsOf(file: string): Stats | null {
  return statSync(file, { throwIfNoEntry: false }) ?? null;
}

interface SystemError extends Error {
  readonly code: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

function fromSystem(error: SystemError): StoreError {
  const kind = (() => {
    switch (error.code) {
      case 'ENOSPC':
      case 'EDQUOT':
        return 'full';
      case 'EROFS':
      case 'EACCES':
      case 'EPERM':
        return 'read-only';
      case 'EIO':
        return 'io';
      case 'ENOTDIR':
      case 'EISDIR':
      case 'EEXIST':
        return 'refused';
      default:
        return 'gone';
    }
  })();
  return new StoreError(kind, error.message, { cause: error });
}
