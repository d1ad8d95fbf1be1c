/** What the rules of a game can do to its room, and what is known of it outside. */
import { refuse, type Seat } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { type BoardScope, boardWith, invited, names, open, refused, user } from './board.test-support.ts';
import type { Witness } from './room.test-support.ts';

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

  test('and refused by the very same `join` leaves once: who comes next keeps its place and its row', () => {
    const { clock, join } = open(
      boardWith({
        join(room: BoardScope, seat: Seat) {
          room.state.people.add({ name: seat.name }, { owner: seat });
          if (seat.name !== 'Eve') return;
          room.kick(seat, 'not you');
          refuse('not you');
        },
      }),
    );
    const eve = join({ name: 'Eve' });
    const ann = join({ name: 'Ann' });
    clock.advance(500);
    expect(eve.witness.ended).not.toBeNull();
    expect(ann.witness.ended).toBeNull();
    expect(names(ann.witness)).toEqual(['Ann']);
    expect(ann.witness.ticks.at(-1)).toBe(5);
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
        reported: (_, places) => void reports.push(places),
      },
    );
    for (const id of ['ann', 'ben']) join({ user: { id, name: id, roles: [] } });
    clock.advance(1_000);
    expect(reports).toEqual([[[['ben']], [['ann']]]]);
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
