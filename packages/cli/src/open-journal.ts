/** The journal of a data folder, for a look at it while a server may run. */
import { type Journal, type JournaledRoom, openSqliteJournal } from '@madang/server';
import { withAlarms } from './alarms.ts';
import { CliError } from './cli-error.ts';
import { existingFile } from './data-folder.ts';

/** Rejects where there is none, or it cannot be trusted. */
export async function withJournal<T>(data: string, use: (journal: Journal) => Promise<T>): Promise<T> {
  const file = existingFile(data, 'journal');
  const journal = await withAlarms((alarms) => openSqliteJournal(file, alarms)).catch((error: unknown) => {
    throw new CliError(`The journal cannot be used: ${error instanceof Error ? error.message : error}`);
  });
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

/** Of rooms to look for, the one with this id; throws where it is not there. */
export function roomOf(rooms: readonly JournaledRoom[], roomId: string, what: string): JournaledRoom {
  const room = rooms.find((one) => one.roomId === roomId);
  if (room === undefined) throw new CliError(`There is no ${what} ${roomId}.`);
  return room;
}
