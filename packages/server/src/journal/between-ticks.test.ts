import { Recording } from '@madang/core/journal';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../ports/journal.ts';
import { StoreError } from '../ports/store-error.ts';
import { Witness } from '../room/room.test-support.ts';
import { ask, tokenOf } from '../room/shop.test-support.ts';
import { memoryJournal, node, pass, recordingBytes, type TestNode, town } from './journal.test-support.ts';
import { resimulate } from './resimulate.ts';

/** Ann and Ben play, and something happens between two ticks. */
async function played() {
  const { hooks, game: busy } = town();
  // Whoever comes and goes is a person.
  const { bots: _bots, ...game } = busy;
  const journal = memoryJournal();
  const first = await node(game, journal);
  const ann = first.join({ name: 'Ann' });
  const ben = first.join({ name: 'Ben' });
  await pass(first, 500);
  hooks.length = 0;
  const namesIn = ({ room }: TestNode) =>
    [...(room.state.table('people') as Iterable<{ readonly name: string }>)].map(({ name }) => name);
  return {
    game,
    hooks,
    first,
    ann,
    ben,
    namesIn,
    /** The next process, after a stop. */
    async next() {
      first.rooms.stop();
      await first.feed.flush(1_000);
      const other = await node(game, journal);
      await pass(other, 300);
      return other;
    },
    journal,
  };
}

describe('what happened between the last tick and the stop of a server', () => {
  test('a player who left is held to have lost the line, and leaves when the seat is held no longer', async () => {
    const { hooks, ann, next, namesIn } = await played();
    ann.seat.leave();
    const other = await next();
    expect(hooks).toEqual(['drop Ann', 'drop Ben']);
    await pass(other, 6_000);
    expect(hooks).toEqual(['drop Ann', 'drop Ben', 'leave Ann', 'leave Ben']);
    expect(namesIn(other)).not.toContain('Ann');
  });

  test('a line that broke: the game hears of it once', async () => {
    const { hooks, ann, next } = await played();
    ann.seat.drop();
    await next();
    expect(hooks).toEqual(['drop Ann', 'drop Ben']);
  });

  test('a player who came back: the game is not told of a second loss', async () => {
    const { hooks, first, ann, next } = await played();
    ann.seat.drop();
    await pass(first, 200);
    expect(hooks).toEqual(['drop Ann']);
    first.join({ way: 'return', room: tokenOf(ann.witness) }, new Witness());
    await next();
    expect(hooks).toEqual(['drop Ann', 'drop Ben']);
  });

  test('what a player asked is done in the next process, once it is asked again', async () => {
    const { ann, next } = await played();
    ask(ann.seat, 1, 'buy', { item: 7 });
    const other = await next();
    const back = other.join({ way: 'return', room: tokenOf(ann.witness) });
    await pass(other, 200);
    expect(back.witness.welcomed).toMatchObject({ heard: 0 });
    ask(back.seat, 1, 'buy', { item: 7 });
    await pass(other, 200);
    expect(back.witness.answers).toMatchObject([{ number: 1, answer: { reply: { coins: 93 } } }]);
  });
});

test('a process that dies before its first tick leaves the next one what it had been left itself', async () => {
  const { game, hooks, first, journal } = await played();
  await first.feed.flush(1_000);
  first.feed.stop();
  const short = await node(game, journal);
  await short.feed.flush(1_000);
  short.feed.stop();
  await pass(await node(game, journal), 300);
  expect(hooks).toEqual(['drop Ann', 'drop Ben']);
});

test('who is sent out in the last durable tick leaves in the next process', async () => {
  const { game, hooks, first, ann, journal, namesIn } = await played();
  ann.seat.deed({ do: 'kick', who: 2 }, 0);
  for (const { room } = first; room.people.length === 2; ) await pass(first, 1, 1);
  expect(hooks).toEqual([]);
  // Written, and no tick after it.
  await first.feed.flush(1_000);
  first.feed.stop();
  const next = await node(game, journal);
  await pass(next, 300);
  expect(hooks).toEqual(['drop Ann', 'leave Ben']);
  expect(namesIn(next)).not.toContain('Ben');
});

test('a journal that begins anew between two ticks is played again to the same end, whoever left meanwhile', async () => {
  const { game, inner, isBroken } = { ...town(), inner: memoryJournal(), isBroken: { now: false } };
  const commit: Journal['commit'] = (what) =>
    isBroken.now ? Promise.reject(new StoreError('io', 'this disk is broken')) : inner.commit(what);
  const journal = new Proxy<Journal>(inner, {
    get(target, name) {
      const member: unknown = name === 'commit' ? commit : Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const first = await node(game, journal);
  const [ann, ben] = [first.join({ name: 'Ann' }), first.join({ name: 'Ben' })];
  await pass(first, 510);
  for (const happens of [() => ben.seat.drop(), () => ann.seat.leave()]) {
    isBroken.now = true;
    await pass(first, 110);
    const { restarts } = first.feed;
    happens();
    while (first.feed.restarts === restarts) await pass(first, 1, 1);
    isBroken.now = false;
    await pass(first, 500);
  }
  await first.feed.flush(1_000);
  const { difference, ticks } = resimulate(new Recording(await recordingBytes(inner, first.room.id)), game);
  expect([difference, ticks > 5]).toEqual([null, true]);
});
