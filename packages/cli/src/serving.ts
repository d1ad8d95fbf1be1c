/** A server on a data folder: its journal, its store, and what it runs. */
import { join } from 'node:path';
import { type Game, isGameError } from '@madang/core';
import {
  createServer,
  type MadangServer,
  openSqliteJournal,
  openSqliteStore,
  type ServerOptions,
  type SqliteJournal,
  type SqliteStore,
} from '@madang/server';
import { socketIo } from '@madang/socketio';
import type { Logger } from 'pino';
import { badConfig, CliError } from './cli-error.ts';
import { DATA_FILES, isWhole, refuseHalf } from './data-folder.ts';
import { type ServingOptions, whyNotListening } from './serving-options.ts';

export interface Data {
  readonly journal: SqliteJournal;
  readonly store: SqliteStore;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Opens what a folder holds, and makes it where it is not there yet. Rejects where it cannot be trusted; it stays as it is then. */
export async function openData(folder: string, log: Logger): Promise<Data> {
  refuseHalf(folder);
  const alarms: object[] = [];
  let alarmed = (alarm: object): void => void alarms.push(alarm);
  const options = { onAlarm: (alarm: object) => alarmed(alarm) };
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    const failed = (err: unknown): void => log.error({ err }, 'the data could not be closed');
    await Promise.all(opened.map((one) => one.close().catch(failed)));
  };
  try {
    const journal = await openSqliteJournal(join(folder, DATA_FILES.journal), options);
    opened.push(journal);
    const store = await openSqliteStore(join(folder, DATA_FILES.store), options);
    opened.push(store);
    isWhole(folder);
    // Before, what is wrong is why it cannot be opened, and said once.
    alarmed = (alarm) => log.error(alarm, 'the data has trouble');
    alarms.forEach(alarmed);
    return { journal, store, close };
  } catch (error) {
    await close();
    throw badConfig(`The data cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}

/** Makes a server; nothing is opened before its `start`. Throws for options that cannot work. */
export function serverOf(
  games: readonly Game[],
  { port, hosts, pages, origins }: ServingOptions,
  { journal, store }: Data,
  secret: string | Uint8Array,
  more: Pick<ServerOptions, 'log' | 'syncTest' | 'badWrites' | 'unreadable'>,
): MadangServer {
  try {
    return createServer({
      games,
      gateways: [socketIo()],
      pages: pages === null ? [] : [{ path: '/', folder: pages }],
      port,
      hosts,
      allowedOrigins: origins,
      identity: { guests: { secret } },
      journal,
      store,
      ...more,
    });
  } catch (error) {
    if (isGameError(error, 'BAD_OPTION')) throw badConfig(error.message);
    throw error;
  }
}

/** Why a server did not start as one sentence, where it is for whoever starts it to change; anything else as it is. */
export function whyNotServing(error: unknown, { port, hosts: [host = ''] }: ServingOptions): unknown {
  const why = whyNotListening(error, port, host);
  if (why instanceof CliError) return why;
  if (isGameError(error, 'SCHEMA_INCOMPATIBLE') || isGameError(error, 'BAD_RECORDING')) {
    return badConfig(error.message.replace('`unreadable: "set-aside"`', '--unreadable set-aside'));
  }
  return error;
}
