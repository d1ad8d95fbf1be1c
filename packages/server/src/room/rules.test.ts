/** Rules of a tick: in which order they run, what they emit and spawn, and that they play the same twice. */
import {
  defineGame,
  type Game,
  hashState,
  i16,
  quantized,
  record,
  type Seat,
  type SeededRandom,
  seededRandom,
  table,
  u8,
  u16,
} from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import { FAULTS_IN_A_ROW_MAX } from './room.ts';

/** Marbles that roll by themselves, thrown by players. What is done is written down in `done`. */
function marbles(done: string[] = []) {
  return defineGame({
    name: 'marbles',
    tickRateHz: 10,
    seats: 3,
    state: { hands: table({ x: i16 }), marbles: table({ x: i16, age: u8 }), clouds: table({ x: u16 }) },
    input: { roll: u8, boom: u8 },
    events: { thrown: { by: u8 }, rang: {} },
    avatars: 'hands',
    create: (room) => void room.state.clouds.add({}),
    join: (room, seat) => void room.state.hands.add({}, { owner: seat }),
    control(me, { roll, boom }, { seat, spawn, emit, tick }) {
      done.push(`${tick} control ${seat}`);
      if (boom === 1) throw new Error('boom');
      me.x += roll;
      if (roll === 0) return;
      const marble = spawn('marbles', { x: me.x });
      done.push(`owned by ${marble.owner}`);
      emit('thrown', { by: seat });
    },
    advance: {
      clouds(cloud, { tick }) {
        done.push(`${tick} advance cloud`);
        cloud.x += 1;
      },
      marbles(marble, { tick }) {
        done.push(`${tick} advance marble`);
        marble.x += 10;
        marble.age += 1;
      },
    },
    step(room, { tick }) {
      done.push(`${tick} step`);
      room.emit('rang', {});
    },
  });
}

describe('a tick', () => {
  test('is control of each seat, then advance of each row, those of this tick too, table by table, then step', () => {
    const done: string[] = [];
    const { clock, rooms } = host([marbles(done)]);
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({}, ann).input({ roll: 3 });
    rooms.join({}, ben);
    clock.advance(100);
    expect(done).toEqual(['1 control 1', 'owned by 1', '1 control 2', '1 advance cloud', '1 advance marble', '1 step']);
    expect(ben.state.marbles).toEqual({ 1: { x: 13, age: 1, owner: 1 } });
    expect(ben.events.map(({ name, payload }) => [name, payload])).toEqual([
      ['thrown', { by: 1 }],
      ['rang', {}],
    ]);
  });

  test('tells with an event whose control emitted it, and of no other rule', () => {
    const { clock, rooms } = host([marbles()]);
    const ann = new Witness();
    rooms.join({}, new Witness());
    rooms.join({}, ann).input({ roll: 1 });
    clock.advance(100);
    const byOf = (name: string): unknown => ann.events.find((event) => event.name === name)?.frame()[2];
    // kind, tick, by
    expect([byOf('thrown'), byOf('rang')]).toEqual([2, 0]);
  });

  test('in which a control fails goes no further, and the next one does', () => {
    const done: string[] = [];
    const { clock, rooms } = host([marbles(done)]);
    const seat = rooms.join({}, new Witness());
    seat.input({ boom: 1 });
    clock.advance(100);
    seat.input({ boom: 0 });
    clock.advance(100);
    expect(done).toEqual(['1 control 1', '2 control 1', '2 advance cloud', '2 step']);
    expect(rooms.all[0]?.faultyTicks).toBe(1);
  });

  // TickRules.advance takes whatever a rule answers for a promise, and goes no further.
  test('advances every row, also where the rule is one expression and answers its value', () => {
    const game = defineGame({
      name: 'terse',
      tickRateHz: 10,
      seats: 1,
      state: { rows: table({ x: u8 }) },
      input: {},
      create(room) {
        room.state.rows.add({});
        room.state.rows.add({});
      },
      advance: { rows: (row) => Object.assign(row, { x: row.x + 1 }) },
    });
    const { clock, rooms } = host([game]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(300);
    expect(ann.state.rows).toMatchObject({ 1: { x: 3 }, 2: { x: 3 } });
  });

  test.each(['throws', 'answers a promise'])(
    'in which advance %s is a fault, ten of which in a row close the room',
    (how) => {
      const steps: number[] = [];
      const game = defineGame({
        name: 'broken',
        tickRateHz: 10,
        seats: 1,
        state: { rows: table({ x: u8 }) },
        input: {},
        create: (room) => void room.state.rows.add({}),
        advance: {
          rows: () => {
            if (how === 'throws') throw new Error('a bug');
            return Promise.reject(new Error('later')) as unknown as undefined;
          },
        },
        step: (_, { tick }) => void steps.push(tick),
      });
      const { clock, rooms, logged } = host([game]);
      const ann = new Witness();
      rooms.join({}, ann);
      clock.advance(100 * FAULTS_IN_A_ROW_MAX);
      expect(steps).toEqual([]);
      expect(ann.ended).toMatchObject({ code: 'ROOM_FAULT' });
      expect(logged.filter(({ hook }) => hook === 'advance')).toHaveLength(FAULTS_IN_A_ROW_MAX);
    },
  );
});

describe('a room that stood still for a minute', () => {
  test('goes on telling players how their inputs come, by its clock as it was moved', () => {
    const { clock, rooms } = host([marbles()]);
    const ann = new Witness();
    const seat = rooms.join({}, ann);
    const [room] = rooms.all;
    const play = (ticks: number): void => {
      for (let i = 0; i < ticks; i++) {
        const tick = room?.tick ?? 0;
        seat.inputAt({ tick: tick + 3, seenTick: tick, viewDelayTicks: 2, input: { roll: 0, boom: 0 } });
        clock.advance(100);
      }
    };
    expect(room?.position).toBeLessThan(1);
    play(40);
    clock.stall(60_000);
    clock.advance(100);
    expect(room?.slippedTicks).toBeGreaterThan(500);
    const before = ann.reports.length;
    play(30);
    expect(ann.reports.length - before).toBeGreaterThan(10);
    for (const { marginTicks, heldTicks } of ann.reports) {
      expect(Math.abs(marginTicks)).toBeLessThan(10);
      expect(heldTicks).toBeLessThan(10);
    }
    expect((room?.position ?? 0) - (room?.tick ?? 0)).toBeLessThanOrEqual(1);
    expect(room?.distrusted).toBe(0);
  });
});

describe('the sync test', () => {
  type Step = NonNullable<Game['step']>;
  interface Figures {
    readonly figures: {
      add(start: object): { x: number; y: number };
      remove(row: object): void;
      readonly size: number;
      [Symbol.iterator](): Iterator<{ x: number; y: number }>;
    };
    readonly round: { count: number };
  }

  /** A game of one step, in which figures 1 and 2 stand already. */
  function gameOf(
    step: (state: Figures, moment: { tick: number; random: SeededRandom }, seats: readonly Seat[]) => void,
  ) {
    return defineGame({
      name: 'rehearsed',
      tickRateHz: 10,
      seats: 2,
      state: {
        figures: table({ x: u16, y: quantized({ min: 0, max: 10, step: 0.5 }) }),
        round: record({ count: u16 }),
      },
      input: { go: u8 },
      events: { told: { count: u16 } },
      create(room) {
        room.state.figures.add({});
        room.state.figures.add({});
      },
      step: ((room: Parameters<Step>[0], moment: Parameters<Step>[1]) => {
        room.emit('told', { count: moment.tick });
        return step(room.state as unknown as Figures, moment, room.seats);
      }) as never,
    }) as unknown as Game;
  }

  function rehearse(game: Game, ticks = 20, options: { badWrites?: 'clamp' } = {}) {
    const made = host([game], { syncTest: true, ...options });
    const ann = new Witness();
    made.rooms.join({}, ann);
    const [room] = made.rooms.all;
    made.clock.advance(100 * ticks);
    return { ...made, ann, room, unsynced: room?.unsynced ?? null };
  }

  const secondOf = ({ figures }: Figures): { x: number; y: number } => {
    const [, second] = figures;
    if (second === undefined) throw new Error('there are two');
    return second;
  };

  test('catches rules that keep something of their own, with the tick, table, row and field', () => {
    let calls = 0;
    const { unsynced, logged } = rehearse(
      gameOf((state, { tick }) => {
        if (tick >= 5) secondOf(state).y = (++calls % 10) / 2;
      }),
    );
    expect(unsynced).toEqual({ tick: 5, table: 'figures', row: 2, field: 'y' });
    expect(logged.filter(({ msg }) => String(msg).startsWith('sync test'))).toMatchObject([
      { tick: 5, table: 'figures', row: 2, field: 'y' },
    ]);
  });

  test.each<[string, () => number]>([
    ['chance of their own', () => Math.floor(Math.random() * 60_000)],
    ['the time of day', () => Math.floor((performance.now() * 1_000) % 60_000)],
  ])('catches rules that use %s', (_, value) => {
    const { unsynced } = rehearse(
      gameOf(({ round }) => {
        const began = performance.now();
        while (performance.now() === began);
        round.count = value();
      }),
    );
    expect(unsynced).toMatchObject({ table: 'round', field: 'count' });
  });

  test('catches Date.now', () => {
    let nowMs = 1_000;
    const now = vi.spyOn(Date, 'now').mockImplementation(() => nowMs++);
    const { unsynced } = rehearse(
      gameOf(({ round }) => {
        round.count = Date.now() % 60_000;
      }),
    );
    now.mockRestore();
    expect(unsynced).toMatchObject({ tick: 1, table: 'round', field: 'count' });
  });

  test('catches a row that was kept from another tick', () => {
    let kept: { x: number } | null = null;
    const { unsynced } = rehearse(
      gameOf((state) => {
        kept ??= secondOf(state);
        kept.x += 1;
      }),
    );
    expect(unsynced).toMatchObject({ table: 'figures', row: 2, field: 'x' });
  });

  test('catches rows that come or go only once', () => {
    let hasCome = false;
    const { unsynced } = rehearse(
      gameOf(({ figures }) => {
        if (!hasCome) figures.add({});
        hasCome = true;
      }),
    );
    expect(unsynced).toMatchObject({ tick: 1, table: 'figures', row: 3 });
  });

  test('catches chance that is drawn another number of times, and errors that are thrown only once', () => {
    let drawn = 0;
    expect(rehearse(gameOf((_, { random }) => void (drawn++ % 3 === 0 && random.u32()))).unsynced).toMatchObject({
      table: '',
      field: 'random',
    });
    let thrown = 0;
    const once = gameOf(() => {
      if (thrown++ === 0) throw new Error('only in the rehearsal');
    });
    expect(rehearse(once).unsynced).toMatchObject({ tick: 1, table: '', field: 'error' });
  });

  test('accuses no game whose rules are deterministic, whatever they do', () => {
    const anyDeed = fc.constantFrom('add', 'remove', 'move', 'team', 'throw', 'chance', 'nothing');
    fc.assert(
      fc.property(fc.array(anyDeed, { minLength: 1, maxLength: 40 }), fc.boolean(), (deeds, isClamping) => {
        const game = gameOf((state, { tick, random }, seats) => {
          const { figures } = state;
          for (const seat of seats) state.round.count += seat.team;
          switch (deeds[tick % deeds.length]) {
            case 'add':
              if (figures.size < 200) figures.add({ x: random.below(60_000) });
              return;
            case 'remove':
              for (const figure of figures) if (random.chance(0.5)) figures.remove(figure);
              return;
            case 'move':
              for (const figure of figures) {
                figure.x = (figure.x * 7 + 1) % 65_536;
                figure.y = random.below(isClamping ? 1_000 : 11);
              }
              return;
            case 'team':
              for (const seat of seats) seat.team = (seat.team + 1) % 5;
              return;
            case 'throw':
              figures.add({});
              for (const seat of seats) seat.team = 9;
              throw new Error('on purpose');
            case 'chance':
              for (let i = random.below(5); i > 0; i--) random.u32();
          }
        });
        const { room, ann } = rehearse(game, 30, isClamping ? { badWrites: 'clamp' } : {});
        expect(room?.unsynced).toBeNull();
        // Twice played and once told.
        expect(ann.events.map(({ tick }) => tick)).toEqual(Array.from({ length: ann.events.length }, (_, i) => i + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('changes nothing of what a game comes to, its chance and its teams included', () => {
    const game = gameOf((state, { random }, seats) => {
      for (const seat of seats) seat.team = (seat.team * 3 + 1) % 100;
      state.round.count = (seats[0]?.team ?? 0) + random.below(1_000);
      secondOf(state).x = random.below(60_000);
    });
    const hashes = [true, false].map((syncTest) => {
      const { clock, rooms } = host([game], { syncTest, random: seededRandom(7) });
      rooms.join({}, new Witness());
      clock.advance(3_000);
      const [room] = rooms.all;
      return room === undefined ? '' : hashState(room.state, 'server');
    });
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe('');
  });

  test('leaves a rule that answers a promise a fault, and no rejection that nobody handles', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { room, clock } = rehearse(gameOf((async () => Promise.reject(new Error('later'))) as never), 3);
    await clock.advanceAsync(10);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect([room?.faultyTicks, room?.unsynced]).toEqual([3, null]);
  });
});
