import { defineGame, type Game, isGameError, record, table, text, u8, u16, u32 } from '@madang/core';
import { Recording } from '@madang/core/journal';
import { describe, expect, test } from 'vitest';
import { Witness } from '../room/room.test-support.ts';
import { ask, tokenOf } from '../room/shop.test-support.ts';
import { hashOf, memoryJournal, node, pass, recordingBytes, settled, town } from './journal.test-support.ts';

/** Ann and Ben play for a while, and the process ends with what is durable by then. */
async function crashed(game: Game, ms = 2_350) {
  const journal = memoryJournal();
  const first = await node(game, journal);
  const ann = first.join({ name: 'Ann', user: { id: 'ann', name: null, roles: ['vip'] } });
  const ben = first.join({ name: 'Ben' });
  await pass(first, 500);
  ann.seat.input({ dir: 'right' });
  ask(ann.seat, 1, 'buy', { item: 7 }, 'first');
  await pass(first, ms);
  return { journal, first, ann, ben };
}

describe('a room whose process ended goes on with the next', () => {
  test('as it was at its last durable tick: state, hidden fields, grids, chance, timers, seats', async () => {
    const { game } = town();
    const { journal, first } = await crashed(game);
    const { room } = first;
    const [before, tick] = [hashOf(room), room.tick];
    await first.feed.flush(1_000);
    const next = await node(game, journal);
    expect(next.room.id).toBe(room.id);
    expect([next.room.tick, hashOf(next.room)]).toEqual([tick, before]);
    expect(next.room.people.map(({ name, user, isDropped }) => [name, user, isDropped])).toEqual([
      ['Ann', 'ann', true],
      ['Ben', null, true],
    ]);
    expect(next.room.listing).toMatchObject({ taken: 2, bots: 0, serial: room.listing.serial });
  });

  test('to the same end as if nothing had happened, where nobody but bots plays', async () => {
    const { game } = town({ seats: 4 });
    const alone = { ...game, bots: { ...game.bots, atLeast: 3 } } as unknown as Game;
    const options = { alwaysOpen: ['town'] };
    const [journal, other] = [memoryJournal(), memoryJournal()];
    const undisturbed = await node(alone, other, options);
    undisturbed.rooms.start();
    await pass(undisturbed, 6_000);
    const ticks = undisturbed.room.tick;
    const hash = hashOf(undisturbed.room);

    let current = await node(alone, journal, options);
    current.rooms.start();
    for (const ms of [730, 1_410, 90, 2_000]) {
      await pass(current, ms);
      await current.feed.flush(1_000);
      current = await node(alone, journal, options);
      current.rooms.start();
      expect(current.rooms.all.length).toBe(1);
    }
    while (current.room.tick < ticks) await pass(current, 10);
    expect([current.room.tick, hashOf(current.room)]).toEqual([ticks, hash]);
  });

  test('players come back with their tokens; the game hears that they dropped, and that they are back', async () => {
    const { game, hooks } = town();
    const { journal, first, ann } = await crashed(game);
    await first.feed.flush(1_000);
    hooks.length = 0;
    const next = await node(game, journal);
    const back = next.join(
      { way: 'return', room: tokenOf(ann.witness), user: { id: 'ann', name: null, roles: [] } },
      new Witness(),
    );
    await pass(next, 200);
    expect(back.witness.welcomed).toMatchObject({ seat: 3, isReturn: true, roomId: first.room.id, heard: 1 });
    expect(hooks).toEqual(['drop Ann', 'drop Ben', 'return Ann']);
    await pass(next, 6_000);
    expect(hooks).toContain('leave Ben');
    expect(next.room.people.map(({ name }) => name)).toEqual(['Ann']);
  });

  test('a stranger’s token, and a token that was used up, bring nobody back', async () => {
    const { game } = town();
    const { journal, first, ann, ben } = await crashed(game);
    await first.feed.flush(1_000);
    const next = await node(game, journal);
    const old = tokenOf(ben.witness);
    expect(() => next.join({ way: 'return', room: tokenOf(ann.witness) })).toThrow(/another one/);
    const back = next.join({ way: 'return', room: old });
    await pass(next, 200);
    back.seat.confirm();
    back.seat.drop();
    await pass(next, 200);
    expect(() => next.join({ way: 'return', room: old })).toThrow(/held no more/);
    expect(next.join({ way: 'return', room: tokenOf(back.witness) }).seat.roomId).toBe(first.room.id);
  });

  test('a request that was answered is answered again and not done again; its key too', async () => {
    const { game } = town();
    const { journal, first, ann } = await crashed(game);
    expect(ann.witness.answers).toMatchObject([{ number: 1, answer: { reply: { coins: 93 } } }]);
    await first.feed.flush(1_000);
    const next = await node(game, journal);
    const user = { id: 'ann', name: null, roles: [] };
    const back = next.join({ way: 'return', room: tokenOf(ann.witness), user });
    await pass(next, 200);
    ask(back.seat, 1, 'buy', { item: 7 }, 'first');
    ask(back.seat, 2, 'buy', { item: 7 }, 'first');
    ask(back.seat, 3, 'buy', { item: 1 });
    await pass(next, 200);
    expect(back.witness.answers.map(({ number, answer }) => [number, answer.kind === 'reply' && answer.reply])).toEqual(
      [
        [1, { coins: 93 }],
        [2, { coins: 93 }],
        [3, { coins: 92 }],
      ],
    );
  });

  test('what was answered and lost does not stop what is asked next', async () => {
    const { game } = town();
    const { journal, first, ann } = await crashed(game);
    await first.feed.flush(1_000);
    first.feed.stop();
    ask(ann.seat, 2, 'buy', { item: 1 });
    ask(ann.seat, 3, 'buy', { item: 1 });
    await pass(first, 200);
    expect(ann.witness.answers.length).toBe(3);
    const next = await node(game, journal);
    const user = { id: 'ann', name: null, roles: [] };
    const back = next.join({ way: 'return', room: tokenOf(ann.witness), user });
    await pass(next, 200);
    expect(back.witness.welcomed?.heard).toBe(1);
    ask(back.seat, 4, 'buy', { item: 1 });
    await pass(next, 200);
    expect(back.witness.answers.at(-1)).toMatchObject({ number: 4, answer: { reply: { coins: 92 } } });
    expect(() => ask(back.seat, 6)).toThrow(/6 came after 4/);
  });

  test('who was sent out stays out, a lock stays locked, the host stays the host', async () => {
    const { game } = town();
    const journal = memoryJournal();
    const first = await node(game, journal);
    const ann = first.join({ name: 'Ann' });
    await pass(first, 200);
    first.join({ name: 'Mal', user: { id: 'mal', name: null, roles: [] } });
    await pass(first, 200);
    ann.seat.deed({ do: 'kick', who: 2 }, 0);
    await pass(first, 200);
    ann.seat.deed({ do: 'lock', is: true }, 0);
    await pass(first, 200);
    await first.feed.flush(1_000);
    const next = await node(game, journal);
    const { id } = next.room;
    expect(() => next.join({ room: id, name: 'Ben' })).toThrow(/lets nobody in/);
    const back = next.join({ way: 'return', room: tokenOf(ann.witness) });
    await pass(next, 200);
    back.seat.deed({ do: 'lock', is: false }, 0);
    await pass(next, 200);
    expect(() => next.join({ room: id, user: { id: 'mal', name: null, roles: [] } })).toThrow(/sent out/);
    expect(next.join({ room: id, name: 'Ben' }).seat.roomId).toBe(id);
  });

  test('loses no more than what was not durable: a room that never reached the journal is not there', async () => {
    const { game } = town();
    const journal = memoryJournal();
    const first = await node(game, journal);
    first.feed.stop();
    first.join({ name: 'Ann' });
    await pass(first, 500);
    const next = await node(game, journal);
    expect(next.rooms.all).toEqual([]);
  });

  test('the match that was played in it is the one that its result counts for', async () => {
    const { game } = town();
    const journal = memoryJournal();
    const first = await node(game, journal);
    first.join({ name: 'Ann' });
    await pass(first, 300);
    const match = { matchId: 'm-1', teams: [['ann', 0] as [string, number], ['ben', 1] as [string, number]] };
    first.room.match = match;
    await pass(first, 300);
    await first.feed.flush(1_000);
    expect((await node(game, journal)).room.match).toEqual(match);
  });

  test('a private room keeps its code, a room that is always open is not opened twice', async () => {
    const { game } = town();
    const journal = memoryJournal();
    const first = await node(game, journal, { alwaysOpen: ['town'] });
    first.rooms.start();
    const ann = first.join({ way: 'create', isPrivate: true, name: 'Ann' });
    await pass(first, 300);
    const code = ann.witness.welcomed?.code ?? '';
    await first.feed.flush(1_000);
    const next = await node(game, journal, { alwaysOpen: ['town'] });
    next.rooms.start();
    expect(next.rooms.all.length).toBe(2);
    expect(code).toHaveLength(5);
    expect(next.join({ room: code, name: 'Ben' }).seat.roomId).toBe(ann.seat.roomId);
  });

  test('[ST20] an older journal is gone on with from its tick, by a process of a higher epoch; the older process is refused', async () => {
    const { game } = town();
    const { journal, first, ann } = await crashed(game);
    await first.feed.flush(1_000);
    const next = await node(game, journal);
    expect(next.room.tick).toBe(first.room.tick);
    await pass(first, 300);
    // The room is elsewhere, and so is her seat.
    expect(ann.witness.ended?.code).toBe('SERVER_STOPPING');
    expect(first.rooms.all).toEqual([]);
    const [unfinished] = await journal.unfinished();
    expect(unfinished).toMatchObject({ roomId: next.room.id, epoch: 2 });
  });

  test('what a process that is not gone yet still writes while the next one reads is gone on with', async () => {
    const { game } = town();
    const { journal, first } = await crashed(game);
    await first.feed.flush(1_000);
    const read = journal.read.bind(journal);
    const late = { isDone: false };
    journal.read = async (roomId, from) => {
      const entries = await read(roomId, from);
      if (late.isDone) return entries;
      late.isDone = true;
      await pass(first, 500);
      await first.feed.flush(1_000);
      return entries;
    };
    const { tick } = first.room;
    const next = await node(game, journal);
    expect(next.room.tick).toBeGreaterThan(tick);
    expect([next.room.tick, hashOf(next.room)]).toEqual([first.room.tick, hashOf(first.room)]);
    await pass(next, 500);
    expect(next.room.phase).toBe('open');
  });
});

describe('a server that is stopped', () => {
  test('leaves its rooms to the next one: players are told to come back, and no rule hears of it', async () => {
    const { game, hooks } = town();
    const { journal, first, ann } = await crashed(game);
    const hash = hashOf(first.room);
    hooks.length = 0;
    first.rooms.stop();
    expect(ann.witness.ended?.code).toBe('SERVER_STOPPING');
    expect(await first.feed.flush(1_000)).toBe(true);
    expect(hooks).toEqual([]);
    const next = await node(game, journal);
    expect(hashOf(next.room)).toBe(hash);
  });

  test('ends rooms that are not written down', async () => {
    const { game } = town({ durability: 'none', recordings: 'none' });
    const { journal, first, ann } = await crashed(game);
    first.rooms.stop();
    expect(ann.witness.ended?.code).toBe('SERVER_STOPPING');
    expect(await journal.unfinished()).toEqual([]);
  });
});

describe('a room that ended', () => {
  test('leaves nothing in the journal where its game keeps no recordings, and a recording where it does', async () => {
    for (const recordings of ['none', 'keep'] as const) {
      const { game } = town({ recordings });
      const { journal, first } = await crashed(game);
      const { id, tick } = first.room;
      first.room.close(Object.assign(new Error('over') as never, { message: 'over' }));
      await settled();
      await first.feed.flush(1_000);
      expect(await journal.unfinished()).toEqual([]);
      const kept = await journal.recordings(10);
      expect(kept.map(({ roomId }) => roomId)).toEqual(recordings === 'keep' ? [id] : []);
      if (recordings === 'none') continue;
      const recording = new Recording(await recordingBytes(journal, id));
      expect([recording.lastTick, recording.end]).toEqual([tick, 'over']);
    }
  });
});

describe('a newer version of the game', () => {
  const v1 = town().game;

  test('goes on with a room of an older one: fields that were added are there', async () => {
    const { journal, first } = await crashed(v1);
    await first.feed.flush(1_000);
    const people = table({
      x: u32,
      name: text(64),
      coins: u16.visibleTo('owner'),
      luck: u32.visibleTo('nobody'),
      hats: u8,
    });
    const state = { ...v1.state, people };
    const v2 = { ...v1, ...defineGame({ name: 'town', tickRateHz: 10, seats: 4, state, input: v1.input }) } as Game;
    const next = await node({ ...v2, commands: v1.commands, events: v1.events }, journal);
    const row = (next.room.state.table('people') as never as Iterable<{ name: string; hats: number; x: number }>)
      [Symbol.iterator]()
      .next().value;
    expect(row).toMatchObject({ name: 'Ann', hats: 0 });
    expect(row?.x).toBeGreaterThan(0);
    await pass(next, 500);
    expect(next.room.phase).toBe('open');
  });

  test('that cannot hold it says so and starts nothing; it is set aside on request, and stays where it is', async () => {
    const { journal, first } = await crashed(v1);
    await first.feed.flush(1_000);
    const other = defineGame({
      name: 'town',
      tickRateHz: 10,
      seats: 4,
      state: { ...v1.state, world: record({ bought: text(8) }) },
      input: v1.input,
    });
    const started = node(other as unknown as Game, journal);
    await expect(started).rejects.toSatisfy((error) => isGameError(error, 'SCHEMA_INCOMPATIBLE'));
    await expect(started).rejects.toThrow(/world.bought.*set-aside/s);
    const few = { ...v1, seats: 1 } as Game;
    await expect(node(few, journal)).rejects.toThrow(/seat 4/);
    const aside = await node(other as unknown as Game, journal, { unreadable: 'set-aside' });
    expect(aside.rooms.all).toEqual([]);
    expect(aside.logged.at(-1)?.msg).toMatch(/set aside/);
    expect((await node(v1, journal)).room.id).toBe(first.room.id);
  });

  test('does not touch rooms of games that it does not run', async () => {
    const { journal, first } = await crashed(v1);
    await first.feed.flush(1_000);
    const other = await node({ ...v1, name: 'village' } as Game, journal);
    expect(other.rooms.all).toEqual([]);
    expect(await journal.unfinished()).toMatchObject([{ roomId: first.room.id, epoch: 1 }]);
  });
});
