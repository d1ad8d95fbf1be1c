import {
  angle,
  applyServerFrame,
  ByteReader,
  createMirror,
  defineGame,
  type Game,
  GameError,
  quantized,
  record,
  type Seat,
  type SeededRandom,
  type StateMirror,
  type StateSchema,
  seededRandom,
  table,
  u8,
  u16,
  type WelcomeFrame,
} from '@madang/core';
import { TableAt, ToldHistory } from '@madang/core/netcode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { RoomView } from './viewer.ts';

interface Past {
  readonly size: number;
  [Symbol.iterator](): Iterator<{ readonly id: number; readonly x: number }>;
}

type Tables = Readonly<Record<'targets' | 'hands' | 'walls', Past>>;

/** What is done in every step, before anything moves. */
interface Shot {
  readonly tick: number;
  readonly seats: readonly Seat[];
  see<R>(seat: Seat, look: (past: Tables, atTick: number) => R): R;
}

interface Range {
  readonly tickRateHz?: number;
  readonly sendRateHz?: number;
  readonly sendEvery?: number;
  readonly rewindMs?: number;
  readonly bots?: number;
}

/** A shooting range: targets come, go and move as chance has it, and each step ends with what the test does in it. */
function range(options: Range, move: (tick: number, targets: never) => void, shoot: (shot: Shot) => void): Game {
  const { tickRateHz = 20, sendRateHz = tickRateHz, sendEvery = 1, bots = 0, ...rest } = options;
  const place = quantized({ min: -100, max: 100, step: 0.25 });
  return defineGame({
    name: 'range',
    tickRateHz,
    sendRateHz,
    seats: 4,
    state: {
      targets: table(
        { x: place, y: place, heading: angle({ bits: 8 }), secret: u8.visibleTo('nobody') },
        { sendEvery },
      ),
      hands: table({ x: place, y: place, fire: u8 }),
      walls: table({ x: place }),
      clock: record({ tick: u16 }),
    },
    input: { fire: u8 },
    avatars: 'hands',
    rewind: { targets: { x: 'x', y: 'y' }, hands: { x: 'x', y: 'y' } },
    bots: { atLeast: bots, names: ['bot'], think: () => ({}) },
    join: (room, seat) => void room.state.hands.add({}, { owner: seat }),
    step(room, { tick, seenBy }) {
      shoot({ tick, seats: room.seats, see: seenBy as unknown as Shot['see'] });
      room.state.clock.tick = tick & 0xffff;
      for (const hand of room.state.hands) hand.x = (tick * 2) % 100;
      move(tick, room.state.targets as never);
    },
    ...rest,
  }) as unknown as Game;
}

/** A client without a network: it holds what it was told, and draws between two states as clients do. */
class Screen extends Witness {
  seat = 0;
  firstTick = 0;
  newestTick = 0;
  readonly #game: Game;
  #mirror: StateMirror<StateSchema> | null = null;
  #histories: { readonly name: string; readonly history: ToldHistory; readonly at: TableAt }[] = [];

  constructor(game: Game) {
    super();
    this.#game = game;
  }

  override welcome(welcome: WelcomeFrame, view: RoomView): void {
    this.seat = welcome.seat;
    this.firstTick = view.tick;
    const mirror = createMirror(this.#game.state, welcome.seat);
    this.#mirror = mirror;
    this.#histories = ['targets', 'hands'].map((name) => {
      const table = mirror.store.table(name);
      const { tickRateHz, sendRateHz } = this.#game;
      const history = new ToldHistory(table, Math.round(tickRateHz / sendRateHz), 200);
      return { name, history, at: new TableAt(table, tickRateHz, false) };
    });
    this.#apply(view.snapshot());
  }

  override update(view: RoomView): void {
    this.#apply(view.frame());
  }

  #apply(frame: Uint8Array | null): void {
    if (frame === null || this.#mirror === null) return;
    const applied = applyServerFrame(this.#game, this.#mirror.store, this.newestTick, new ByteReader(frame));
    if (applied.kind !== 'snapshot' && applied.kind !== 'delta') throw new Error(`a state came as ${applied.kind}`);
    this.newestTick = applied.tick;
    for (const { history } of this.#histories) history.record(applied.tick);
  }

  /** Every row as it is drawn at a moment that is over. */
  drawnAt(tick: number): unknown {
    return this.#histories.map(({ name, history, at }) => {
      at.aim(history.at(tick, 0));
      return [name, rowsOf(at as unknown as Past)];
    });
  }
}

/** Rows with all that clients see of them. */
function rowsOf(past: Past): unknown[] {
  return [...past].map((row) => {
    const { secret, ...fields } = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
    return fields;
  });
}

const pastOf = (past: Tables): unknown => [
  ['targets', rowsOf(past.targets)],
  ['hands', rowsOf(past.hands)],
];

/** Targets that come, go, walk and jump. */
function byChance(random: SeededRandom): (tick: number, targets: never) => void {
  return (_, targets) => {
    const all = targets as unknown as {
      add(start: object): void;
      remove(row: object): void;
      [Symbol.iterator](): Iterator<{ x: number; y: number; heading: number }>;
    };
    if (random.chance(0.2)) all.add({ x: random.below(100), y: random.below(100) });
    for (const target of [...all]) {
      if (random.chance(0.05)) all.remove(target);
      else if (random.chance(0.7)) {
        target.x = random.chance(0.1) ? random.below(200) - 100 : Math.min(100, target.x + random.float() * 4);
        target.heading += random.float();
      }
    }
  };
}

/** Seats one player and keeps its input coming, one for each tick, seen with this delay. */
function play(game: Game, ticks: number, delayFor: (tick: number) => number): Screen {
  const { clock, rooms } = host([game]);
  const screen = new Screen(game);
  const seat = rooms.join({}, screen);
  const [room] = rooms.all;
  for (let i = 0; i < ticks; i++) {
    const tick = (room?.tick ?? 0) + 1;
    seat.inputAt({
      tick,
      seenTick: screen.newestTick,
      viewDelayTicks: delayFor(tick),
      input: { fire: i & 1 },
    });
    clock.advance(1000 / game.tickRateHz);
  }
  return screen;
}

describe('what a player saw', () => {
  test('is to the last digit what its client drew, at any moment between the states that were sent', () => {
    const anyOptions = fc.constantFrom<Range>(
      {},
      { sendRateHz: 10 },
      { sendRateHz: 5, rewindMs: 700 },
      { sendRateHz: 10, sendEvery: 3, rewindMs: 1_000 },
      { tickRateHz: 60, sendRateHz: 20, sendEvery: 2 },
    );
    fc.assert(
      fc.property(anyOptions, fc.nat(), (options, seed) => {
        const random = seededRandom(seed);
        let looks = 0;
        let screen: Screen | null = null;
        const { tickRateHz = 20, sendRateHz = tickRateHz, sendEvery = 1, rewindMs = 250 } = options;
        const windowTicks = (rewindMs * tickRateHz) / 1000;
        const slowestTicks = (sendEvery - 1) * 2 * (tickRateHz / sendRateHz);
        const game = range(options, byChance(random), ({ tick, seats, see }) => {
          const [ann] = seats;
          if (ann === undefined || screen === null || screen.newestTick === 0) return;
          see(ann, (past, atTick) => {
            // A client has no past from before it came, and slower tables are drawn further back.
            if (atTick < (screen?.firstTick ?? 0) + slowestTicks) return;
            looks++;
            expect(atTick).toBeGreaterThanOrEqual(tick - windowTicks);
            expect(pastOf(past)).toEqual(screen?.drawnAt(atTick));
          });
        });
        screen = new Screen(game);
        const { clock, rooms } = host([game]);
        const seat = rooms.join({}, screen);
        for (let i = 1; i <= 80; i++) {
          const viewDelayTicks = random.below(16 * Math.ceil(windowTicks + 2)) / 16;
          seat.inputAt({ tick: i, seenTick: screen.newestTick, viewDelayTicks, input: { fire: i } });
          clock.advance(1000 / game.tickRateHz);
        }
        expect(rooms.all[0]?.faultyTicks, 'looks that found a difference').toBe(0);
        expect(looks).toBeGreaterThan(50);
      }),
      { numRuns: 40 },
    );
  });

  test('goes back 250 ms, or as far as the game says, and never beyond the newest state', () => {
    for (const [rewindMs, delay, expected] of [
      [undefined, 4.5, 4.5],
      [undefined, 100, 5],
      [1_000, 100, 20],
      [100, 3, 2],
      [undefined, 0, 1],
    ] as const) {
      const seen: number[] = [];
      const game = range(rewindMs === undefined ? {} : { rewindMs }, byChance(seededRandom(1)), (shot) => {
        const [ann] = shot.seats;
        if (ann !== undefined && shot.tick > 25) shot.see(ann, (_, atTick) => void seen.push(shot.tick - atTick));
      });
      play(game, 35, () => delay);
      expect(seen).toEqual(new Array(10).fill(expected));
    }
  });

  test('[GA06] is bounded for whatever tick and delay are claimed', () => {
    const u32 = fc.oneof(fc.nat({ max: 100 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), fc.nat({ max: 2 ** 31 }));
    fc.assert(
      fc.property(fc.array(fc.record({ tick: u32, seenTick: u32, delay: u32 }), { maxLength: 30 }), (claims) => {
        const game = range({}, byChance(seededRandom(1)), ({ tick, seats, see }) => {
          for (const seat of seats) {
            see(seat, (past, atTick) => {
              expect(atTick).toBeGreaterThanOrEqual(tick - 5);
              expect(atTick).toBeLessThanOrEqual(tick - 1);
              expect(past.hands.size).toBeLessThanOrEqual(1);
            });
          }
        });
        const { clock, rooms } = host([game]);
        const seat = rooms.join({}, new Screen(game));
        for (const { tick, seenTick, delay } of claims) {
          seat.inputAt({ tick, seenTick, viewDelayTicks: delay / 16, input: { fire: 1 } });
          clock.advance(50);
        }
        expect(rooms.all[0]?.faultyTicks).toBe(0);
      }),
    );
  });

  test('[GA06] is counted where its measured latency cannot explain it, also of players that are gone', () => {
    const game = range({}, byChance(seededRandom(1)), () => {});
    const { clock, rooms } = host([game]);
    const screen = new Screen(game);
    rooms.join({}, new Screen(game));
    const seat = rooms.join({}, screen);
    const [room] = rooms.all;
    for (let i = 1; i <= 100; i++) {
      const viewDelayTicks = i > 90 ? 200 : 2;
      seat.inputAt({ tick: i, seenTick: screen.newestTick, viewDelayTicks, input: { fire: i } });
      clock.advance(50);
    }
    expect(room?.distrusted).toBe(10);
    seat.leave();
    clock.advance(100);
    expect(room?.distrusted).toBe(10);
  });

  test('is the newest state for bots, for players without clocks, and for those that are gone for a while', () => {
    const seen = new Map<string, number>();
    const game = range({ sendRateHz: 10, bots: 3 }, byChance(seededRandom(1)), ({ tick, seats, see }) => {
      for (const seat of seats) see(seat, (_, atTick) => void seen.set(seat.name, tick - atTick));
    });
    const { clock, rooms } = host([game]);
    const json = rooms.join({ name: 'json' }, new Witness());
    const screen = new Screen(game);
    const gone = rooms.join({ name: 'gone' }, screen);
    clock.advance(100);
    json.input({ fire: 1 });
    gone.inputAt({ tick: 3, seenTick: 2, viewDelayTicks: 3, input: { fire: 1 } });
    clock.advance(50);
    expect(Object.fromEntries(seen)).toEqual({ json: 1, gone: 3, bot: 1 });
    gone.drop();
    clock.advance(50);
    expect(Object.fromEntries(seen)).toEqual({ json: 2, gone: 2, bot: 2 });
  });

  test('is there from the first tick on: what the game began with', () => {
    const sizes: number[] = [];
    const game = range({ sendRateHz: 5, bots: 1 }, byChance(seededRandom(1)), ({ seats, see }) => {
      for (const seat of seats) see(seat, (past) => void sizes.push(past.hands.size));
    });
    const { clock, rooms } = host([game]);
    rooms.open(game);
    clock.advance(50);
    expect(sizes).toEqual([1]);
  });
});

describe('a look at the past', () => {
  test('within another one leaves the outer one where it was', () => {
    const seen: unknown[] = [];
    const game = range({ bots: 2 }, byChance(seededRandom(3)), ({ tick, seats, see }) => {
      const [bot, ann] = seats;
      if (tick < 30 || ann === undefined || bot === undefined) return;
      see(ann, (past) => {
        const before = JSON.stringify(pastOf(past));
        const inner = see(bot, (newest) => JSON.stringify(pastOf(newest)));
        try {
          see(bot, () => {
            throw new Error('a look that fails');
          });
        } catch {
          // As a rule might.
        }
        seen.push([JSON.stringify(pastOf(past)) === before, inner !== before]);
      });
    });
    const { clock, rooms } = host([game]);
    rooms.open(game);
    clock.advance(50);
    const screen = new Screen(game);
    const seat = rooms.join({}, screen);
    for (let i = 2; i < 40; i++) {
      seat.inputAt({ tick: i, seenTick: screen.newestTick, viewDelayTicks: 4, input: { fire: i } });
      clock.advance(50);
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.every((one) => String(one) === 'true,true')).toBe(true);
  });

  test('answers what the look does, and what was kept of it shows nothing afterwards', () => {
    const kept: { past: Tables | null; row: { readonly x: number } | null } = { past: null, row: null };
    const answers: unknown[] = [];
    const game = range({ bots: 1 }, byChance(seededRandom(1)), ({ seats, see }) => {
      for (const seat of seats) {
        answers.push(
          see(seat, (past) => {
            kept.past = past;
            kept.row = [...past.hands][0] ?? null;
            return 'answer';
          }),
        );
      }
    });
    const { clock, rooms } = host([game]);
    rooms.open(game);
    clock.advance(100);
    expect(answers).toEqual(['answer', 'answer']);
    expect([...(kept.past?.hands ?? [])]).toEqual([]);
    expect(() => kept.row?.x).toThrow(GameError);
  });

  test('refuses tables that the game does not name, with what to do about it', () => {
    const codes: unknown[] = [];
    const game = range({ bots: 1 }, byChance(seededRandom(1)), ({ seats, see }) => {
      for (const seat of seats) {
        see(seat, (past) => {
          try {
            codes.push([...past.walls]);
          } catch (error) {
            codes.push(error);
          }
        });
      }
    });
    const { clock, rooms } = host([game]);
    rooms.open(game);
    clock.advance(50);
    expect(codes).toEqual([expect.objectContaining({ code: 'BAD_SCHEMA' })]);
    expect(String(codes[0])).toContain('walls');
  });

  test('is of no table in a game that names none', () => {
    const seen: unknown[] = [];
    const plain = defineGame({
      name: 'plain',
      tickRateHz: 20,
      seats: 2,
      state: { people: table({ x: u8 }) },
      input: {},
      step(room, { tick, seenBy }) {
        for (const seat of room.seats)
          seenBy(seat, (past, atTick) => void seen.push([Object.keys(past), tick - atTick]));
      },
    });
    const { clock, rooms } = host([plain]);
    rooms.join({}, new Witness());
    clock.advance(100);
    expect(seen).toEqual([
      [[], 0],
      [[], 0],
    ]);
  });
});
