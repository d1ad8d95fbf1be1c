import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveFrom } from './live.ts';

const GAME = { name: 'land-grab', title: { ko: '땅따먹기', en: 'Land Grab' }, seats: 16, tickRateHz: 10 };
const ROOM = { id: 'abc', game: 'land-grab', seats: 16, taken: 3, bots: 1 };
const BEST = { name: '민지', score: 412, round: 7 };

test('games, yards and the record are shown as the server tells them', () => {
  expect(liveFrom({ games: [GAME] }, { rooms: [ROOM] }, { best: BEST })).toEqual({
    games: [GAME],
    rooms: [{ id: 'abc', game: 'land-grab', seats: 16, people: 3, bots: 1 }],
    record: BEST,
  });
});

test('before the first round there is no record', () => {
  expect(liveFrom({ games: [] }, { rooms: [] }, { best: null }).record).toBeNull();
});

test('one broken yard does not hide the others', () => {
  const rooms = [ROOM, null, 'x', { ...ROOM, seats: '16' }, { ...ROOM, id: 7 }, { ...ROOM, taken: undefined }];
  expect(liveFrom({}, { rooms }, {}).rooms.map(({ id }) => id)).toEqual(['abc']);
});

test('a game without a title in some language is called by its name, and bots may be unknown', () => {
  const games = [
    { ...GAME, title: { ko: '', en: 5 } },
    { ...GAME, title: null },
  ];
  expect(liveFrom({ games }, {}, {}).games.map(({ title }) => title)).toEqual([
    { ko: 'land-grab', en: 'land-grab' },
    { ko: 'land-grab', en: 'land-grab' },
  ]);
  const { bots, ...withoutBots } = ROOM;
  expect([bots, liveFrom({}, { rooms: [withoutBots] }, {}).rooms[0]?.bots]).toEqual([1, 0]);
});

test('garbage shows nothing, and whatever is shown is text and numbers', () => {
  const almost = fc.record(
    {
      id: fc.jsonValue(),
      name: fc.oneof(fc.string(), fc.jsonValue()),
      game: fc.oneof(fc.string(), fc.jsonValue()),
      title: fc.jsonValue(),
      seats: fc.oneof(fc.nat(), fc.jsonValue()),
      taken: fc.jsonValue(),
      bots: fc.jsonValue(),
      tickRateHz: fc.oneof(fc.nat(), fc.jsonValue()),
      score: fc.oneof(fc.nat(), fc.jsonValue()),
      round: fc.oneof(fc.nat(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const answer = fc.oneof(
    fc.jsonValue(),
    fc.record({ games: fc.array(almost), rooms: fc.array(almost), best: almost }),
    fc.record({ games: fc.jsonValue(), rooms: fc.jsonValue(), best: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(answer, answer, answer, (games, rooms, record) => {
      const live = liveFrom(games, rooms, record);
      for (const game of live.games) {
        expect([game.name, game.title.ko, game.title.en].every((text) => typeof text === 'string')).toBe(true);
        expect([game.seats, game.tickRateHz].every(Number.isFinite)).toBe(true);
      }
      for (const room of live.rooms) {
        expect([room.id, room.game].every((text) => typeof text === 'string')).toBe(true);
        expect([room.seats, room.people, room.bots].every(Number.isFinite)).toBe(true);
      }
      if (live.record !== null) expect(Number.isFinite(live.record.score)).toBe(true);
    }),
  );
  expect(liveFrom('nonsense', [1, 2], null)).toEqual({ games: [], rooms: [], record: null });
});
