/** Timers that rules start: when they run, in what order, and what stops them. */
import { defineGame, type Game, type RoomScope, type RoomTimers, record, u16 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import { TickTimers } from './room-timers.ts';

/** Timers of a room of this many ticks a second. */
function timersAt(tickRateHz: number) {
  let tick = 0;
  const timers = new TickTimers(['a', 'b', 'c'], tickRateHz, () => tick);
  /** Goes on to a tick and answers what is due there, in order. */
  const at = (next: number): string[] => {
    tick = next;
    const due: string[] = [];
    for (let name = timers.takeNext(); name !== null; name = timers.takeNext()) due.push(name);
    return due;
  };
  return { timers, at };
}

describe('a timer', () => {
  test('runs once, in the tick that its time is up, and not before', () => {
    const { timers, at } = timersAt(10);
    timers.start('a', 0.5);
    expect([1, 2, 3, 4].map(at)).toEqual([[], [], [], []]);
    expect(timers.leftSeconds('a')).toBe(0.1);
    expect(at(5)).toEqual(['a']);
    expect(timers.leftSeconds('a')).toBeNull();
    expect(at(6)).toEqual([]);
  });

  test('of a time that is whole ticks runs after exactly that many, whatever the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), fc.integer({ min: 1, max: 100_000 }), (tickRateHz, ticks) => {
        const { timers, at } = timersAt(tickRateHz);
        timers.start('a', ticks / tickRateHz);
        expect(at(ticks - 1)).toEqual([]);
        expect(at(ticks)).toEqual(['a']);
      }),
    );
    // As an author writes it: 1.1 s at 10 Hz are 11 ticks.
    const { timers, at } = timersAt(10);
    timers.start('a', 1.1);
    expect(at(11)).toEqual(['a']);
  });

  test('of a time between two ticks runs at the later one, and of no time at the next', () => {
    const { timers, at } = timersAt(10);
    timers.start('a', 0.15);
    timers.start('b', 0);
    expect([1, 2].map(at)).toEqual([['b'], ['a']]);
  });

  test('that is started again runs at its new time only', () => {
    const { timers, at } = timersAt(10);
    timers.start('a', 0.2);
    timers.start('a', 0.4);
    expect([2, 4].map(at)).toEqual([[], ['a']]);
  });

  test('that is stopped does not run; stopping one that does not run is fine', () => {
    const { timers, at } = timersAt(10);
    timers.start('a', 0.2);
    timers.stop('a');
    timers.stop('b');
    expect(timers.leftSeconds('a')).toBeNull();
    expect(at(9)).toEqual([]);
  });

  test('runs before those due later and those started later', () => {
    const { timers, at } = timersAt(10);
    timers.start('a', 0.3);
    timers.start('b', 0.2);
    timers.start('c', 0.3);
    timers.start('a', 0.3);
    expect(at(9)).toEqual(['b', 'c', 'a']);
  });

  test.each([
    ['has not', 'd', 1],
    ['has as an object', 'toString', 1],
    ['would run at no time', 'a', Number.NaN],
    ['would have run before', 'a', -1],
    ['would never run', 'a', Number.POSITIVE_INFINITY],
  ])('that a game %s is not started: BAD_SCHEMA', (_, name, seconds) => {
    const { timers, at } = timersAt(10);
    expect(() => timers.start(name, seconds)).toThrow(expect.objectContaining({ code: 'BAD_SCHEMA' }));
    expect(at(1_000)).toEqual([]);
  });
});

describe('in a room', () => {
  const fail = (): never => {
    throw new Error('a bug');
  };

  /** Runs these timers, started by `create`, and takes down in which tick each ran. */
  function run(
    start: Record<string, number>,
    act: Record<string, (timers: RoomTimers) => void> = {},
  ): { ran: string[]; advance(ms: number): void; room: { faultyTicks: number; phase: string } } {
    const ran: string[] = [];
    const names = [...new Set([...Object.keys(start), ...Object.keys(act)])];
    const game = defineGame({
      name: 'timed',
      tickRateHz: 10,
      seats: 2,
      state: { world: record({ count: u16 }) },
      input: {},
      timers: Object.fromEntries(
        names.map((name) => [
          name,
          (room: Pick<RoomScope<never, never>, 'timers'>, { tick }: { tick: number }) => {
            ran.push(`${name} ${tick}`);
            act[name]?.(room.timers);
          },
        ]),
      ),
      create(room) {
        for (const [name, seconds] of Object.entries(start)) room.timers.start(name, seconds);
      },
    }) as unknown as Game;
    const { clock, rooms } = host([game]);
    const room = rooms.open(game);
    rooms.join({}, new Witness());
    return { ran, room, advance: (ms) => clock.advance(ms) };
  }

  test('a timer that `create` starts runs at its tick', () => {
    const { ran, advance } = run({ a: 0.3 });
    advance(1_000);
    expect(ran).toEqual(['a 3']);
  });

  test('one that starts itself anew runs again and again', () => {
    const { ran, advance } = run({ a: 0.2 }, { a: (timers) => timers.start('a', 0.3) });
    advance(1_000);
    expect(ran).toEqual(['a 2', 'a 5', 'a 8']);
  });

  test('one that starts itself for no time runs once a tick and holds nobody up', () => {
    const { ran, advance } = run({ a: 0 }, { a: (timers) => timers.start('a', 0) });
    advance(400);
    expect(ran).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  test('one that another stops in the tick of both does not run', () => {
    const { ran, advance } = run({ a: 0.2, b: 0.2 }, { a: (timers) => timers.stop('b') });
    advance(1_000);
    expect(ran).toEqual(['a 2']);
  });

  test('one that fails takes none of the others with it: they run in the next tick', () => {
    const { ran, room, advance } = run({ a: 0.2, b: 0.2 }, { a: fail });
    advance(1_000);
    expect(ran).toEqual(['a 2', 'b 3']);
    expect(room.faultyTicks).toBe(1);
  });

  test('one that ends the room is the last: everybody hears why, and no other runs', () => {
    const { clock, rooms } = host([
      defineGame({
        name: 'ending',
        tickRateHz: 10,
        seats: 1,
        state: { world: record({ count: u16 }) },
        input: {},
        timers: { end: (room) => room.close('time is up'), never: fail },
        create(room) {
          room.timers.start('end', 0.5);
          room.timers.start('never', 0.6);
        },
      }) as unknown as Game,
    ]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(2_000);
    expect(ann.ended).toMatchObject({ code: 'ROOM_CLOSED', message: 'time is up' });
    expect(ann.ticks.at(-1)).toBe(5);
    expect(rooms.all).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
