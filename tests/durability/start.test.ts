/** Servers that start where another one still is. */
import { createServer } from '@madang/server';
import { MemoryJournal } from '@madang/server/memory';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/yard.ts';

const LOG = pino({ level: 'silent' });

function yardOn(journal: MemoryJournal, port: number) {
  const server = createServer({
    games: [landGrab],
    alwaysOpen: ['land-grab'],
    journal,
    port,
    hosts: ['127.0.0.1'],
    log: LOG,
  });
  onTestFinished(() => server.stop());
  return server;
}

test('[PC11] a server whose port is taken leaves the rooms of the one that has it alone', async () => {
  const journal = new MemoryJournal();
  const first = yardOn(journal, 0);
  const { port } = await first.start();
  const [room] = first.rooms.all;
  await until('something has been written down', () => (room?.tick ?? 0) > 3);
  await expect(yardOn(journal, port).start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const tick = room?.tick ?? 0;
  await until('the room plays on', () => (room?.tick ?? 0) > tick + 10);
  expect(room?.phase).toBe('open');
  expect(await journal.unfinished()).toMatchObject([{ roomId: room?.id, epoch: 1 }]);
});

test('[PC03] who comes while a server reads its journal is told to come back, and nothing is opened for it', async () => {
  const journal = new MemoryJournal();
  const first = yardOn(journal, 0);
  await first.start();
  const [room] = first.rooms.all;
  await until('something has been written down', () => (room?.tick ?? 0) > 3);
  await first.stop();
  const hold = { release: () => {} };
  const unfinished = journal.unfinished.bind(journal);
  journal.unfinished = async () => {
    journal.unfinished = unfinished;
    await new Promise<void>((resolve) => {
      hold.release = resolve;
    });
    return unfinished();
  };
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const second = yardOn(journal, port);
  const starting = second.start();
  const health = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/healthz`);
  await until('the second listens', () => hold.release.length === 1);
  const early = await health();
  expect([early.status, await early.json()]).toEqual([503, { status: 'starting', rooms: 0 }]);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await new Promise((resolve) => socket.addEventListener('error', resolve));
  const guest = await fetch(`http://127.0.0.1:${port}/api/guest`, { method: 'POST' });
  expect(guest.status).toBe(503);
  hold.release();
  await starting;
  expect(second.rooms.all.map(({ id }) => id)).toEqual([room?.id]);
  expect((await health()).status).toBe(200);
});
