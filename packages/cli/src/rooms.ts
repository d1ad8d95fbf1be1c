/** `madang rooms`: rooms that have not ended. */
import { readArguments } from './arguments.ts';
import { badUsage, EXIT } from './cli-error.ts';
import { bytesText, columns, timeText } from './columns.ts';
import { DEFAULT_DATA } from './data-folder.ts';
import { roomOf, withJournal } from './open-journal.ts';

export async function rooms(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'rooms',
    args,
    { data: { type: 'string', default: DEFAULT_DATA } },
    { atLeast: 1, atMost: 2 },
  );
  const [verb, roomId] = positionals;
  if (verb === 'list' && roomId === undefined) return list(values.data);
  if (verb === 'drop' && roomId !== undefined) return drop(values.data, roomId);
  throw badUsage('madang rooms can list, or drop ROOM_ID. See madang help rooms.');
}

async function list(data: string): Promise<number> {
  const found = await withJournal(data, (journal) => journal.unfinished());
  const lines = found.map(({ roomId, game, tick, sizeBytes, openedWallMs }) => [
    roomId,
    game,
    `tick ${tick}`,
    bytesText(sizeBytes),
    `opened ${timeText(openedWallMs)}`,
  ]);
  process.stdout.write(lines.length === 0 ? 'There are no rooms that have not ended.\n' : columns(lines));
  return EXIT.DONE;
}

async function drop(data: string, roomId: string): Promise<number> {
  await withJournal(data, async (journal) => {
    roomOf(await journal.unfinished(), roomId, 'unfinished room');
    await journal.remove(roomId);
  });
  process.stdout.write(`Room ${roomId} is dropped. A server that plays it ends it.\n`);
  return EXIT.DONE;
}
