/** How players come into rooms: by chance, by name, by code; and with what rooms are opened. */
import type { Seat } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { type BoardScope, boardWith, invited, open, refused } from './board.test-support.ts';
import { host, Witness } from './room.test-support.ts';

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

  test('who wants any room cannot have one that nobody else finds', () => {
    const { rooms, join } = open();
    for (let i = 0; i < 4; i++) join({ way: 'any', isPrivate: true });
    expect(rooms.all.map(({ code }) => code)).toEqual(['', '']);
  });
});
