import { choice, defineGame, type Game, record, rowId, table, text, UNHEARD_MAX, u8, u16 } from '@madang/core';
import { describe, expect, test, vi } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import { FAULTS_IN_A_ROW_MAX } from './room.ts';
import type { SeatHandle } from './viewer.ts';

/** Walkers on a line: each has its own row and moves by the input it holds. */
const walkers = defineGame({
  name: 'walkers',
  tickRateHz: 10,
  seats: 3,
  state: {
    people: table({ x: u16, name: text(64), secret: u8.visibleTo('owner') }, { maxRows: 8 }),
    world: record({ commands: u16 }),
  },
  input: { dir: choice('none', 'right'), pace: u8 },
  commands: { shout: { line: text(20) }, explode: {} },
  events: { arrived: { who: rowId } },
  avatars: 'people',
  words: { right: { dir: 'right', pace: 1 } },
  join(room, seat) {
    const me = room.state.people.add({ name: seat.name, secret: 9 }, { owner: seat });
    room.emit('arrived', { who: me.id });
  },
  control(me, { dir, pace }) {
    if (dir === 'right') me.x += pace;
  },
  on: {
    shout(room) {
      room.state.world.commands += 1;
    },
    explode() {
      throw new Error('boom');
    },
  },
});

function people(witness: Witness): Record<string, { x: number; name: string; secret?: number; owner: number }> {
  return witness.state.people as never;
}

describe('joining', () => {
  test('a player is welcomed with the state in which it already stands, and told who it is', () => {
    const { clock, rooms } = host([walkers]);
    const ann = new Witness();
    rooms.join({ name: 'Ann' }, ann);
    expect(ann.welcomed).toBeNull();
    clock.advance(100);
    expect(ann.welcomed).toEqual({
      seat: 1,
      roomId: rooms.all[0]?.id,
      code: '',
      you: '1',
      token: expect.stringMatching(/^[\w-]{32}$/),
      graceMs: 1_000,
      heard: 0,
      isReturn: false,
    });
    expect(people(ann)).toEqual({ 1: { x: 0, name: 'Ann', secret: 9, owner: 1 } });
  });

  test('everybody sees everybody, and nobody another’s hidden fields', () => {
    const { clock, rooms } = host([walkers]);
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({ name: 'Ann' }, ann);
    rooms.join({ name: 'Ben' }, ben);
    clock.advance(100);
    expect(people(ann)).toMatchObject({ 1: { name: 'Ann', secret: 9 }, 2: { name: 'Ben' } });
    expect(people(ann)[2]).not.toHaveProperty('secret');
    expect(people(ben)[1]).not.toHaveProperty('secret');
  });

  test('[GA12] [V30] N+50 joiners of N seats: N are seated, the others hear ROOM_FULL, and no seat is lost', () => {
    const { clock, rooms } = host([walkers], { maxRooms: 1 });
    const joined: { leave(): void }[] = [];
    const refused: unknown[] = [];
    const roomId = rooms.open(walkers).id;
    for (let i = 0; i < 53; i++) {
      try {
        joined.push(rooms.join({ room: roomId }, new Witness()));
      } catch (error) {
        refused.push(error);
      }
    }
    clock.advance(100);
    expect(rooms.all[0]?.taken).toBe(3);
    expect(joined.length).toBe(3);
    expect(refused).toEqual(Array.from({ length: 50 }, () => expect.objectContaining({ code: 'ROOM_FULL' })));
    for (const seat of joined) seat.leave();
    clock.advance(100);
    expect(rooms.all[0]?.taken).toBe(0);
  });

  test('a full room sends the next player to a new one', () => {
    const { rooms } = host([walkers]);
    const ids = Array.from({ length: 4 }, () => rooms.join({}, new Witness()).roomId);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
  });

  test.each([
    ['GAME_UNKNOWN', { game: 'chess' }],
    ['GAME_UNKNOWN', { game: { $gt: '' } }],
    ['ROOM_GONE', { room: 'nowhere' }],
    ['ROOM_GONE', { room: ['x'] }],
    ['BAD_NAME', { name: 'a\u202eb' }],
  ])('is refused with %s for %j, and no seat is taken', (code, wish) => {
    const { rooms } = host([walkers]);
    expect(() => rooms.join(wish, new Witness())).toThrow(expect.objectContaining({ code }));
    expect(rooms.all.reduce((taken, room) => taken + room.taken, 0)).toBe(0);
  });
});

describe('playing', () => {
  test('an input is held until the next one; fields it does not name stay', () => {
    const { clock, rooms } = host([walkers]);
    const ann = new Witness();
    const seat = rooms.join({}, ann);
    clock.advance(100);
    seat.input({ dir: 'right', pace: 2 });
    clock.advance(300);
    expect(people(ann)[1]?.x).toBe(6);
    seat.input({ pace: 5 });
    clock.advance(100);
    expect(people(ann)[1]?.x).toBe(11);
    seat.input({ dir: 'none' });
    clock.advance(500);
    expect(people(ann)[1]?.x).toBe(11);
  });

  test('a word is one tick of input; several are played one a tick, under them the held input', () => {
    const { clock, rooms } = host([walkers]);
    const ann = new Witness();
    const seat = rooms.join({}, ann);
    for (let i = 0; i < 3; i++) seat.press('right');
    clock.advance(1_000);
    expect(people(ann)[1]?.x).toBe(3);
    expect(() => seat.press('up')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => seat.press('toString')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  test('[GA04] presses queue up to a limit and no further', () => {
    const { rooms } = host([walkers]);
    const seat = rooms.join({}, new Witness());
    for (let i = 0; i < 16; i++) seat.press('right');
    expect(() => seat.press('right')).toThrow(expect.objectContaining({ code: 'INPUT_QUEUE_FULL' }));
  });

  test('nothing is sent while nothing changes', () => {
    const { clock, rooms } = host([walkers]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(5_000);
    expect(ann.changes).toEqual([]);
    expect(ann.ticks.length).toBe(50);
  });

  test('what somebody says reaches all, themselves included, after the state of that tick', () => {
    const { clock, rooms } = host([walkers]);
    const [ann, ben] = [new Witness(), new Witness()];
    const seat = rooms.join({}, ann);
    rooms.join({}, ben);
    seat.say({ hello: [1] });
    clock.advance(100);
    expect(ann.heard).toEqual([{ from: '1', message: { hello: [1] } }]);
    expect(ben.heard).toEqual(ann.heard);
  });

  test('events reach all, with the tick they happened in', () => {
    const { clock, rooms } = host([walkers]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(100);
    rooms.join({}, new Witness());
    clock.advance(100);
    expect(ann.events.map(({ tick, name, payload }) => ({ tick, name, payload }))).toEqual([
      { tick: 1, name: 'arrived', payload: { who: 1 } },
      { tick: 2, name: 'arrived', payload: { who: 2 } },
    ]);
  });
});

describe('telling', () => {
  const whisper = defineGame({
    name: 'whisper',
    tickRateHz: 10,
    seats: 3,
    state: { people: table({ name: text(64) }) },
    input: {},
    events: { secret: { word: u8 }, news: { word: u8 } },
    join(room, seat) {
      room.state.people.add({ name: seat.name }, { owner: seat });
      room.emit('secret', { word: seat.number }, seat);
      room.emit('news', { word: seat.number });
    },
  });

  test('an event for one seat reaches that seat alone, and nobody who listens to the server', () => {
    const emitted: string[] = [];
    const { clock, rooms } = host([whisper], { emitted: (_, { name }) => emitted.push(name) });
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({}, ann);
    rooms.join({}, ben);
    clock.advance(100);
    const heard = (witness: Witness) => witness.events.map(({ name, payload }) => `${name} ${String(payload.word)}`);
    expect(heard(ann)).toEqual(['secret 1', 'news 1', 'news 2']);
    expect(heard(ben)).toEqual(['news 1', 'secret 2', 'news 2']);
    expect(emitted).toEqual(['news', 'news']);
  });

  test('who says something is named as it was welcomed, whatever became of its row', () => {
    const reborn = defineGame({
      ...walkers,
      name: 'reborn',
      step(room) {
        for (const one of room.state.people) {
          if (one.x === 0) continue;
          const owner = { number: one.owner };
          room.state.people.remove(one);
          room.state.people.add({}, { owner });
        }
      },
    });
    const { clock, rooms } = host([reborn]);
    const ann = new Witness();
    const seat = rooms.join({}, ann);
    seat.press('right');
    clock.advance(100);
    seat.say('still me');
    clock.advance(100);
    expect(Object.keys(people(ann))).toEqual(['65537']);
    expect(ann.heard).toEqual([{ from: ann.welcomed?.you, message: 'still me' }]);
  });

  test('what would grow too long when it is written anew is not said', () => {
    const { rooms } = host([walkers]);
    const seat = rooms.join({}, new Witness());
    expect(() => seat.say(new Array(4_000).fill(1e20))).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  });

  test('a seat that asks for too much between two ticks is refused, and others are not', () => {
    const { clock, rooms } = host([walkers]);
    const [loud, calm] = [rooms.join({}, new Witness()), rooms.join({}, new Witness())];
    for (let i = 0; i < UNHEARD_MAX; i++) loud.say(i);
    expect(() => loud.say('more')).toThrow(expect.objectContaining({ code: 'INPUT_QUEUE_FULL' }));
    expect(() => calm.say('hello')).not.toThrow();
    clock.advance(100);
    expect(() => loud.say('again')).not.toThrow();
  });
});

describe('leaving', () => {
  test('frees seat and avatar at the next tick', () => {
    const { clock, rooms } = host([walkers]);
    const [ann, ben] = [new Witness(), new Witness()];
    const seat = rooms.join({}, ann);
    rooms.join({}, ben);
    clock.advance(100);
    seat.leave();
    expect(ann.ended).toMatchObject({ code: 'LEFT' });
    clock.advance(100);
    expect(Object.keys(people(ben))).toEqual(['2']);
    expect(rooms.all[0]?.taken).toBe(1);
    seat.input({ dir: 'right' });
    seat.leave();
    clock.advance(100);
    expect(rooms.all[0]?.taken).toBe(1);
  });

  test('a lost connection lets go of its input at once and of its seat after the grace', () => {
    const { clock, rooms } = host([walkers]);
    const ben = new Witness();
    const seat = rooms.join({}, new Witness());
    rooms.join({}, ben);
    seat.input({ dir: 'right', pace: 1 });
    clock.advance(200);
    const { x } = people(ben)[1] ?? {};
    seat.drop();
    clock.advance(900);
    expect(people(ben)[1]?.x).toBe(x);
    clock.advance(200);
    expect(people(ben)).not.toHaveProperty('1');
  });

  /** Presses and asks for things, and then is gone in this way. */
  function gone(witness: Witness, go: (seat: SeatHandle) => void) {
    const { clock, rooms } = host([walkers]);
    const ben = new Witness();
    const seat = rooms.join({}, witness);
    rooms.join({}, ben);
    clock.advance(100);
    for (let i = 0; i < 5; i++) seat.press('right');
    seat.command('shout', { line: 'wait' });
    seat.say('wait');
    go(seat);
    clock.advance(500);
    return ben;
  }

  test.each([
    ['leaves', new Witness(), (seat: SeatHandle) => seat.leave()],
    ['loses a line to which it cannot come back', new Witness(false), (seat: SeatHandle) => seat.drop()],
  ])('who %s is not heard any more, and not held', (_, witness, go) => {
    const ben = gone(witness, go);
    expect(people(ben)).not.toHaveProperty('1');
    expect(ben.state.world).toEqual({ commands: 0 });
    expect(ben.heard).toEqual([]);
  });

  test('who may come back presses nothing meanwhile, and what it asked for before its line broke is done', () => {
    const ben = gone(new Witness(), (seat) => seat.drop());
    expect(people(ben)[1]?.x).toBe(0);
    expect(ben.state.world).toEqual({ commands: 1 });
    expect(ben.heard).toEqual([{ from: '1', message: 'wait' }]);
  });

  test('a room that nobody needs closes; one that is always open does not', async () => {
    const { clock, rooms, directory } = host([walkers], { alwaysOpen: ['walkers'] });
    rooms.start();
    const other = rooms.open(walkers);
    const seat = rooms.join({ room: other.id }, new Witness());
    clock.advance(60_000);
    expect(rooms.all.length).toBe(2);
    seat.leave();
    clock.advance(60_000);
    expect(rooms.all.map((room) => room.id)).not.toContain(other.id);
    expect((await directory.list({ limit: 10 })).length).toBe(1);
  });
});

describe('[GA15] faults in game code stay in their room', () => {
  const broken = (name: string, hooks: Partial<Game>): Game =>
    defineGame({ ...walkers, name, ...hooks } as never) as unknown as Game;
  const fail = (): never => {
    throw new Error('a bug');
  };
  const reject = () => Promise.reject(new Error('a late bug')) as never;

  test.each([
    ['throws', fail],
    ['rejects', reject],
  ])('a step that %s every tick ends its room, and another room misses no tick', async (_, step) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const bad = broken('bad', { step });
    const { clock, rooms, logged } = host([walkers, bad]);
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({ game: 'walkers' }, ann);
    rooms.join({ game: 'bad' }, ben);
    const badRoom = rooms.all.find((room) => room.game === bad);
    await clock.advanceAsync(10_000);
    expect(ann.ticks).toEqual(Array.from({ length: 100 }, (__, index) => index + 1));
    expect(ben.ended).toMatchObject({ code: 'ROOM_FAULT' });
    expect(rooms.all).not.toContain(badRoom);
    const faults = logged.filter((line) => line.hook === 'step');
    expect(faults.length).toBe(FAULTS_IN_A_ROW_MAX);
    expect(faults[0]).toMatchObject({ room: badRoom?.id, tick: 1 });
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('a step that throws now and then skips those ticks and goes on', () => {
    const bad = broken('bad', {
      step: (_room, { tick }) => {
        if (tick % 3 === 0) fail();
      },
    });
    const { clock, rooms } = host([bad]);
    rooms.join({}, new Witness());
    clock.advance(3_000);
    expect(rooms.all[0]?.tick).toBe(30);
    expect(rooms.all[0]?.faultyTicks).toBe(10);
  });

  test('a bot that fails in join or in thought is a fault as any other', () => {
    const seatless = { atLeast: 2, names: ['Bo'], think: () => ({}) };
    const hooks: Partial<Game>[] = [
      { bots: seatless, join: fail },
      { bots: { ...seatless, think: fail } },
      { bots: { ...seatless, think: () => ({ dir: 'up' }) } },
    ];
    for (const one of hooks) {
      const { clock, rooms, logged } = host([broken('bad', one)], { alwaysOpen: ['bad'] });
      rooms.start();
      clock.advance(5_000);
      expect(rooms.all).toEqual([]);
      expect(logged.length).toBeLessThan(2 * FAULTS_IN_A_ROW_MAX);
    }
  });

  test('a room that is always open and failed is opened again, after a while and not after the end', () => {
    const { clock, rooms } = host([broken('bad', { step: fail })], { alwaysOpen: ['bad'] });
    rooms.start();
    clock.advance(5_000);
    expect(rooms.all).toEqual([]);
    clock.advance(6_500);
    expect(rooms.all.length).toBe(1);
    clock.advance(5_000);
    rooms.stop();
    expect(clock.pending).toBe(0);
  });

  test('a join that throws refuses its player, leaves nothing behind and lets the next one in', () => {
    let isBroken = true;
    const bad = broken('bad', {
      join: (room, seat, moment) => {
        walkers.join?.(room as never, seat, moment);
        if (isBroken) fail();
      },
    });
    const { clock, rooms } = host([bad]);
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({ name: 'Ann' }, ann);
    clock.advance(100);
    expect(ann.ended).toMatchObject({ code: 'GAME_FAULT', details: { hook: 'join' } });
    isBroken = false;
    rooms.join({ name: 'Ben' }, ben);
    clock.advance(100);
    expect(Object.values(people(ben)).map((one) => one.name)).toEqual(['Ben']);
  });

  test('a command that throws is refused to its sender; others play on', () => {
    const { clock, rooms } = host([walkers]);
    const [ann, ben] = [new Witness(), new Witness()];
    const seat = rooms.join({}, ann);
    rooms.join({}, ben);
    clock.advance(100);
    seat.command('explode', {});
    seat.command('shout', { line: 'hi' });
    clock.advance(100);
    expect(ann.refusals).toEqual([expect.objectContaining({ code: 'GAME_FAULT' })]);
    expect(ben.refusals).toEqual([]);
    expect(ben.state.world).toEqual({ commands: 1 });
    expect(() => seat.command('constructor', {})).toThrow(expect.objectContaining({ code: 'BAD_COMMAND' }));
  });

  test('a leave that throws does not keep its player', () => {
    const { clock, rooms } = host([broken('bad', { leave: fail })]);
    const ben = new Witness();
    const seat = rooms.join({}, new Witness());
    rooms.join({}, ben);
    clock.advance(100);
    seat.leave();
    clock.advance(100);
    expect(Object.keys(people(ben))).toEqual(['2']);
  });

  test('a create that throws opens no room and tells the joiner', () => {
    const { rooms } = host([broken('bad', { create: fail })]);
    expect(() => rooms.join({}, new Witness())).toThrow(expect.objectContaining({ code: 'GAME_FAULT' }));
    expect(rooms.all).toEqual([]);
  });

  test('what a rule writes wrongly names the table and the field in the log', () => {
    const bad = broken('bad', {
      step: (room) => {
        for (const one of room.state.people as never as Iterable<{ x: number }>) one.x = -1;
      },
    });
    const { clock, rooms, logged } = host([bad]);
    rooms.join({}, new Witness());
    clock.advance(100);
    expect(JSON.stringify(logged)).toContain('people.x');
  });
});

describe('[GA07] acting for others', () => {
  test('a seat whose avatar is gone holds inputs without effect', () => {
    const deadly = defineGame({
      ...walkers,
      name: 'deadly',
      step(room) {
        for (const one of room.state.people) if (one.x > 0) room.state.people.remove(one);
      },
    });
    const { clock, rooms } = host([deadly]);
    const ann = new Witness();
    const seat = rooms.join({}, ann);
    seat.press('right');
    clock.advance(100);
    expect(people(ann)).toEqual({});
    seat.input({ dir: 'right', pace: 9 });
    clock.advance(500);
    expect(people(ann)).toEqual({});
    expect(rooms.all[0]?.faultyTicks).toBe(0);
  });
});

describe('limits', () => {
  test('no more rooms than maxRooms are opened', () => {
    const { rooms } = host([walkers], { maxRooms: 2 });
    for (let i = 0; i < 6; i++) rooms.join({}, new Witness());
    expect(() => rooms.join({}, new Witness())).toThrow(expect.objectContaining({ code: 'SERVER_FULL' }));
    expect(rooms.all.length).toBe(2);
  });

  test('nothing is left running after stop', () => {
    const { clock, rooms } = host([walkers], { alwaysOpen: ['walkers'] });
    rooms.start();
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({}, ann).drop();
    const seat = rooms.join({}, ben);
    clock.advance(100);
    seat.drop();
    rooms.stop();
    expect(clock.pending).toBe(0);
    expect(() => rooms.join({}, ann)).toThrow(expect.objectContaining({ code: 'SERVER_STOPPING' }));
  });

  test('in production a bad write is clamped, the room goes on, and the log says where', () => {
    const far = defineGame({
      ...walkers,
      name: 'far',
      step(room) {
        for (const one of room.state.people) one.x = 70_000;
      },
    });
    const { clock, rooms, logged } = host([far], { badWrites: 'clamp' });
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(100);
    expect(people(ann)[1]?.x).toBe(65_535);
    expect(rooms.all[0]?.faultyTicks).toBe(0);
    expect(logged).toContainEqual(expect.objectContaining({ table: 'people', field: 'x', tick: 1 }));
  });
});

describe('bots', () => {
  const lively = defineGame({
    ...walkers,
    name: 'lively',
    bots: { atLeast: 2, names: ['Bo', 'Bi'], think: () => ({ dir: 'right', pace: 1 }) },
  });

  test('that make room for a person do not make the room look empty', async () => {
    const full = defineGame({ ...lively, name: 'full', seats: 2 });
    const { clock, rooms, directory } = host([full]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(60_000);
    expect(ann.ended).toBeNull();
    expect(await directory.list({ limit: 9 })).toEqual([expect.objectContaining({ taken: 1, bots: 1 })]);
  });

  test('keep a room alive by the same inputs as people, and give their seats up to them', () => {
    const { clock, rooms } = host([lively], { alwaysOpen: ['lively'] });
    rooms.start();
    clock.advance(1_000);
    expect(rooms.all[0]?.listing).toMatchObject({ taken: 0, bots: 2 });
    const witnesses = Array.from({ length: 3 }, () => new Witness());
    const seats = witnesses.map((witness) => rooms.join({}, witness));
    clock.advance(100);
    expect(rooms.all.length).toBe(1);
    expect(rooms.all[0]?.listing).toMatchObject({ taken: 3, bots: 0 });
    expect(witnesses.map((one) => one.welcomed?.seat).sort()).toEqual([1, 2, 3]);
    seats[0]?.leave();
    seats[1]?.leave();
    clock.advance(200);
    expect(rooms.all[0]?.listing).toMatchObject({ taken: 1, bots: 1 });
    const [, , last] = witnesses;
    expect(
      Object.values(last === undefined ? {} : people(last))
        .map((one) => one.name)
        .sort()[0],
    ).toMatch(/^B/);
  });
});
