import type { Game } from '@madang/core';
import { MemoryJournal } from '@madang/server/memory';
import { type Journal, StoreError } from '@madang/server/sql';
import { describe, expect, test } from 'vitest';
import { pond } from '../pond.test-support.ts';
import { openWorld } from './world.ts';
import type { WorldOptions } from './world-options.ts';

const strictPond = { ...pond, durability: 'strict' } as Game as typeof pond;

const opened = (options: Partial<WorldOptions<typeof pond>> = {}) =>
  openWorld({ game: pond, clients: 3, network: { roundTripMs: 40 }, ...options });

/** A journal some of whose methods are others. */
function withOwn(journal: MemoryJournal, own: Partial<Journal>): Journal {
  return new Proxy<Journal>(journal, {
    get(target, name) {
      const member: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

describe('with a journal', () => {
  test.each([
    ['async', pond],
    ['strict', strictPond],
  ])('a crash ends no room: everybody is back on the seat they had, in %s', async (_, game) => {
    const world = await opened({ game, journal: true });
    await world.advance(2_000);
    const before = world.clients.map(({ room }) => [room, room?.id, room?.seat]);
    const tick = world.server.rooms.all[0]?.tick ?? 0;
    world.crash();
    await world.advance(1_000);
    world.start();
    await world.advance(2_000);
    expect(world.clients.map(({ room }) => [room, room?.id, room?.seat])).toEqual(before);
    expect(world.clients.map(({ now, joined, returned }) => [now.state, joined, returned])).toEqual(
      new Array(3).fill(['playing', 1, 1]),
    );
    expect(world.server.rooms.all.length).toBe(1);
    expect(world.server.rooms.all[0]?.tick).toBeGreaterThan(tick);
    await world.recover();
    await world.close();
  });

  test('a server that cannot read it is started again until it can', async () => {
    const memory = new MemoryJournal();
    let failing = 0;
    const unfinished: MemoryJournal['unfinished'] = async () => {
      if (failing-- > 0) throw new StoreError('gone', 'nobody is there');
      return memory.unfinished();
    };
    const journal = withOwn(memory, { unfinished });
    const world = await opened({ server: { journal } });
    await world.advance(1_000);
    const { id } = world.server.rooms.all[0] ?? {};
    world.crash();
    failing = 3;
    world.start();
    await world.advance(3_000);
    expect(world.node.number).toBeGreaterThan(3);
    expect(world.server.rooms.all.map((room) => room.id)).toEqual([id]);
    await world.recover();
    await world.close();
  });

  test('one whose calls hang is ended when all is healed, and everybody comes back', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const world = await opened({ game: strictPond, seed, faults: ['journal', 'crashes'] });
      await world.advance(10_000);
      await world.recover();
      await world.close();
      expect(world.counts.faults.journal).toBeGreaterThan(0);
    }
  });

  test('[I1] a journal that loses what it has acknowledged is found', async () => {
    const memory = new MemoryJournal();
    let isLosing = false;
    const commit: MemoryJournal['commit'] = async (what) => (isLosing ? { lost: [] } : memory.commit(what));
    const journal = withOwn(memory, { commit });
    const world = await opened({ game: strictPond, server: { journal } });
    await world.advance(1_000);
    isLosing = true;
    await world.advance(500);
    world.crash();
    isLosing = false;
    world.start();
    await expect(world.advance(2_000)).rejects.toThrow(
      /\[I1\] strict room \w+ has told of tick \d+, and is gone on with from tick/,
    );
  });

  test('[I1] a server that does not go on with a room is found', async () => {
    const memory = new MemoryJournal();
    let isBlind = false;
    const unfinished: MemoryJournal['unfinished'] = async () => {
      const rooms = await memory.unfinished();
      const seen = isBlind ? [] : rooms;
      isBlind = false;
      return seen;
    };
    const journal = withOwn(memory, { unfinished });
    const world = await opened({ server: { journal } });
    await world.advance(1_000);
    world.crash();
    isBlind = true;
    world.start();
    await expect(world.advance(1_000)).rejects.toThrow(/\[I1\] room \w+ is in the journal/);
  });
});
