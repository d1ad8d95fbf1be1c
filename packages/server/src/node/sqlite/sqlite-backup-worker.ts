/** Copies a database while it is in use, in a thread and through a connection of its own: nobody waits for it. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../../ports/store-error.ts';
import { syncFolder, withSystemErrors } from './open-file.ts';
import { toStoreError } from './sqlite-errors.ts';
import type { SqliteFailure } from './sqlite-messages.ts';

const { file, toFile } = workerData as { readonly file: string; readonly toFile: string };
parentPort?.postMessage(attempt());

function attempt(): SqliteFailure | null {
  try {
    withSystemErrors(toFile, () => backUp());
    return null;
  } catch (error) {
    const { kind, message } = toStoreError(error);
    return { kind, message };
  }
}

/** The copy has its name once it is whole and on the disk. */
function backUp(): void {
  if (existsSync(toFile)) throw new StoreError('refused', `${toFile} is there already: a backup replaces nothing.`);
  const unfinished = `${toFile}.part`;
  rmSync(unfinished, { force: true });
  try {
    closeSync(openSync(unfinished, 'wx', 0o600));
    const source = new DatabaseSync(file, { readOnly: true });
    source.prepare('VACUUM INTO ?').run(unfinished);
    source.close();
    const handle = openSync(unfinished, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(unfinished, toFile);
    syncFolder(dirname(toFile));
  } finally {
    rmSync(unfinished, { force: true });
  }
}
