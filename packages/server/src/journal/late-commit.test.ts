import { expect, test } from 'vitest';
import type { Journal, JournalCommit } from '../ports/journal.ts';
import { hashOf, memoryJournal, node, pass, town } from './journal.test-support.ts';

test('[ST13] a commit of a dead process that is done while the next one reads is gone on from, too', async () => {
  const { game } = town();
  const memory = memoryJournal();
  let held: JournalCommit | null = null;
  let isHolding = false;
  const methods: Partial<Journal> = {
    // On its way when its process dies.
    commit: (commit) => {
      if (!isHolding) return memory.commit(commit);
      held = commit;
      return new Promise(() => {});
    },
    claim: async (roomId) => {
      if (held !== null) await memory.commit(held);
      return memory.claim(roomId);
    },
  };
  const journal = new Proxy<Journal>(memory, {
    get(target, name) {
      const member: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const first = await node(game, journal);
  first.join({ name: 'Ann' });
  await pass(first, 500);
  isHolding = true;
  while (held === null) await pass(first, 1, 1);
  const { tick } = first.room;
  const hash = hashOf(first.room);
  isHolding = false;

  const next = await node(game, journal);
  expect([next.room.tick, hashOf(next.room)]).toEqual([tick, hash]);
  await pass(next, 500);
  expect(await next.feed.flush(1_000)).toBe(true);
  expect([next.rooms.all.length, next.logged.filter(({ level }) => level === 50)]).toEqual([1, []]);
});
