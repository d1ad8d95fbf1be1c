import { expect, test } from 'vitest';
import { createServer } from '../create-server.ts';
import { MemoryTransport } from '../memory/memory-transport.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { Journal } from '../ports/journal.ts';
import { memoryJournal, node, pass, town } from './journal.test-support.ts';

test('[PC03] a server that is stopped while it reads its journal goes on with no room and listens to nobody', async () => {
  const { game } = town();
  const journal = memoryJournal();
  const first = await node(game, journal, { alwaysOpen: ['town'] });
  first.rooms.start();
  await pass(first, 500);

  const answers: (() => void)[] = [];
  const slow: Journal = Object.assign(Object.create(journal) as Journal, {
    unfinished: async () => {
      await new Promise<void>((resolve) => void answers.push(resolve));
      return journal.unfinished();
    },
    claim: (roomId: string) => journal.claim(roomId),
    read: (roomId: string, from: 'last-snapshot' | 'start') => journal.read(roomId, from),
    prune: (limits: Parameters<Journal['prune']>[0]) => journal.prune(limits),
  });
  const clock = new VirtualClock();
  const options = { games: [game], alwaysOpen: ['town'], clock, transport: new MemoryTransport(clock), journal: slow };
  const next = createServer(options);
  const starting = next.start().catch((error: unknown) => error);
  await next.stop();
  while (answers.length > 0) {
    answers.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await starting).toMatchObject({ code: 'SERVER_STOPPING' });
  expect([next.rooms.all, clock.pending]).toEqual([[], 0]);
});
