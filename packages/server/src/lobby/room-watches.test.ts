import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { MemoryDirectory } from '../memory/memory-directory.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { RoomListing } from '../ports/directory.ts';
import type { RoomQuery } from '../ports/room-query.ts';
import { type RoomNews, RoomWatches } from './room-watches.ts';

const room = (id: string, taken = 1): RoomListing => ({
  id,
  game: 'chess',
  seats: 2,
  taken,
  bots: 0,
  spectators: 0,
  isLocked: false,
  serial: 1,
  about: {},
});

/** A directory that counts how often it is looked at, and may be out of order. */
class CountingDirectory extends MemoryDirectory {
  looks = 0;
  isDown = false;

  override async list(query: RoomQuery): Promise<readonly RoomListing[]> {
    this.looks++;
    if (this.isDown) throw new Error('out of order');
    return super.list(query);
  }
}

function watches() {
  const clock = new VirtualClock();
  const directory = new CountingDirectory();
  const made = new RoomWatches(directory, clock, pino({ level: 'silent' }));
  const watch = (query: RoomQuery = {}) => {
    const told: RoomNews[] = [];
    const stop = made.watch(query, (news) => {
      told.push(news);
      return true;
    });
    return { told, stop };
  };
  return { clock, directory, watches: made, watch, pass: (ms: number) => clock.advanceAsync(ms) };
}

describe('a list that many watch', () => {
  test('is looked up once for all of them, and at most twice a second', async () => {
    const { directory, watch, pass } = watches();
    const [first, second] = [watch({ game: 'chess' }), watch({ game: 'chess' })];
    await pass(0);
    expect(directory.looks).toBe(1);
    for (let taken = 0; taken < 100; taken++) {
      await directory.publish(room('a', taken % 2));
      await pass(20);
    }
    expect(directory.looks).toBeLessThanOrEqual(5);
    await pass(1_000);
    for (const { told } of [first, second]) expect(told.at(-1)?.rooms).toEqual([room('a', 1)]);
    const late = watch({ game: 'chess' });
    const { looks } = directory;
    await pass(0);
    expect(late.told).toEqual([{ rooms: [room('a', 1)], gone: [], order: ['a'] }]);
    expect(directory.looks).toBe(looks);
  });

  test('is told to nobody who knows it already', async () => {
    const { directory, watch, pass } = watches();
    const { told } = watch({ sort: 'fullest' });
    await pass(0);
    await directory.publish(room('a'));
    await directory.publish(room('a'));
    await pass(1_000);
    await directory.publish(room('a'));
    await pass(1_000);
    watch({ sort: 'fullest' });
    await pass(1_000);
    expect(told.map(({ order }) => order)).toEqual([[], ['a']]);
  });

  test('is told anew where nothing but its order is different', async () => {
    const { directory, watch, pass } = watches();
    for (const id of ['a', 'b']) await directory.publish({ ...room(id), seats: 4 });
    const { told } = watch({ sort: 'fullest' });
    await pass(0);
    await directory.publish({ ...room('b', 2), seats: 4 });
    await pass(1_000);
    expect(told.map(({ order }) => order)).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]);
  });
});

test('a room that is not looked for disturbs nobody', async () => {
  const { directory, watch, pass } = watches();
  watch({ game: 'go' });
  await pass(0);
  await directory.publish(room('a'));
  await directory.withdraw('a');
  await pass(1_000);
  expect(directory.looks).toBe(1);
});

test('a directory that is out of order is looked at again', async () => {
  const { directory, watch, pass } = watches();
  directory.isDown = true;
  const { told } = watch();
  await directory.publish(room('a'));
  await pass(10_000);
  expect([told, directory.looks > 5, directory.looks < 50]).toEqual([[], true, true]);
  directory.isDown = false;
  await pass(1_000);
  expect(told).toEqual([{ rooms: [room('a')], gone: [], order: ['a'] }]);
});

test('where nobody watches any more nothing is looked up and no timer runs', async () => {
  const { clock, directory, watches: made, watch, pass } = watches();
  const [first, second] = [watch(), watch()];
  await pass(0);
  await directory.publish(room('a'));
  first.stop();
  first.stop();
  expect(made.size).toBe(1);
  second.stop();
  expect([made.size, clock.pending]).toEqual([0, 0]);
  await directory.publish(room('b'));
  await pass(10_000);
  expect([directory.looks, clock.pending]).toEqual([1, 0]);
});
