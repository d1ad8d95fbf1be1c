import type { Game, JsonValue } from '@madang/core';
import { expect, test } from 'vitest';
import { type TestLobby, testLobby } from '../lobby/lobby.test-support.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { Witness } from '../room/room.test-support.ts';
import { claim, duel, friendly, lobby, pairs, queue } from './match-service.test-support.ts';
import { NEW_RATING, shownRating } from './rating.ts';
import { Ratings } from './ratings.ts';

const play = async (made: TestLobby, game: Game, ...users: (string | undefined)[]) => {
  const callers = await queue(made, game, ...users);
  await made.pass(5_000);
  const seats = callers.map((caller) => claim(made, game, caller));
  await made.pass(200);
  return { callers, seats };
};
const ratingsOf = (made: TestLobby, game: Game, ...users: string[]) =>
  Promise.all(users.map(async (user) => shownRating(await new Ratings(made.store).load(game.name, user))));

test('ratings follow from what the room reports, once', async () => {
  const made = lobby();
  const { seats } = await play(made, duel, 'a', 'b');
  seats[0]?.seat.command('win', {});
  seats[0]?.seat.command('win', {});
  seats[0]?.seat.command('again', {});
  await made.pass(200);
  await made.matches.stop();
  const once = lobby();
  const other = await play(once, duel, 'a', 'b');
  other.seats[0]?.seat.command('win', {});
  await once.pass(200);
  await once.matches.stop();
  const after = await ratingsOf(made, duel, 'a', 'b');
  expect(after[0]).toBeGreaterThan(after[1] ?? 0);
  expect(after).toEqual(await ratingsOf(once, duel, 'a', 'b'));
});

test('ratings are shown on the seats of those who have one', async () => {
  const made = lobby();
  const shown: (number | null)[] = [];
  const showing = testLobby([{ ...duel, join: (_, seat) => void shown.push(seat.rating) }], { store: made.store });
  const { seats } = await play(made, duel, 'a', 'b');
  seats[0]?.seat.command('win', {});
  await made.pass(200);
  await made.matches.stop();
  await play(showing, duel, 'a', undefined);
  const [rating] = await ratingsOf(made, duel, 'a');
  expect(shown.toSorted()).toEqual([null, rating].toSorted());
});

test('ratings do not change by a room that is not of a match, or by friends who were let into one', async () => {
  const made = lobby();
  const friends = ['a', 'b'].map((id) =>
    made.rooms.join({ way: 'any', game: 'duel', user: { id, name: null, roles: [] } }, new Witness()),
  );
  await made.pass(200);
  friends[0]?.command('win', {});
  const { seats } = await play(made, pairs, 'c', 'd', 'e', 'f');
  const room = made.rooms.get(seats[0]?.seat.roomId ?? '');
  made.rooms.join({ game: 'pairs', room: room?.code, user: { id: 'g', name: null, roles: [] } }, new Witness());
  await made.pass(200);
  seats[0]?.seat.command('win', {});
  await made.pass(200);
  await made.matches.stop();
  expect(await Promise.all(['rating:duel:a', 'rating:pairs:g'].map((key) => made.store.load(key)))).toEqual([
    null,
    null,
  ]);
  expect(await made.store.load('rating:pairs:c')).not.toBeNull();
});

test('ratings of who was gone by then change as if the team had come last', async () => {
  const made = lobby();
  const { callers, seats } = await play(made, pairs, 'a', 'b', 'c', 'd');
  const teamOf = (index: number) => callers[index]?.last('matched')?.team;
  const mate = [1, 2, 3].find((index) => teamOf(index) === teamOf(0)) ?? 0;
  seats[mate]?.seat.leave();
  await made.pass(200);
  seats[0]?.seat.command('win', {});
  await made.pass(200);
  await made.matches.stop();
  const deserter = await new Ratings(made.store).load('pairs', ['a', 'b', 'c', 'd'][mate] ?? '');
  expect(deserter.mu).toBeLessThan(NEW_RATING.mu);
  const stayed = await new Ratings(made.store).load('pairs', 'a');
  expect(stayed.mu).toBeGreaterThan(NEW_RATING.mu);
});

test('ratings are neither counted nor shown in a game that is not rated', async () => {
  const shown: (number | null)[] = [];
  const made = testLobby([{ ...friendly, join: (_, seat) => void shown.push(seat.rating) }]);
  const { seats } = await play(made, friendly, 'a', 'b');
  seats[0]?.seat.command('win', {});
  await made.pass(200);
  await made.matches.stop();
  expect(shown).toEqual([null, null]);
  expect(await made.store.load('rating:friendly:a')).toBeNull();
});

test('ratings that cannot be loaded end the search; those that cannot be saved are saved later', async () => {
  const kept = new MemoryStore();
  let isDown = true;
  const unlessDown = <T>(work: () => Promise<T>): Promise<T> =>
    isDown ? Promise.reject(new Error('the disk is gone')) : work();
  const made = lobby({
    store: {
      ...kept,
      load: (key: string) => unlessDown(() => kept.load(key)),
      save: (key: string, value: JsonValue, version: number) => unlessDown(() => kept.save(key, value, version)),
      close: () => kept.close(),
    },
  });
  const [early] = await queue(made, duel, 'early');
  expect(early?.last('dropped')).toEqual({ type: 'dropped', reason: 'unavailable' });
  expect(made.matches.size).toBe(0);
  isDown = false;
  const { seats } = await play(made, duel, 'a', 'b');
  isDown = true;
  seats[0]?.seat.command('win', {});
  await made.pass(3_000);
  isDown = false;
  expect(await kept.load('rating:duel:a')).toBeNull();
  await made.pass(10_000);
  await made.matches.stop();
  const [a, b] = await ratingsOf(made, duel, 'a', 'b');
  expect(a).toBeGreaterThan(b ?? 0);
});

test('matches are kept once, rated or not, with who played and who had left', async () => {
  const made = lobby();
  const { callers, seats } = await play(made, pairs, 'a', 'b', 'c', 'd');
  const teamOf = (index: number) => callers[index]?.last('matched')?.team;
  const names = ['a', 'b', 'c', 'd'];
  const mate = [1, 2, 3].find((index) => teamOf(index) === teamOf(0)) ?? 0;
  seats[mate]?.seat.leave();
  await made.pass(200);
  seats[0]?.seat.command('win', {});
  seats[0]?.seat.command('win', {});
  await made.pass(200);
  await made.matches.stop();
  const [match, ...more] = await made.store.matches.ofPlayer('a', 10);
  expect(more).toEqual([]);
  expect(match).toMatchObject({ game: 'pairs', roomId: seats[0]?.seat.roomId, endedAtMs: expect.any(Number) });
  const winners = match?.teams.find(({ place }) => place === 1)?.players;
  expect(winners).toContainEqual({ user: 'a', hasLeft: false });
  expect(winners).toContainEqual({ user: names[mate], hasLeft: true });
  for (const user of names) expect(await made.store.matches.ofPlayer(user, 10)).toEqual([match]);

  const unrated = testLobby([friendly]);
  const played = await play(unrated, friendly, 'a', 'b');
  played.seats[0]?.seat.command('win', {});
  await unrated.pass(200);
  await unrated.matches.stop();
  expect(await unrated.store.matches.ofPlayer('b', 10)).toHaveLength(1);
});

test('matches whose ratings were kept and they were not are kept by the next try, and count once [ST01]', async () => {
  const kept = new MemoryStore();
  let failures = 2;
  const add = kept.matches.add.bind(kept.matches);
  kept.matches.add = async (match) => {
    // The first time nothing is done, the second time it is and nobody hears of it.
    if (failures === 1) await add(match);
    if (failures-- > 0) throw new Error('the disk is gone');
    return add(match);
  };
  const made = lobby({ store: kept });
  const { seats } = await play(made, duel, 'a', 'b');
  seats[0]?.seat.command('win', {});
  await made.pass(20_000);
  await made.matches.stop();
  expect(failures).toBe(-1);
  expect(await kept.matches.ofPlayer('a', 10)).toHaveLength(1);
  expect((await kept.load('rating:duel:a'))?.version).toBe(1);
});
