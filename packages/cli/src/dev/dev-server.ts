/**
 * The process that `madang dev` runs one version of a game in. It loads the game and says what it found, holds the rooms in the journal
 * against it while another process may still play them, and then serves when it is told to, rests, and serves again.
 */
import { pathToFileURL } from 'node:url';
import { type Game, isGameError } from '@madang/core';
import { guestSecret, type MadangServer } from '@madang/server';
import { restoreRoom } from '@madang/server/journal';
import { EXIT } from '../cli-error.ts';
import { describeFailure } from '../describe-failure.ts';
import { gamesOf } from '../load-games.ts';
import { plainLog } from '../logs.ts';
import { authorsFiles } from '../own-code.ts';
import { type Data, openData, serverOf, whyNotServing } from '../serving.ts';
import { noteLoadedFiles } from './loaded-files.ts';
import type { Assignment, FromServer, ToServer, UnreadableRoom } from './messages.ts';

/** What an end may take, whatever hangs. */
const END_MS = 8_000;

const { file, options } = JSON.parse(process.argv[2] ?? '') as Assignment;
const isAuthors = authorsFiles();
const log = plainLog();
const loadedFiles = noteLoadedFiles(isAuthors);

const found = await load();
if (found === null) process.exit(EXIT.CONFIG);
const { games, data, secret } = found;
const at: { server: MadangServer | null; isEnding: boolean } = { server: null, isEnding: false };

process.on('message', (message: ToServer) => void obey(message));
process.on('disconnect', () => void end(EXIT.DONE));
process.on('uncaughtException', (error) => {
  const { line, excerpt } = describeFailure(error, isAuthors);
  process.stderr.write(`${line}\n${excerpt === '' ? (error.stack ?? '') : excerpt}\n`);
  void end(EXIT.FAILED);
});
await tell({
  is: 'loaded',
  games: games.map(({ name, tickRateHz, seats }) => ({ name, tickRateHz, seats })),
  unreadable: await unreadableRooms(),
  files: loadedFiles(),
});

/** Null where there is nothing to serve, once that was told. */
async function load(): Promise<{ games: readonly Game[]; data: Data; secret: string } | null> {
  try {
    const games = gamesOf((await import(pathToFileURL(file).href)) as object, file).map(lasting);
    const opened = await openData(options.data, log);
    return { games, data: opened, secret: await guestSecret(opened.store) };
  } catch (error) {
    await tell({ is: 'unloadable', ...describeFailure(error, isAuthors), files: loadedFiles() });
    return null;
  }
}

/** Rooms go on over a change of the code, whatever a crash may cost them in production. */
function lasting(game: Game): Game {
  return game.durability === 'none' ? { ...game, durability: 'async' } : game;
}

/** The rooms in the journal that this code could not go on with. */
async function unreadableRooms(): Promise<readonly UnreadableRoom[]> {
  const unreadable: UnreadableRoom[] = [];
  for (const { roomId, game: name } of await data.journal.unfinished()) {
    const game = games.find((one) => one.name === name);
    if (game === undefined) continue;
    try {
      restoreRoom(await data.journal.read(roomId, 'last-snapshot'), game);
    } catch (error) {
      if (!isGameError(error)) throw error;
      unreadable.push({ roomId, game: name, message: error.message });
    }
  }
  return unreadable;
}

async function obey(message: ToServer): Promise<void> {
  if (at.isEnding) return;
  switch (message.do) {
    case 'serve':
      return serve(message.port, message.drop);
    case 'rest':
      await stop();
      return tell({ is: 'rested' });
    case 'end':
      return end(EXIT.DONE);
  }
}

async function serve(port: number, drop: readonly string[]): Promise<void> {
  try {
    for (const roomId of drop) await data.journal.remove(roomId);
    const server = serverOf(games, { ...options, port }, data, secret, { log, syncTest: true });
    at.server = server;
    const { url, port: chosen } = await server.start();
    await tell({ is: 'serving', url, port: chosen, rooms: server.rooms.all.length });
  } catch (error) {
    at.server = null;
    const why = whyNotServing(error, { ...options, port });
    await tell({ is: 'failed', line: why instanceof Error ? why.message : String(why) });
  }
}

async function stop(): Promise<void> {
  const { server } = at;
  at.server = null;
  await server?.stop();
}

async function end(exitCode: number): Promise<void> {
  if (at.isEnding) return;
  at.isEnding = true;
  setTimeout(() => process.exit(EXIT.FAILED), END_MS).unref();
  await stop().catch((err: unknown) => log.error({ err }, 'the server did not stop as it should'));
  await data.close();
  process.exit(exitCode);
}

/** Resolves once it is out. */
function tell(message: FromServer): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
