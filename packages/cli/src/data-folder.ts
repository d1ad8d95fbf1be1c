/** The folder where a server keeps everything: its journal and its store, and who has it. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { badConfig } from './cli-error.ts';

export const DEFAULT_DATA = 'data';

/** Files of a data folder, by what they hold. A backup has the same names. */
export const DATA_FILES = { journal: 'journal.sqlite', store: 'madang.sqlite' } as const;

const LOCK_FILE = 'server.lock';

/** SQLite's result code for what somebody else has. Source: https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;

/** Where one of the files is. Throws where it must be there and is not. */
export function existingFile(folder: string, what: keyof typeof DATA_FILES): string {
  const file = join(folder, DATA_FILES[what]);
  if (!existsSync(file)) throw badConfig(`There is no ${what} in ${folder}: ${file} is missing.`);
  return file;
}

/**
 * Takes a folder for this process, which has it until it ends, however it does; the folder is made where it is missing. Throws where
 * another has it: two servers would take each other's rooms away.
 */
export function takeData(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw badConfig(`The data folder ${folder} cannot be used: ${error instanceof Error ? error.message : error}.`);
  }
  // A lock of the system, which a process that is killed gives back; a file that names a process would stay.
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => lock?.close();
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw badConfig(`The data folder ${folder} is in use: another server runs on it.`);
    throw badConfig(`The data folder ${folder} cannot be used: ${error instanceof Error ? error.message : error}.`);
  }
}

/** True where any process has the database open, whatever program it is. One that is damaged counts as nobody's. */
export function isOpenElsewhere(file: string): boolean {
  if (!existsSync(file) || !isSound(file)) return false;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

/** Looks through a connection that cannot write: closing another would fold the log into a file that is broken. */
function isSound(file: string): boolean {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare('PRAGMA quick_check(1)').get()?.quick_check === 'ok';
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
