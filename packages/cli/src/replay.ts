/** `madang replay`: recordings. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isGameError } from '@madang/core';
import { Recording } from '@madang/core/journal';
import { resimulate } from '@madang/server';
import { readArguments } from './arguments.ts';
import { badConfig, badUsage, CliError, EXIT } from './cli-error.ts';
import { bytesText, columns, counted, timeText } from './columns.ts';
import { DEFAULT_DATA, PRIVATE_FILE } from './data-folder.ts';
import { gameFile, loadGames } from './load-games.ts';
import { withJournal } from './open-journal.ts';

/** Recordings that one list shows: a screen or two of the newest. */
const LISTED_MAX = 100;

export async function replay(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'replay',
    args,
    { data: { type: 'string', default: DEFAULT_DATA } },
    { atLeast: 1, atMost: 3 },
  );
  const [verb, first, second] = positionals;
  if (verb === 'list' && first === undefined) return list(values.data);
  if (verb === 'export' && first !== undefined && second !== undefined) return exportTo(values.data, first, second);
  if (verb === 'check' && first !== undefined) return check(first, gameFile(second));
  throw badUsage('madang replay can list, export ROOM_ID FILE, or check FILE [game.ts]. See madang help replay.');
}

async function list(data: string): Promise<number> {
  const found = await withJournal(data, (journal) => journal.recordings(LISTED_MAX));
  const lines = found.map(({ roomId, game, tick, sizeBytes, endedWallMs }) => [
    roomId,
    game,
    counted(tick, 'tick'),
    bytesText(sizeBytes),
    `ended ${timeText(endedWallMs ?? 0)}`,
  ]);
  process.stdout.write(lines.length === 0 ? 'There are no recordings.\n' : columns(lines));
  return EXIT.DONE;
}

async function exportTo(data: string, roomId: string, file: string): Promise<number> {
  const entries = await withJournal(data, (journal) => journal.read(roomId, 'start'));
  if (entries.length === 0) throw new CliError(`There is no recording ${roomId}.`);
  const bytes = Buffer.concat(entries);
  writeNew(file, bytes);
  process.stdout.write(`Wrote ${file} (${bytesText(bytes.length)}).\n`);
  return EXIT.DONE;
}

/** Recordings hold what only some eyes may see. Throws where the file is there: an export replaces nothing. */
function writeNew(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { mode: PRIVATE_FILE, flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw badConfig(`${file} is there already: an export replaces nothing.`);
    }
    throw new CliError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

async function check(file: string, gameIn: string): Promise<number> {
  if (!existsSync(file)) throw badConfig(`There is no file ${file}.`);
  const games = await loadGames(gameIn);
  try {
    const recording = new Recording(readFileSync(file));
    const game = games.find(({ name }) => name === recording.head.game);
    if (game === undefined) throw badConfig(`${file} is of ${recording.head.game}, which ${gameIn} does not export.`);
    const { ticks, difference } = resimulate(recording, game);
    if (difference === null) {
      process.stdout.write(`Equal: ${counted(ticks, 'tick')} of ${game.name} went the same way again.\n`);
      return EXIT.DONE;
    }
    const { tick, table, row, field } = difference;
    process.stdout.write(`Different at tick ${tick}: ${table} ${row} ${field}. The ticks before went the same way.\n`);
    return EXIT.FAILED;
  } catch (error) {
    if (isGameError(error)) throw new CliError(error.message);
    throw error;
  }
}
