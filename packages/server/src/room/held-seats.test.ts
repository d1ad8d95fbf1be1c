/** Seats that are held for those who have tickets. */
import type { Seat } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { type BoardScope, boardWith, invited, names, open, refused, user } from './board.test-support.ts';
import { roomGone } from './refusals.ts';
import { host, Witness } from './room.test-support.ts';

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
