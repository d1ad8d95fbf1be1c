/** `madang restore`: puts a backup in place of what a server kept. */
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteJournal, openSqliteStore } from '@madang/server';
import { readArguments } from './arguments.ts';
import { badConfig, CliError, EXIT } from './cli-error.ts';
import { counted } from './columns.ts';
import {
  DATA_FILES,
  DEFAULT_DATA,
  existingFile,
  isOpenElsewhere,
  RESTORING,
  restoringIn,
  syncFile,
  syncFolder,
  takeData,
} from './data-folder.ts';

/** What SQLite keeps beside a database. */
const BESIDE = ['', '-wal', '-shm'];

export async function restore(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'restore',
    args,
    { data: { type: 'string', default: DEFAULT_DATA } },
    { atLeast: 1, atMost: 1 },
  );
  const [from = ''] = positionals;
  const { data } = values;
  existingFile(from, 'journal');
  existingFile(from, 'store');
  const letGo = takeData(data);
  try {
    for (const name of Object.values(DATA_FILES)) {
      const file = join(data, name);
      if (isOpenElsewhere(file)) throw badConfig(`${file} is in use: stop the server that runs on it first.`);
    }
    // Beside the data, so that moving it into place is one step; a copy, so that looking at it changes nothing.
    const fresh = mkdtempSync(join(data, RESTORING));
    const rooms = await checkedCopy(from, fresh);
    // Until both files are in place the folder says to every start that they are not.
    const aside = putInPlace(fresh, data);
    for (const name of restoringIn(data)) rmSync(join(data, name), { recursive: true, force: true });
    const kept = aside === null ? '' : ` What was there is in ${aside}.`;
    process.stdout.write(`Restored ${data} from ${from}, with ${counted(rooms, 'room')} to go on with.${kept}\n`);
  } finally {
    letGo();
  }
  return EXIT.DONE;
}

/** Copies a backup and opens the copy as a server would. Answers how many rooms it has. Of a copy that fails nothing is left. */
async function checkedCopy(from: string, fresh: string): Promise<number> {
  try {
    for (const name of Object.values(DATA_FILES)) copyFileSync(join(from, name), join(fresh, name));
    await (await openSqliteStore(join(fresh, DATA_FILES.store))).close();
    const journal = await openSqliteJournal(join(fresh, DATA_FILES.journal));
    try {
      return (await journal.unfinished()).length;
    } finally {
      await journal.close();
    }
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw new CliError(`The backup in ${from} cannot be restored: ${error instanceof Error ? error.message : error}`);
  }
}

/** Answers where what was there went; null where nothing was. */
function putInPlace(fresh: string, data: string): string | null {
  const files = Object.values(DATA_FILES).flatMap((name) => BESIDE.map((ending) => `${name}${ending}`));
  const replaced = files.filter((file) => existsSync(join(data, file)));
  const aside = replaced.length === 0 ? null : replacedFolder(data);
  for (const name of Object.values(DATA_FILES)) syncFile(join(fresh, name));
  // The folder of this restore, before anything is missing from where it was.
  syncFolder(data);
  if (aside !== null) {
    for (const file of replaced) renameSync(join(data, file), join(aside, file));
    syncFolder(aside);
  }
  for (const name of Object.values(DATA_FILES)) renameSync(join(fresh, name), join(data, name));
  syncFolder(data);
  return aside;
}

/** Its name says when, and no two are the same within a second either. */
function replacedFolder(data: string): string {
  return mkdtempSync(join(data, `replaced-${new Date().toISOString().replace(/[-:]|\.\d+/gu, '')}-`));
}
