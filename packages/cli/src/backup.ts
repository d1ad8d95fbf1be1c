/** `madang backup`: copies what a server keeps, while it runs. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteJournal, openSqliteStore } from '@madang/server';
import { withAlarms } from './alarms.ts';
import { readArguments } from './arguments.ts';
import { badConfig, CliError, EXIT } from './cli-error.ts';
import { bytesText } from './columns.ts';
import { DATA_FILES, DEFAULT_DATA, existingFile, makeFolder } from './data-folder.ts';

export async function backup(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'backup',
    args,
    { data: { type: 'string', default: DEFAULT_DATA } },
    { atLeast: 1, atMost: 1 },
  );
  const [to = ''] = positionals;
  const from = { journal: existingFile(values.data, 'journal'), store: existingFile(values.data, 'store') };
  if (existsSync(to)) throw badConfig(`${to} is there already: a backup replaces nothing.`);
  try {
    makeFolder(to);
    // The store last: a room that ends meanwhile is played to its end again, and its result, already there, counts once.
    await copy(await withAlarms((alarms) => openSqliteJournal(from.journal, alarms)), join(to, DATA_FILES.journal));
    await copy(await withAlarms((alarms) => openSqliteStore(from.store, alarms)), join(to, DATA_FILES.store));
  } catch (error) {
    // A folder with half of a backup in it would look like one.
    rmSync(to, { recursive: true, force: true });
    throw new CliError(`The backup failed: ${error instanceof Error ? error.message : error}`);
  }
  const sizeBytes = Object.values(DATA_FILES).reduce((sum, name) => sum + statSync(join(to, name)).size, 0);
  process.stdout.write(`Backed up ${values.data} to ${to} (${bytesText(sizeBytes)}).\n`);
  return EXIT.DONE;
}

async function copy(
  from: { backup(toFile: string): Promise<void>; close(): Promise<void> },
  to: string,
): Promise<void> {
  try {
    await from.backup(to);
  } finally {
    await from.close();
  }
}
