import { Recording } from '@madang/core/journal';
import { describe, expect, test } from 'vitest';
import { Witness } from '../room/room.test-support.ts';
import { tokenOf } from '../room/shop.test-support.ts';
import { memoryJournal, node, pass, recordingBytes, type TestNode, town } from './journal.test-support.ts';
import { resimulate } from './resimulate.ts';

/** Ann and Ben play, and something happens between two ticks. */
async function played() {
  const { game, hooks } = town();
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
    resimulated: async () => resimulate(new Recording(await recordingBytes(journal, first.room.id)), game),
    journal,
  };
}

describe('what happened between the last tick and the stop of a server', () => {
  test('a player who left has left: the game hears of it in the next process, and nothing of theirs stays', async () => {
    const { hooks, ann, next, namesIn } = await played();
    ann.seat.leave();
    const other = await next();
    expect(hooks).toEqual(['drop Ben', 'leave Ann']);
    expect(namesIn(other)).not.toContain('Ann');
    expect(other.room.people.map(({ name }) => name)).toEqual(['Ben']);
  });

  test('a line that broke: the game hears of it once', async () => {
    const { hooks, ann, next } = await played();
    ann.seat.drop();
    await next();
    expect(hooks.toSorted()).toEqual(['drop Ann', 'drop Ben']);
  });

  test('a player who came back has not been heard of: the game is not told of a second loss', async () => {
    const { hooks, first, ann, next } = await played();
    ann.seat.drop();
    await pass(first, 200);
    expect(hooks).toEqual(['drop Ann']);
    first.join({ way: 'return', room: tokenOf(ann.witness) }, new Witness());
    await next();
    expect(hooks).toEqual(['drop Ann', 'drop Ben']);
  });
});

test('who is sent out in the last durable tick leaves in the next process', async () => {
  const { game, hooks, first, ann, journal, namesIn } = await played();
  ann.seat.deed({ do: 'kick', who: 4 }, 0);
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
  const { first, ann, ben, resimulated } = await played();
  const restart = (): void => {
    // As after a commit whose outcome cannot be trusted.
    first.rooms.all[0]?.rewrite();
  };
  ben.seat.drop();
  ann.seat.leave();
  restart();
  await pass(first, 300);
  restart();
  await pass(first, 300);
  await first.feed.flush(1_000);
  expect((await resimulated()).difference).toBeNull();
});
