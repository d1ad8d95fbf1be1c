/**
 * A server's process with a journal in a folder: `server.ts DURABILITY TICK_RATE FOLDER [FILLED_ROOMS]`. With rooms to fill it seats 50 in each,
 * and says how one of them comes back. Answers what it has cost and written whenever it is asked.
 */
import { join } from 'node:path';
import type { Durability } from '@madang/core';
import { createServer, type Journal, openSqliteJournal, type Viewer } from '@madang/server';
import pino from 'pino';
import { arenaOf, PLAYERS_PER_ROOM } from './game.ts';

/** What this process has used and done so far. */
export interface ServerReading {
  readonly cpuMs: number;
  readonly slippedTicks: number;
  readonly ticks: number;
  readonly journalBytes: number;
  readonly commits: number;
  readonly rooms: number;
}

const [durability = 'none', rate = '20', folder = '', filled = '0'] = process.argv.slice(2);
const game = arenaOf(durability as Durability, Number(rate));
const written = { bytes: 0, commits: 0 };
const server = createServer({
  games: [game],
  port: 0,
  graceMs: 60_000,
  limits: { connectionsPerAddress: 5_000, joinsPerSecond: 5_000, joinsBurst: 5_000 },
  log: pino({ level: 'error' }, pino.destination(2)),
  ...(durability === 'none' ? {} : { journal: counted(await openSqliteJournal(join(folder, 'journal.sqlite'))) }),
});
const { port } = await server.start();
const token = Number(filled) > 0 ? await fill(Number(filled)) : '';
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const rooms = server.rooms.all;
  const reading: ServerReading = {
    cpuMs: (user + system) / 1000,
    slippedTicks: rooms.reduce((sum, room) => sum + room.slippedTicks, 0),
    ticks: rooms.reduce((sum, room) => sum + room.tick, 0),
    journalBytes: written.bytes,
    commits: written.commits,
    rooms: rooms.length,
  };
  process.send?.(reading);
});
// The bench may end first, whatever ends it.
process.on('disconnect', () => process.exit());
process.send?.({ port, token });

function counted(journal: Journal): Journal {
  const commit = journal.commit.bind(journal);
  journal.commit = (what) => {
    written.commits++;
    for (const { bytes } of what.entries) written.bytes += bytes.length;
    return commit(what);
  };
  return journal;
}

/** Seats people in so many rooms; answers the token of one of them, once all of it has been written down. */
async function fill(rooms: number): Promise<string> {
  const tokens: string[] = [];
  const viewer = (): Viewer => ({
    canReturn: true,
    welcome: (welcome) => tokens.push(welcome.token),
    timing: () => {},
    update: () => {},
    event: () => {},
    said: () => {},
    people: () => {},
    chat: () => {},
    answer: () => {},
    refuse: () => {},
    end: () => {},
  });
  for (let opened = 0; opened < rooms; opened++) {
    const room = server.rooms.open(game);
    for (let seat = 0; seat < PLAYERS_PER_ROOM; seat++) {
      room.join({ name: `P${seat}`, user: null, roles: [], rating: null, team: 0 }, viewer());
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  while (tokens.length < rooms * PLAYERS_PER_ROOM) await new Promise((resolve) => setTimeout(resolve, 100));
  // Longer than a group commit and the snapshots that follow.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return tokens.at(-1) ?? '';
}
