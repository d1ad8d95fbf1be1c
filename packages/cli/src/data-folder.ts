/** The folder where a server keeps everything: its journal and its store, and who has it. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { badConfig } from './cli-error.ts';

export const DEFAULT_DATA = 'data';

/** Files of a data folder, by what they hold. A backup has the same names. */
export const DATA_FILES = { journal: 'journal.sqlite', store: 'madang.sqlite' } as const;

const LOCK_FILE = 'server.lock';

/** Is there while a folder gets its files for the first time. */
const UNFINISHED_FILE = 'unfinished';

/** What folders of a restore begin with that is under way, or was cut short. */
export const RESTORING = 'restoring-';

/** What is kept (secrets, tokens, hidden state) is nobody else's to read. */
const PRIVATE_FOLDER = 0o700;
export const PRIVATE_FILE = 0o600;

/** SQLite's result code for what somebody else has. Source: https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;

/** Where one of the files is. Throws where it must be there and is not. */
export function existingFile(folder: string, what: keyof typeof DATA_FILES): string {
  const file = join(folder, DATA_FILES[what]);
  if (!existsSync(file)) throw badConfig(`There is no ${what} in ${folder}: ${file} is missing.`);
  return file;
}

/** Makes a folder that only its owner may look into, where there is none. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
}

/** A name that was given or taken is so on the disk once its folder is synced. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') synced(folder, 'r');
}

/** What a file holds is on the disk. */
export function syncFile(file: string): void {
  synced(file, 'r+');
}

function synced(path: string, flags: string): void {
  const handle = openSync(path, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Folders of restores that have not ended. */
export function restoringIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith(RESTORING));
}

/**
 * Throws where a folder has a half of what it held, as after a restore that was cut short: a server would begin the other half anew, and
 * nobody would notice. What it throws says what to do.
 */
export function refuseHalf(folder: string): void {
  const [restoring] = restoringIn(folder);
  if (restoring !== undefined) {
    throw badConfig(
      `A restore into ${folder} did not end: repeat it with madang restore, or put back what is in its replaced- folder and remove ${restoring}.`,
    );
  }
  const [missing, ...others] = Object.values(DATA_FILES).filter((name) => !existsSync(join(folder, name)));
  if (missing === undefined) return;
  // A first start that is killed has made one of them, and nothing in it.
  const unfinished = join(folder, UNFINISHED_FILE);
  if (others.length > 0) writeFileSync(unfinished, '', { mode: PRIVATE_FILE });
  else if (!existsSync(unfinished)) {
    throw badConfig(
      `${folder} has lost its ${missing}: put a backup in place with madang restore, or move the other files away to begin anew.`,
    );
  }
}

/** Both files of a folder are there: from now on neither may be missing. */
export function isWhole(folder: string): void {
  rmSync(join(folder, UNFINISHED_FILE), { force: true });
}

/**
 * Takes a folder for this process, which has it until it ends, however it does; the folder is made where it is missing. Throws where
 * another has it: two servers would take each other's rooms away.
 */
export function takeData(folder: string): () => void {
  try {
    makeFolder(folder);
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
