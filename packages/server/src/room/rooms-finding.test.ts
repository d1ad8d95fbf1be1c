/** How players come into rooms: by chance, by name, by code, by ticket; and who keeps them out. */
import {
  choice,
  defineGame,
  type Game,
  type RoomScope,
  record,
  refuse,
  request,
  type Seat,
  table,
  text,
  u8,
  u16,
} from '@madang/core';
import { describe, expect, test } from 'vitest';
import { roomGone } from './refusals.ts';
import { host, Witness } from './room.test-support.ts';
import type { Invited, JoinWish, RoomsOptions } from './rooms.ts';

const state = {
  people: table({ name: text(64) }, { maxRows: 1_000 }),
  setup: record({ size: u8, mode: choice('casual', 'ranked') }),
  shown: record({ round: u16, secret: u16.visibleTo('nobody') }),
};

const board = defineGame({
  name: 'board',
  tickRateHz: 10,
  seats: 2,
  state,
  input: {},
  commands: { go: { where: u8 }, score: request({}, { points: u8 }) },
  avatars: 'people',
  options: 'setup',
  listed: 'shown',
  hostMay: ['kick', 'lock', 'pass'],
  rates: { go: 2 },
  join: (room, seat) => void room.state.people.add({ name: seat.name }, { owner: seat }),
  on: { score: () => ({ points: 7 }) },
});

type BoardScope = RoomScope<typeof state, Record<never, never>>;

/** The board with other rules. */
const boardWith = (more: object): Game => ({ ...board, ...more }) as unknown as Game;

function open(game: Game = boardWith({}), options: Partial<RoomsOptions> = {}) {
  const made = host([game], options);
  const join = (wish: JoinWish = {}, witness = new Witness()) => ({ witness, seat: made.rooms.join(wish, witness) });
  const total = (): number => made.rooms.all.reduce((sum, room) => sum + room.taken, 0);
  return { ...made, game, join, total };
}

const user = (id: string, name: string | null = null) => ({ id, name, roles: [] });
const invited = (id: string | null): Invited => ({ user: id, roles: [], rating: null, team: 0 });
const refused = (code: string, details = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const names = ({ state: told }: Witness): string[] =>
  Object.values(told.people as Record<string, { name: string }>).map(({ name }) => name);

describe('whoever creates a room', () => {
  test('has a new one, however many are free', () => {
    const { rooms, join } = open();
    const ids = [join(), join({ way: 'create' }), join({ way: 'create' })].map(({ seat }) => seat.roomId);
    expect(new Set(ids).size).toBe(3);
    expect(join().seat.roomId).toBe(ids[0]);
    expect(rooms.all.length).toBe(3);
  });

  test('sets its options before the rules of `create` run; those it does not name are zero', () => {
    const seen: unknown[] = [];
    const { clock, join } = open(
      boardWith({ create: (room: BoardScope) => void seen.push({ ...room.state.setup }, room.state.setup.size) }),
    );
    const ann = join({ way: 'create', options: { size: 15 } });
    clock.advance(100);
    expect(ann.witness.state.setup).toEqual({ size: 15, mode: 'casual' });
    expect(seen.at(-1)).toBe(15);
  });

  test.each([
    ['a field that there is not', { size: 15, cheat: true }],
    ['a field of another record', { round: 3 }],
    ['a number that the field cannot hold', { size: 256 }],
    ['a choice that there is not', { mode: 'easy' }],
    ['something else', 'big'],
    ['a list', [15]],
    ['what every object has', JSON.parse('{"__proto__":{"size":1}}')],
  ])('with %s as options gets BAD_OPTIONS, and no room is opened', (_, options) => {
    const { rooms, join } = open();
    expect(() => join({ way: 'create', options })).toThrow(refused('BAD_OPTIONS'));
    expect(rooms.all).toEqual([]);
  });

  test('of a game without options sets none', () => {
    const { rooms, join } = open(boardWith({ options: undefined }));
    expect(() => join({ way: 'create', options: { size: 1 } })).toThrow(refused('BAD_OPTIONS'));
    join({ way: 'create', options: {} });
    expect(rooms.all.length).toBe(1);
  });

  test('keeps to the limit of rooms, and a room that could not be used is closed', () => {
    const { clock, rooms, join } = open(boardWith({ authorize: () => false }), { maxRooms: 2 });
    const turnedAway = [join({ way: 'create' }), join({ way: 'create' })];
    expect(() => join({ way: 'create' })).toThrow(refused('SERVER_FULL'));
    clock.advance(100);
    expect(turnedAway.map(({ witness }) => witness.ended?.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    clock.advance(60_000);
    expect(rooms.all).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a private room', () => {
  test('has a code that can be said, and is found by it, in capitals and with space around it too', () => {
    const { clock, join } = open();
    const ann = join({ way: 'create', isPrivate: true });
    clock.advance(100);
    const code = ann.witness.welcomed?.code ?? '';
    expect(code).toMatch(/^([bcdfghjklmnprstvz][aeiou]){2}[bcdfghjklmnprstvz]$/);
    expect(join({ room: ` ${code.toUpperCase()} ` }).seat.roomId).toBe(ann.seat.roomId);
  });

  test('is not found by chance and not listed', async () => {
    const { clock, directory, join } = open();
    const ann = join({ way: 'create', isPrivate: true });
    clock.advance(2_000);
    const ben = join();
    clock.advance(2_000);
    expect(ben.seat.roomId).not.toBe(ann.seat.roomId);
    expect((await directory.list({})).map(({ id }) => id)).toEqual([ben.seat.roomId]);
  });

  test('leaves nothing of its code behind when it is over', () => {
    const { clock, join } = open();
    const ann = join({ way: 'create', isPrivate: true });
    clock.advance(100);
    const room = ann.witness.welcomed?.code ?? '';
    ann.seat.leave();
    clock.advance(60_000);
    expect(() => join({ room })).toThrow(refused('ROOM_GONE'));
  });

  test('of one game is not found from another', () => {
    const games = [boardWith({}), boardWith({ name: 'other' })];
    const { clock, rooms } = host(games);
    const ann = new Witness();
    rooms.join({ way: 'create', isPrivate: true, game: 'board' }, ann);
    clock.advance(100);
    const room = ann.welcomed?.code ?? '';
    expect(() => rooms.join({ game: 'other', room }, new Witness())).toThrow(refused('ROOM_GONE'));
  });
});

describe('a locked room', () => {
  test('lets nobody new in, by its name or by chance, until it is unlocked', async () => {
    const { clock, directory, join } = open();
    const ann = join();
    clock.advance(100);
    ann.seat.deed({ do: 'lock', is: true }, 0);
    clock.advance(100);
    expect(() => join({ room: ann.seat.roomId })).toThrow(refused('ROOM_LOCKED', { roomId: ann.seat.roomId }));
    expect(join().seat.roomId).not.toBe(ann.seat.roomId);
    expect(await directory.list({ isOpen: true })).not.toContainEqual(expect.objectContaining({ id: ann.seat.roomId }));
    ann.seat.deed({ do: 'lock', is: false }, 0);
    clock.advance(100);
    expect(join({ room: ann.seat.roomId }).seat.roomId).toBe(ann.seat.roomId);
  });

  test('is locked and unlocked by rules, and by nobody but its host', () => {
    const { clock, rooms, join } = open(
      boardWith({
        join: (room: BoardScope, { number }: Seat) => {
          if (number === 2) room.lock();
        },
        leave: (room: BoardScope) => room.unlock(),
      }),
    );
    const [, ben] = [join(), join()];
    clock.advance(100);
    expect(rooms.all[0]?.listing.isLocked).toBe(true);
    ben.seat.hears(1);
    ben.seat.deed({ do: 'lock', is: false }, 1);
    clock.advance(100);
    expect(ben.witness.answers).toMatchObject([{ answer: { error: { code: 'NOT_HOST' } } }]);
    expect(rooms.all[0]?.listing.isLocked).toBe(true);
    ben.seat.leave();
    clock.advance(100);
    expect(rooms.all[0]?.listing.isLocked).toBe(false);
  });

  test('still takes those for whom it holds seats', () => {
    const { clock, rooms, game, join } = open();
    const ann = join();
    const { tickets } = rooms.hold(game, [invited(null)], 5_000, { roomId: ann.seat.roomId });
    clock.advance(100);
    ann.seat.deed({ do: 'lock', is: true }, 0);
    clock.advance(100);
    expect(join({ way: 'claim', room: tickets[0] }).seat.roomId).toBe(ann.seat.roomId);
    expect(() => rooms.hold(game, [invited(null)], 5_000, { roomId: ann.seat.roomId })).toThrow(refused('ROOM_LOCKED'));
  });
});

describe('who is sent out', () => {
  test('hears why, does not come back to this room, and is let into another', () => {
    const { clock, game, rooms, join } = open(
      boardWith({ on: { go: (room: BoardScope, seat: Seat) => room.kick(seat, 'You went too far.') } }),
    );
    const ann = join();
    const ben = join({ user: user('ben') });
    clock.advance(100);
    ben.seat.command('go', { where: 9 });
    clock.advance(100);
    expect(ben.witness.ended).toMatchObject({ code: 'KICKED', message: 'You went too far.' });
    clock.advance(100);
    expect(names(ann.witness)).toHaveLength(1);
    const { roomId } = ann.seat;
    expect(() => join({ room: roomId, user: user('ben') })).toThrow(refused('KICKED'));
    expect(() => rooms.hold(game, [invited('ben')], 1_000, { roomId })).toThrow(refused('KICKED'));
    expect(join({ user: user('ben') }).seat.roomId).not.toBe(roomId);
    expect(join({ room: roomId, user: user('cho') }).seat.roomId).toBe(roomId);
  });

  test('is who was meant: not who has the number of one who had gone', () => {
    let gone: Seat | null = null;
    const { clock, join } = open(
      boardWith({
        leave: (_: BoardScope, seat: Seat) => {
          gone = seat;
        },
        on: {
          go(room: BoardScope) {
            if (gone === null) return;
            room.kick(gone, 'late');
            room.announce('for one who had gone', gone);
          },
        },
      }),
    );
    const ann = join();
    const ben = join();
    clock.advance(100);
    ben.seat.leave();
    clock.advance(100);
    const cho = join();
    clock.advance(100);
    expect(cho.witness.welcomed?.seat).toBe(2);
    ann.seat.command('go', { where: 1 });
    clock.advance(100);
    expect(cho.witness.ended).toBeNull();
    expect(cho.witness.lines).toEqual([]);
  });

  test('by the rules of `join` leaves in the next tick, and makes nobody else’s place wrong', () => {
    const { clock, rooms, join } = open(
      boardWith({
        seats: 2,
        bots: { atLeast: 2, names: ['Bo', 'Bi'], think: () => ({}) },
        join(room: BoardScope, seat: Seat) {
          room.state.people.add({ name: seat.name }, { owner: seat });
          for (const other of room.seats) if (other !== seat && !seat.isBot) room.kick(other, 'make room');
        },
      }),
    );
    const [ann, ben] = [join({ name: 'Ann' }), join({ name: 'Ben' })];
    clock.advance(500);
    expect(ann.witness.ended).toMatchObject({ code: 'KICKED' });
    expect(names(ben.witness).sort()).toEqual(['Ben', expect.stringMatching(/^B[oi]$/)]);
    expect(rooms.all[0]?.listing).toMatchObject({ taken: 1, bots: 1 });
    expect(rooms.all[0]?.faultyTicks).toBe(0);
  });

  test('a bot that rules send out in the tick in which people come gives its place to them', () => {
    const { clock, rooms, join } = open(
      boardWith({
        seats: 2,
        bots: { atLeast: 2, names: ['Bo', 'Bi'], think: () => ({}) },
        join(room: BoardScope, seat: Seat) {
          room.state.people.add({ name: seat.name }, { owner: seat });
          for (const other of room.seats) if (other.isBot && !seat.isBot) room.kick(other, 'make room');
        },
      }),
      { alwaysOpen: ['board'] },
    );
    rooms.start();
    clock.advance(100);
    const [ann, ben] = [join({ name: 'Ann' }), join({ name: 'Ben' })];
    clock.advance(300);
    expect([ann, ben].map(({ witness }) => witness.welcomed?.seat).sort()).toEqual([1, 2]);
    expect(names(ben.witness).sort()).toEqual(['Ann', 'Ben']);
    expect(rooms.all.map(({ taken }) => taken)).toEqual([2]);
  });
});

describe('a room that rules close', () => {
  test('ends with this tick: all hear the reason after its last state, `close` runs once, and it is listed no more', async () => {
    let closed = 0;
    const { clock, rooms, directory, join } = open(
      boardWith({
        on: {
          go(room: BoardScope) {
            room.state.shown.round = 9;
            room.close('Ann has won.');
            room.close('Nobody has.');
          },
        },
        close: () => void closed++,
      }),
    );
    const [ann, ben] = [join(), join()];
    clock.advance(100);
    ann.seat.command('go', { where: 1 });
    clock.advance(100);
    for (const { witness } of [ann, ben]) {
      expect(witness.ended).toMatchObject({ code: 'ROOM_CLOSED', message: 'Ann has won.' });
      expect(witness.state.shown).toEqual({ round: 9 });
    }
    expect(closed).toBe(1);
    expect(rooms.all).toEqual([]);
    expect(await directory.list({})).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('is told to watchers of the list once, as gone, however many were in it', () => {
    const { clock, directory, join } = open(
      boardWith({ seats: 100, on: { go: (room: BoardScope) => room.close('over') } }),
    );
    const players = Array.from({ length: 100 }, () => join());
    clock.advance(100);
    const told: unknown[] = [];
    directory.watch((_, room) => told.push(room));
    players[0]?.seat.command('go', { where: 1 });
    clock.advance(100);
    expect(told).toEqual([null]);
  });

  test('in `create` lets its creator in to hear why', () => {
    const { clock, rooms, join } = open(boardWith({ create: (room: BoardScope) => room.close('not today') }));
    const ann = join();
    clock.advance(100);
    expect(ann.witness.ended).toMatchObject({ code: 'ROOM_CLOSED', message: 'not today' });
    expect(rooms.all).toEqual([]);
  });

  test('and whose `close` fails closes all the same', () => {
    const { clock, rooms, logged, join } = open(
      boardWith({
        close: () => {
          throw new Error('a bug');
        },
      }),
    );
    const ann = join();
    clock.advance(100);
    rooms.stop();
    expect(ann.witness.ended).toMatchObject({ code: 'SERVER_STOPPING' });
    expect(logged).toContainEqual(expect.objectContaining({ hook: 'close' }));
    expect(clock.pending).toBe(0);
  });
});

describe('a held seat', () => {
  test('is taken by whoever shows its ticket, once', () => {
    const { clock, rooms, game, join, total } = open();
    const { roomId, tickets } = rooms.hold(game, [invited(null), invited(null)], 5_000, {});
    expect(new Set(tickets).size).toBe(2);
    expect(total()).toBe(2);
    const [ann, ben] = tickets.map((room) => join({ way: 'claim', room, name: 'Ann' }));
    clock.advance(100);
    expect([ann?.seat.roomId, ben?.seat.roomId]).toEqual([roomId, roomId]);
    expect(ann === undefined ? [] : names(ann.witness)).toEqual(['Ann', 'Ann 2']);
    for (const room of tickets) expect(() => join({ way: 'claim', room })).toThrow(refused('TICKET_GONE'));
    expect(total()).toBe(2);
  });

  test('is for the user it is held for, and the ticket of one is good for no other', () => {
    const { clock, rooms, game, join } = open();
    const { tickets } = rooms.hold(game, [invited('ann'), invited(null)], 5_000, {});
    const [hers, anybodys] = tickets;
    for (const thief of [undefined, null, user('ben')]) {
      expect(() => join({ way: 'claim', room: hers, user: thief ?? null })).toThrow(refused('FORBIDDEN'));
    }
    const ann = join({ way: 'claim', room: hers, user: user('ann', 'Ann') });
    const ben = join({ way: 'claim', room: anybodys, user: user('ben', 'Ben') });
    clock.advance(100);
    expect(names(ann.witness)).toEqual(['Ann', 'Ben']);
    // From now on it is his: he comes back with his identity, and nobody comes back without.
    const room = ben.witness.welcomed?.token;
    expect(() => join({ way: 'return', room })).toThrow(refused('FORBIDDEN'));
    join({ way: 'return', room, user: user('ben') });
  });

  test('has the team and the rating of the match, which the rules see when its player joins', () => {
    const seen: unknown[] = [];
    const { clock, rooms, game, join } = open(
      boardWith({
        authorize: (_: BoardScope, { rating }: { rating: number | null }) => rating === 1_600,
        join: (_: BoardScope, { name, team, rating, user: who }: Seat) => void seen.push({ name, team, rating, who }),
      }),
    );
    const match = { user: 'ann', roles: [], rating: 1_600, team: 2 };
    const { tickets } = rooms.hold(game, [match], 5_000, { options: { size: 9 } });
    const ann = join({ way: 'claim', room: tickets[0], user: user('ann', 'Ann') });
    clock.advance(100);
    expect(seen).toEqual([{ name: 'Ann', team: 2, rating: 1_600, who: 'ann' }]);
    expect(ann.witness.state.setup).toMatchObject({ size: 9 });
  });

  test('[GA13] that nobody claims is free when its time is over, a thousand times over, and nothing is kept of it', () => {
    const { clock, rooms, game, join, total } = open(boardWith({ seats: 1_000 }));
    const all = Array.from({ length: 1_000 }, () => invited(null));
    const { roomId, tickets } = rooms.hold(game, all, 5_000, {});
    expect(() => join({ room: roomId })).toThrow(refused('ROOM_FULL'));
    clock.advance(4_900);
    expect(total()).toBe(1_000);
    join({ way: 'claim', room: tickets[500] });
    clock.advance(200);
    expect(total()).toBe(1);
    for (const room of tickets) expect(() => join({ way: 'claim', room })).toThrow(refused('TICKET_GONE'));
    for (let i = 0; i < 999; i++) join({ room: roomId });
    clock.advance(100);
    expect(total()).toBe(1_000);
  });

  test('keeps its room open, which closes when the last of them is free', () => {
    const { clock, rooms, game } = open();
    rooms.hold(game, [invited(null)], 30_000, {});
    clock.advance(29_000);
    expect(rooms.all.length).toBe(1);
    clock.advance(60_000);
    expect(rooms.all).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('[GA12] is held for all who are invited, or for none', () => {
    const { clock, rooms, game, join, total } = open();
    const ann = join();
    const { roomId } = ann.seat;
    expect(() => rooms.hold(game, [invited(null), invited(null)], 5_000, { roomId })).toThrow(refused('ROOM_FULL'));
    expect(total()).toBe(1);
    rooms.hold(game, [invited(null)], 5_000, { roomId });
    expect(() => join({ room: roomId })).toThrow(refused('ROOM_FULL'));
    expect(() => rooms.hold(game, [invited(null), invited(null), invited(null)], 5_000, {})).toThrow(
      refused('ROOM_FULL'),
    );
    clock.advance(60_000);
    expect(rooms.all.map(({ id, taken }) => [id, taken])).toEqual([[roomId, 1]]);
  });

  test('goes with its room, and its ticket with it', () => {
    const { clock, rooms, game, join } = open();
    const { roomId, tickets } = rooms.hold(game, [invited(null)], 30_000, {});
    rooms.all.find(({ id }) => id === roomId)?.close(roomGone(roomId));
    expect(() => join({ way: 'claim', room: tickets[0] })).toThrow(refused('TICKET_GONE'));
    expect(clock.pending).toBe(0);
    clock.advance(60_000);
    expect(rooms.all).toEqual([]);
  });

  test.each([['x'], [''], [null], [{ id: 'x' }], ['__proto__']])('is not had for %j', (room) => {
    const { rooms, game, join } = open();
    rooms.hold(game, [invited(null)], 5_000, {});
    expect(() => join({ way: 'claim', room })).toThrow(refused('TICKET_GONE'));
  });

  test('[AU14] of one game is not had from another, and stays held for who comes rightly', () => {
    const games = [boardWith({}), boardWith({ name: 'other' })];
    const { rooms } = host(games);
    const [game = boardWith({})] = games;
    const { tickets } = rooms.hold(game, [invited(null)], 5_000, {});
    const claim = (name: string) => rooms.join({ way: 'claim', room: tickets[0], game: name }, new Witness());
    expect(() => claim('other')).toThrow(refused('FORBIDDEN'));
    expect(claim('board').roomId).toBe(rooms.all[0]?.id);
  });
});

describe('whom the rules do not want', () => {
  const guarded = (authorize: (room: BoardScope, visitor: { name: string }) => unknown) =>
    open(boardWith({ authorize }));

  test('stays outside with FORBIDDEN; nobody inside hears of it, and its place is free', async () => {
    const { clock, directory, join, total } = guarded((_, { name }) => name !== 'Ben');
    const ann = join({ name: 'Ann' });
    clock.advance(100);
    const told = ann.witness.peopleTold.length;
    const ben = join({ name: 'Ben' });
    clock.advance(100);
    expect(ben.witness.ended).toMatchObject({ code: 'FORBIDDEN' });
    expect(ben.witness.welcomed).toBeNull();
    expect(ann.witness.peopleTold.length).toBe(told);
    expect(total()).toBe(1);
    expect(await directory.list({})).toMatchObject([{ taken: 1 }]);
    join({ name: 'Cho' });
    clock.advance(100);
    expect(names(ann.witness)).toEqual(['Ann', 'Cho']);
  });

  test.each([
    ['answers something that is not true', () => 'yes', 'does not let you in'],
    ['answers nothing', () => undefined, 'does not let you in'],
    ['answers a promise', () => Promise.resolve(true), 'does not let you in'],
    ['throws', () => JSON.parse('no JSON'), 'does not let you in'],
    ['refuses', () => refuse('Members only.'), 'Members only.'],
  ] as unknown as readonly (readonly [string, () => unknown, string])[])(
    'is kept out where `authorize` %s',
    async (_, authorize, reason) => {
      const { clock, rooms, join } = guarded(authorize);
      const ann = join();
      await clock.advanceAsync(100);
      expect(ann.witness.ended).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining(reason) });
      expect(rooms.all[0]?.faultyTicks).toBe(0);
    },
  );

  test('costs no bot its place', () => {
    const { clock, rooms, join } = open(
      boardWith({
        bots: { atLeast: 2, names: ['Bo', 'Bi'], think: () => ({}) },
        authorize: () => false,
      }),
      { alwaysOpen: ['board'] },
    );
    rooms.start();
    clock.advance(100);
    const rows = (): unknown[] => [...(rooms.all[0]?.state.table('people') ?? [])].map(({ id }) => id);
    const before = rows();
    join();
    clock.advance(100);
    expect(rows()).toEqual(before);
  });

  test('is not asked about again when it is back on its seat', () => {
    let asked = 0;
    const { clock, join } = guarded(() => ++asked > 0);
    const ann = join();
    clock.advance(100);
    ann.seat.drop();
    join({ way: 'return', room: ann.witness.welcomed?.token });
    clock.advance(100);
    expect(asked).toBe(1);
  });
});

describe('in a room', () => {
  test('commands of a kind are taken as often as the game says, 20 a second where it does not, and others beside them', () => {
    const { clock, join } = open();
    const { seat } = join();
    clock.advance(100);
    const go = () => seat.command('go', { where: 1 });
    for (let i = 0; i < 4; i++) go();
    expect(go).toThrow(refused('TOO_OFTEN', { what: 'go', perSecond: 2 }));
    expect(() => seat.command('score', {})).not.toThrow();
    clock.advance(500);
    go();
    expect(go).toThrow(refused('TOO_OFTEN'));
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 20; i++) seat.command('score', {});
      clock.advance(1_000);
    }
    for (let i = 0; i < 40; i++) {
      if (i === 20) clock.advance(1);
      if (i === 32) clock.advance(100);
      seat.command('score', {});
    }
    expect(() => Array.from({ length: 4 }, () => seat.command('score', {}))).toThrow(refused('TOO_OFTEN'));
  });

  test('what a command refuses is told in the game’s own words, and is no fault', () => {
    const { clock, rooms, logged, join } = open(boardWith({ on: { go: () => refuse('Not your turn.') } }));
    const ann = join();
    clock.advance(100);
    ann.seat.command('go', { where: 1 });
    clock.advance(100);
    expect(ann.witness.refusals).toMatchObject([{ code: 'REFUSED', details: { reason: 'Not your turn.' } }]);
    expect(rooms.all[0]?.faultyTicks).toBe(0);
    expect(logged).toEqual([]);
  });

  test('a request whose handler answers what its reply cannot be is a fault of the game, told as one', () => {
    const { clock, logged, join } = open(boardWith({ on: { score: () => ({ points: 256 }) } }));
    const ann = join();
    clock.advance(100);
    ann.seat.command('score', {});
    clock.advance(100);
    expect(ann.witness.refusals).toMatchObject([{ code: 'GAME_FAULT', details: { hook: 'on.score' } }]);
    expect(logged).toContainEqual(expect.objectContaining({ hook: 'on.score' }));
  });

  test('a rule that refuses what nobody asked for is found in the log', () => {
    const { clock, rooms, logged, join } = open(boardWith({ step: () => refuse('never') }));
    join();
    clock.advance(100);
    expect(rooms.all[0]?.faultyTicks).toBe(1);
    expect(JSON.stringify(logged)).toContain('never');
  });

  test('the room says something to all, or to one: also to who is just joining', () => {
    const { clock, join } = open(
      boardWith({
        join(room: BoardScope, seat: Seat) {
          room.announce(`Welcome, ${seat.name}.`, seat);
          room.announce(`${seat.name} is here.`);
        },
      }),
    );
    const ann = join({ name: 'Ann' });
    clock.advance(100);
    const ben = join({ name: 'Ben' });
    clock.advance(100);
    const heard = ({ witness: { lines } }: { witness: Witness }) =>
      lines.map(({ from, name, text: line }) => [from, name, line]);
    expect(heard(ann)).toEqual([
      [0, '', 'Welcome, Ann.'],
      [0, '', 'Ann is here.'],
      [0, '', 'Ben is here.'],
    ]);
    expect(heard(ben)).toEqual([
      [0, '', 'Ann is here.'],
      [0, '', 'Welcome, Ben.'],
      [0, '', 'Ben is here.'],
    ]);
  });

  test('how a match ended is reported once, whatever rules say later', () => {
    const reports: unknown[] = [];
    const { clock, join } = open(
      boardWith({
        step(room: BoardScope, { tick }: { tick: number }) {
          const [ann, ben] = room.seats;
          if (ann === undefined || ben === undefined) return;
          room.report(tick % 2 === 0 ? [[[ann]], [[ben]]] : [[[ben]], [[ann]]]);
        },
      }),
      {
        reported: (_, places) => reports.push(places.map((place) => place.map((team) => team.map(({ name }) => name)))),
      },
    );
    join({ name: 'Ann' });
    join({ name: 'Ben' });
    clock.advance(1_000);
    expect(reports).toEqual([[[['Ben']], [['Ann']]]]);
  });

  test('what lists show of it is what everyone may see, and is told at most once a second', async () => {
    const { clock, directory, join } = open(
      boardWith({
        create: (room: BoardScope) => {
          room.state.shown.secret = 7;
        },
        step(room: BoardScope) {
          room.state.shown.round += 1;
        },
      }),
    );
    join();
    clock.advance(100);
    let told = 0;
    directory.watch(() => told++);
    clock.advance(10_000);
    expect(told).toBeGreaterThan(8);
    expect(told).toBeLessThanOrEqual(10);
    const [room] = await directory.list({});
    expect(Object.keys(room?.about ?? {})).toEqual(['round']);
    expect(room?.about.round).toBeGreaterThan(90);
  });

  test('two of the same name are told apart by a number', () => {
    const { clock, join } = open(boardWith({ seats: 4 }));
    const all = ['Ann', 'ann', 'Ann', 'Ann 2'].map((name) => join({ name }));
    clock.advance(100);
    const [ann] = all;
    expect(ann === undefined ? [] : names(ann.witness)).toEqual(['Ann', 'ann 2', 'Ann 3', 'Ann 2 2']);
  });
});
