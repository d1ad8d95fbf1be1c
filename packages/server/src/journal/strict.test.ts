import { describe, expect, test } from 'vitest';
import { StoreError } from '../ports/store-error.ts';
import { Witness } from '../room/room.test-support.ts';
import { ask, peopleOf, tokenOf } from '../room/shop.test-support.ts';
import { hashOf, memoryJournal, node, pass, SlowJournal, settled, town } from './journal.test-support.ts';

const TICK_MS = 100;

/** Ann is in a strict town whose journal answers when the test says, and has asked for something. */
async function waiting() {
  const { game, hooks } = town({ durability: 'strict' });
  const journal = new SlowJournal();
  const made = await node(game, journal);
  const ann = made.join({ name: 'Ann' });
  await settled();
  await journal.done();
  made.clock.advance(TICK_MS);
  return { ...made, hooks, journal, ann, room: made.room, game };
}

describe('a strict room', () => {
  test('tells nobody anything of a tick before it is on the disk: welcome, state, answers, events', async () => {
    const { clock, journal, ann, room } = await waiting();
    expect([room.tick, ann.witness.welcomed]).toEqual([1, null]);
    await journal.done();
    expect(ann.witness.welcomed).toMatchObject({ seat: 3 });
    ann.seat.input({ dir: 'right' });
    ask(ann.seat, 1, 'buy', { item: 7 });
    clock.advance(TICK_MS);
    expect([room.tick, ann.witness.ticks, ann.witness.answers, ann.witness.events]).toEqual([2, [1], [], []]);
    expect(journal.last?.isSynced).toBe(true);
    await journal.done();
    expect(ann.witness.ticks).toEqual([1, 2]);
    expect(ann.witness.answers).toMatchObject([{ number: 1, answer: { reply: { coins: 93 } } }]);
    expect(ann.witness.events.map(({ name }) => name)).toEqual(['sold']);
    expect(Object.values(peopleOf(ann.witness))).toContainEqual(
      expect.objectContaining({ name: 'Ann', x: 1, coins: 93 }),
    );
  });

  test('does not tick on while it waits, and says by how much its clock was moved', async () => {
    const { clock, journal, ann, room } = await waiting();
    const hash = hashOf(room);
    clock.advance(7 * TICK_MS);
    expect([room.tick, hashOf(room), room.slippedTicks]).toEqual([1, hash, 7]);
    await journal.done();
    clock.advance(TICK_MS);
    expect([room.tick, ann.witness.ticks]).toEqual([2, [1]]);
  });

  test('goes on by itself when the journal is back, with what it had not told', async () => {
    const { clock, journal, ann, room } = await waiting();
    for (let tries = 0; tries < 5; tries++) {
      await journal.fail('full');
      clock.advance(2_100);
    }
    expect([room.tick, ann.witness.welcomed]).toEqual([1, null]);
    await journal.done();
    expect(ann.witness.ticks).toEqual([1]);
    clock.advance(TICK_MS);
    await journal.done();
    expect(ann.witness.ticks).toEqual([1, 2]);
  });

  test('[ST03] writes all of itself anew where what was written cannot be trusted, before it tells anybody', async () => {
    const { clock, journal, ann, room, game } = await waiting();
    await journal.fail('io');
    expect(ann.witness.welcomed).toBeNull();
    clock.advance(1_000);
    expect(journal.last?.entries).toMatchObject([{ isSnapshot: true, tick: 1 }]);
    await journal.done();
    expect(ann.witness.welcomed).toMatchObject({ seat: 3 });
    const next = await node(game, journal, { seed: 8 });
    expect([next.room.tick, hashOf(next.room)]).toEqual([1, hashOf(room)]);
  });

  test('welcomes who comes while it waits with the next tick, and tells it nothing before', async () => {
    const { clock, journal, room } = await waiting();
    const ben = new Witness();
    const seat = room.join({ name: 'Ben', user: null, roles: [], rating: null, team: 0 }, ben);
    await journal.done();
    expect([ben.welcomed, ben.peopleTold, ben.ticks]).toEqual([null, [], []]);
    clock.advance(TICK_MS);
    seat.drop();
    await journal.done();
    expect(ben.welcomed).toBeNull();
    clock.advance(TICK_MS);
    await journal.done();
    expect(room.people.map(({ name }) => name)).toEqual(['Ann']);
  });

  test('who returns while it waits is welcomed with the next tick, with a token that works in the next process', async () => {
    const { clock, journal, ann, rooms, game, hooks } = await waiting();
    await journal.done();
    clock.advance(TICK_MS);
    ann.seat.drop();
    const again = new Witness();
    rooms.join({ way: 'return', room: tokenOf(ann.witness) }, again);
    await journal.done();
    expect(again.welcomed).toBeNull();
    clock.advance(TICK_MS);
    await journal.done();
    expect(again.welcomed).toMatchObject({ isReturn: true });
    expect(hooks.slice(-2)).toEqual(['drop Ann', 'return Ann']);
    const next = await node(game, journal, { seed: 9 });
    const back = next.join({ way: 'return', room: tokenOf(again) });
    await settled();
    await journal.done();
    next.clock.advance(TICK_MS);
    await journal.done();
    expect(back.witness.welcomed).toMatchObject({ isReturn: true, seat: 3 });
  });

  test('that is stopped while it waits tells nobody what was not on the disk', async () => {
    const { clock, journal, ann, rooms, game, feed } = await waiting();
    await journal.done();
    ask(ann.seat, 1, 'buy', { item: 7 });
    clock.advance(TICK_MS);
    rooms.stop();
    expect(ann.witness.answers).toEqual([]);
    expect(ann.witness.ended?.code).toBe('SERVER_STOPPING');
    const flushed = feed.flush(1_000);
    await journal.done();
    await journal.done();
    expect(await flushed).toBe(true);
    const next = await node(game, journal, { seed: 9 });
    const back = next.join({ way: 'return', room: tokenOf(ann.witness) });
    await settled();
    await journal.done();
    next.clock.advance(TICK_MS);
    await journal.done();
    ask(back.seat, 1, 'buy', { item: 7 });
    expect(back.witness.answers).toMatchObject([{ number: 1, answer: { reply: { coins: 93 } } }]);
  });

  test('plays at its rate where the disk keeps up', async () => {
    const { game } = town({ durability: 'strict' });
    const made = await node(game, memoryJournal());
    const ann = made.join({ name: 'Ann' });
    await pass(made, 3_000);
    expect([made.room.slippedTicks, ann.witness.ticks.length]).toEqual([0, made.room.tick]);
  });
});

describe('an async room', () => {
  test('[ST09] ticks on and tells everybody, however slow the disk is', async () => {
    const { game } = town();
    const journal = new SlowJournal();
    const made = await node(game, journal);
    const ann = made.join({ name: 'Ann' });
    for (let ms = 0; ms < 3_000; ms += 10) made.clock.advance(10);
    expect([made.room.slippedTicks, ann.witness.ticks.length]).toEqual([0, made.room.tick]);
    expect(journal.commits.length).toBe(1);
  });

  test('[ST01] outlives a journal that refuses everything', async () => {
    const { game } = town();
    const journal = Object.assign(memoryJournal(), {
      commit: () => Promise.reject(new StoreError('refused', 'no')),
    });
    const made = await node(game, journal);
    const ann = made.join({ name: 'Ann' });
    await pass(made, 20_000, 50);
    expect([made.room.slippedTicks, ann.witness.ticks.length]).toEqual([0, made.room.tick]);
    expect(made.feed.isDegraded).toBe(true);
    expect(made.logged.length).toBeLessThan(40);
  });
});
