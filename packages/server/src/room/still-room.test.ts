import { defineGame, type Game, record, seededRandom, table, u8, u16 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { RoomView, SeatHandle } from './viewer.ts';

/** Counts how often its rules were called. */
function lanterns(more: object = {}) {
  const calls = { control: 0, step: 0 };
  const game = defineGame({
    name: 'lanterns',
    tickRateHz: 20,
    seats: 4,
    state: { lamps: table({ shade: u8 }), sky: record({ stars: u16 }) },
    input: { shade: u8 },
    words: { on: { shade: 9 } },
    commands: { add: {}, glance: {} },
    events: { bell: {} },
    timers: {
      dawn(room) {
        room.state.sky.stars++;
      },
    },
    hostMay: ['lock'],
    avatars: 'lamps',
    join(room, seat) {
      room.state.lamps.add({}, { owner: seat });
    },
    control(me, { shade }) {
      calls.control++;
      me.shade = shade;
    },
    step() {
      calls.step++;
    },
    on: {
      add(room) {
        room.state.sky.stars++;
      },
      glance() {},
    },
  });
  return { game: { ...game, ...more } as Game, calls };
}

/** Is at rest where it has been told all there is. */
class Calm extends Witness {
  override welcome(...[welcome, view]: Parameters<Witness['welcome']>): void {
    super.welcome(welcome, view);
    view.snapshot();
  }
  override update(view: RoomView): void {
    view.frame();
    super.update(view);
  }
  isAtRest(): boolean {
    return true;
  }
}

/** Rooms of a game with two players who do nothing, after two seconds. */
function calm(more: object = {}, options: Parameters<typeof host>[1] = {}) {
  const { game, calls } = lanterns(more);
  const made = host([game], { random: seededRandom(3), ...options });
  const viewers = [new Calm(), new Calm()] as const;
  const seats = viewers.map((viewer) => made.rooms.join({}, viewer)) as [SeatHandle, SeatHandle];
  made.clock.advance(2_000);
  const room = made.rooms.all[0];
  if (room === undefined) throw new Error('there is a room');
  /** How often the rules of a tick are played in so much time. */
  const steps = (duringMs: number): number => {
    const before = calls.step;
    made.clock.advance(duringMs);
    return calls.step - before;
  };
  return { ...made, room, viewers, seats, calls, steps };
}

const pressed = { tick: 0, seenTick: 0, viewDelayTicks: 0 };

describe('rules that would do nothing', () => {
  test('are not played, and time goes on', () => {
    const { room, calls, steps } = calm();
    const { tick } = room;
    const { control } = calls;
    expect([steps(10_000), calls.control - control]).toEqual([0, 0]);
    expect(room.tick - tick).toBe(200);
    expect(room.slippedTicks).toBe(0);
  });

  test('are played again for an input that says something else, and no more for one that says the same', () => {
    const { room, seats, viewers, steps } = calm();
    seats[0].inputAt({ ...pressed, tick: room.tick + 1, input: { shade: 7 } });
    expect(steps(3_000)).toBeGreaterThan(0);
    expect(viewers[1].state).toMatchObject({ lamps: { 1: { shade: 7 }, 2: { shade: 0 } } });
    seats[0].inputAt({ ...pressed, tick: room.tick + 1, input: { shade: 7 } });
    expect(steps(3_000)).toBe(0);
  });

  test('are played for an input in exactly the tick that it is addressed to', () => {
    const { clock, room, seats, viewers } = calm();
    const tick = room.tick + 9;
    seats[0].inputAt({ ...pressed, tick, input: { shade: 7 } });
    clock.advance(2_000);
    expect(viewers[1].changes.at(-1)).toBe(tick);
  });

  test('are played for a word that is pressed, for one tick', () => {
    const { clock, seats, viewers } = calm();
    const before = viewers[1].changes.length;
    seats[0].press('on');
    clock.advance(2_000);
    const [on, off] = viewers[1].changes.slice(before);
    expect((off ?? 0) - (on ?? 0)).toBe(1);
  });

  test.each([
    ['a command', ([ann]: readonly SeatHandle[]) => ann?.command('glance', {})],
    ['a drop', ([ann]: readonly SeatHandle[]) => ann?.drop()],
    ['a player who leaves', ([ann]: readonly SeatHandle[]) => ann?.leave()],
    ['a deed of the host', ([ann]: readonly SeatHandle[]) => ann?.deed({ do: 'lock', is: true }, 1)],
  ])('are played after %s, at once', (_what, act) => {
    const { clock, calls, seats } = calm();
    clock.advance(320);
    const before = calls.step;
    act(seats);
    clock.advance(50);
    expect(calls.step).toBeGreaterThan(before);
  });

  test('are played for somebody who comes, at once', () => {
    const { clock, rooms, room } = calm();
    clock.advance(320);
    const carl = new Calm();
    rooms.join({ room: room.id }, carl);
    clock.advance(50);
    expect(carl.welcomed?.seat).toBe(3);
  });

  test('are played after a rating has changed', () => {
    const { room, steps } = calm();
    room.rate('nobody', 1_000);
    expect(steps(1_000)).toBeGreaterThan(0);
  });

  test('are played after the state was written to from outside', () => {
    const { room, steps, viewers } = calm();
    Object.assign(room.state.view.sky ?? {}, { stars: 5 });
    expect(steps(2_000)).toBeGreaterThan(0);
    expect(viewers[0].state).toMatchObject({ sky: { stars: 5 } });
  });

  test('do not keep a timer from its tick', () => {
    const { clock, viewers } = calm({
      create(room: { timers: { start(name: string, seconds: number): void } }) {
        room.timers.start('dawn', 7.35);
      },
    });
    clock.advance(10_000);
    expect(viewers[0].changes.at(-1)).toBe(147);
  });
});

test('who wants to watch a room that has slept is told nothing before the next tick', () => {
  const { clock, rooms, room } = calm({ spectators: 3 });
  clock.advance(320);
  const { tick } = room;
  const watcher = new Calm();
  rooms.join({ room: room.id, isSpectator: true }, watcher);
  expect(watcher.welcomed).toBeNull();
  clock.advance(50);
  expect(watcher.ticks).toEqual([tick + 1]);
});

test.each([0, 1, 2, 3, 4, 5])('who comes back to a room that has slept is checked as soon as elsewhere (%i)', (i) => {
  const { clock, rooms, viewers, seats } = calm({}, { checksumEvery: 30, graceMs: 60_000 });
  clock.advance(60_000);
  seats[0].drop();
  clock.advance(20_000 + 900 * i);
  const checks: number[] = [];
  const back = new (class extends Calm {
    override update(view: RoomView): void {
      super.update(view);
      if (view.check() !== null) checks.push(view.tick);
    }
  })();
  rooms.join({ way: 'return', room: viewers[0].welcomed?.token ?? '' }, back);
  clock.advance(3_000);
  expect((checks[0] ?? Number.NaN) - (back.ticks[0] ?? 0)).toBeLessThanOrEqual(30);
});

test('rules that set a team back and go on from there are not taken for still', () => {
  type Sky = { state: { sky: { stars: number } }; seats: { team: number }[] };
  const step = ({ state: { sky }, seats: [ann] }: Sky): void => {
    if (ann === undefined) return;
    if (sky.stars === 1) {
      ann.team = 3;
      sky.stars = 2;
    } else if (ann.team === 3) ann.team = 0;
    else if (sky.stars === 2) sky.stars = 5;
  };
  const { clock, seats, viewers } = calm({ step });
  seats[0].command('add', {});
  clock.advance(1_000);
  expect(viewers[0].state).toMatchObject({ sky: { stars: 5 } });
});

test('rules that keep chance for themselves are not taken for still', () => {
  let kept: { chance(p: number): boolean } | null = null;
  const { clock, viewers } = calm({
    create(_room: never, { random }: { random: { chance(p: number): boolean } }) {
      kept = random;
    },
    step(room: { state: { sky: { stars: number } } }) {
      if (kept?.chance(0.01)) room.state.sky.stars++;
    },
  });
  clock.advance(60_000);
  expect(viewers[0].changes.length).toBeGreaterThan(3);
});

describe('rules are played in every tick that', () => {
  test.each([
    ['look which tick it is', { step: (_: never, { tick }: { tick: number }) => void tick }],
    ['ask for chance', { step: (_: never, { random }: { random: { float(): number } }) => void random.float() }],
    ['look which tick it is in control', { control: (_: never, __: never, { tick }: { tick: number }) => void tick }],
    [
      'ask what is left of a timer',
      { step: (room: { timers: { leftSeconds(name: string): number } }) => void room.timers.leftSeconds('dawn') },
    ],
    ['emit', { step: (room: { emit(name: string, payload: object): void }) => room.emit('bell', {}) }],
    [
      'change a team',
      {
        step(room: { seats: { team: number }[] }) {
          for (const seat of room.seats) seat.team = 1 - seat.team;
        },
      },
    ],
    [
      'lock and unlock',
      {
        step: (room: { isLocked: boolean; lock(): void; unlock(): void }) =>
          room.isLocked ? room.unlock() : room.lock(),
      },
    ],
    [
      'look at the past',
      {
        step: (room: { seats: object[] }, { seenBy }: { seenBy(seat: object, look: () => void): void }) => {
          for (const seat of room.seats) seenBy(seat, () => {});
        },
      },
    ],
  ])('%s', (_what, rules) => {
    let steps = 0;
    const { step = () => {}, ...more } = rules as { step?: (...args: never[]) => unknown };
    const counted = (...args: never[]): unknown => {
      steps++;
      return step(...args);
    };
    const { clock } = calm({ ...more, step: counted });
    const before = steps;
    clock.advance(5_000);
    expect(steps - before).toBe(100);
  });
});

test('rules that fail are played until the room is given up', () => {
  let isBroken = false;
  const step = (): void => {
    if (isBroken) throw new TypeError('broken');
  };
  const { clock, seats, room } = calm({ step });
  isBroken = true;
  clock.advance(1_000);
  expect(room.phase).toBe('open');
  seats[0].command('add', {});
  clock.advance(1_000);
  expect(room.phase).toBe('closed');
});

test('the sync test tells of rules that do something though nothing has changed that they can see', () => {
  let hidden = 0;
  const step = (room: { state: { sky: { stars: number } } }): void => {
    // Both plays of a tick do the same, so nothing else would notice.
    if (++hidden === 130) room.state.sky.stars = 1;
    if (hidden === 129) room.state.sky.stars = 1;
  };
  const { clock, room } = calm({ step }, { syncTest: true });
  clock.advance(10_000);
  expect(room.unsynced).toMatchObject({ table: 'sky', field: 'still' });
});

test('a room whose rules are left out is, tick by tick, as one whose rules are played', () => {
  const deed = fc.oneof(
    fc.record({ wait: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ seat: fc.nat(1), shade: fc.nat(3), ahead: fc.integer({ min: -2, max: 12 }) }),
    fc.record({ seat: fc.nat(1), command: fc.constantFrom('add', 'glance') }),
    fc.record({ seat: fc.nat(1), word: fc.constant('on') }),
  );
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
      const fades = {
        step(room: { state: { sky: { stars: number } } }) {
          if (room.state.sky.stars > 0 && room.state.sky.stars < 40) room.state.sky.stars += 3;
        },
      };
      // With the sync test on, every tick is played.
      const worlds = [false, true].map((syncTest) => calm(fades, { syncTest, checksumEvery: 30 }));
      for (const deed of deeds) {
        for (const { clock, room, seats } of worlds) {
          if ('wait' in deed) clock.advance(deed.wait);
          else if ('command' in deed) seats[deed.seat]?.command(deed.command, {});
          else if ('word' in deed) seats[deed.seat]?.press(deed.word);
          else {
            seats[deed.seat]?.inputAt({
              ...pressed,
              tick: Math.max(0, room.tick + deed.ahead),
              input: { shade: deed.shade },
            });
          }
        }
      }
      const [left, played] = worlds.map(({ clock, room, viewers }) => {
        clock.advance(1_000);
        return {
          tick: room.tick,
          // To a millionth of a tick: the one adds up sooner what the other adds up later.
          position: Math.round(room.position * 1e6),
          hash: room.hash(),
          changes: viewers.map(({ changes }) => changes),
          reports: viewers.map(({ reports }) => reports),
          states: viewers.map(({ state }) => state),
        };
      });
      expect(left).toEqual(played);
      expect(worlds[1]?.room.unsynced).toBeNull();
    }),
    { numRuns: 60 },
  );
});
