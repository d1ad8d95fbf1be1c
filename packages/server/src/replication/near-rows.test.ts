import {
  createState,
  defineGame,
  f64,
  type Game,
  near,
  type SeededRandom,
  seededRandom,
  type TableStore,
  table,
} from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Replication } from './replication.ts';
import type { SeatView } from './seat-view.ts';

const RADIUS = 100;
const MOVERS_MAX = 400;
const SEATS = 3;

interface Place {
  x: number;
  y: number;
}
interface Mover extends Place {
  readonly id: number;
  readonly owner: number;
}

/** People with an eye each, and things that move among them, told by nearness. */
class World {
  readonly people: TableStore;
  readonly movers: TableStore;
  readonly views: readonly SeatView[];
  readonly #replication: Replication;
  readonly #leave: number;
  readonly #seen = new Map<SeatView, Set<number>>();
  readonly #eyes = new Map<SeatView, Place>();
  #tick = 0;

  constructor(leave: number) {
    const game = defineGame({
      name: 'meadow',
      tickRateHz: 10,
      seats: SEATS,
      state: { people: table({ x: f64, y: f64 }), movers: table({ x: f64, y: f64 }, { maxRows: MOVERS_MAX }) },
      input: {},
      avatars: 'people',
      interest: { movers: near({ x: 'x', y: 'y', radius: RADIUS, leave }) },
    }) as unknown as Game;
    const state = createState(game.state);
    this.people = state.table('people');
    this.movers = state.table('movers');
    this.#leave = leave;
    this.#replication = new Replication({ game, state, checksumEvery: 0, failed: () => {} });
    this.views = Array.from({ length: SEATS }, (_, index) => this.#replication.viewFor({ number: index + 1, team: 0 }));
  }

  get all(): Mover[] {
    return [...this.movers] as unknown as Mover[];
  }

  avatarOf(seat: number): Place | undefined {
    return this.people.ownedBy({ number: seat }) as unknown as Place | undefined;
  }

  add(place: Place, owner = 0): Place {
    const row = this.movers.add({}, owner === 0 ? {} : { owner: { number: owner } });
    return Object.assign(row as unknown as Mover, { x: place.x, y: place.y });
  }

  appear(seat: number, { x, y }: Place): Place {
    const row = this.people.add({}, { owner: { number: seat } });
    return Object.assign(row as unknown as Place, { x, y });
  }

  publish(): void {
    this.#replication.publish(++this.#tick);
  }

  /** Lets a view look, and compares what it sees with a look at every row. */
  look(view: SeatView): void {
    const avatar = this.avatarOf(view.seat);
    if (avatar !== undefined) this.#eyes.set(view, { x: avatar.x, y: avatar.y });
    const eye = this.#eyes.get(view);
    const before = this.#seen.get(view);
    const sees = ({ id, owner, x, y }: Mover): boolean => {
      if (owner === view.seat) return true;
      const distance = eye === undefined ? Number.POSITIVE_INFINITY : Math.hypot(x - eye.x, y - eye.y);
      return distance <= RADIUS || (distance <= this.#leave && before?.has(id) === true);
    };
    const seen = this.all.filter(sees).map(({ id }) => id);
    this.#seen.set(view, new Set(seen));
    view.frame();
    expect([`tick ${this.#tick}, seat ${view.seat}`, ...this.seenBy(view)]).toEqual([
      `tick ${this.#tick}, seat ${view.seat}`,
      ...seen,
    ]);
  }

  seenBy(view: SeatView): number[] {
    const rows = view.rowsOf(this.movers);
    const places = Array.from(rows?.places.subarray(0, rows.count) ?? []);
    return places.map((place) => this.movers.sentId[place] ?? 0);
  }

  lookAll(): void {
    this.publish();
    for (const view of this.views) this.look(view);
  }
}

/** Everything that bears on who is near whom. */
function stir(world: World, random: SeededRandom, spread: number): void {
  const anywhere = (): Place => ({ x: (random.float() * 2 - 1) * spread, y: (random.float() * 2 - 1) * spread });
  const nudge = (one: Place, reach: number): void => {
    one.x += (random.float() * 2 - 1) * reach;
    one.y += (random.float() * 2 - 1) * reach;
  };
  const { all } = world;
  const kind = random.float();
  const reach = random.pick([1, 8, 30]);
  if (kind < 0.5) for (const one of all) if (random.chance(0.4)) nudge(one, reach);
  if (kind > 0.45 && kind < 0.55) for (const one of all) if (random.chance(0.5)) Object.assign(one, anywhere());
  for (let times = random.below(4); times > 0 && all.length > 0; times--) Object.assign(random.pick(all), anywhere());
  for (let times = random.below(4); times > 0 && all.length > 0; times--)
    world.movers.remove(random.pick(all) as never);
  const born = random.chance(0.05) ? 150 : random.below(6);
  for (let times = 0; times < born && world.movers.size < MOVERS_MAX; times++) {
    world.add(anywhere(), random.chance(0.05) ? 1 + random.below(SEATS) : 0);
  }
  if (random.chance(0.05)) world.movers.disown({ number: 1 + random.below(SEATS) });
  for (let seat = 1; seat <= SEATS; seat++) {
    const avatar = world.avatarOf(seat);
    const fate = random.float();
    if (avatar === undefined) {
      if (fate < 0.2) world.appear(seat, anywhere());
    } else if (fate < 0.05) world.people.remove(avatar as never);
    else if (fate < 0.1) Object.assign(avatar, anywhere());
    else if (fate < 0.8) nudge(avatar, random.pick([2, 15, 40]));
  }
}

describe('rows that are near', () => {
  test.each([
    ['that fits around the eye', 150],
    ['so large that cells of the grid coincide', 4_000],
    ['with more cells than 32 bits count', 1e13],
  ])('are those that a look at every row finds, in a world %s', (_, spread) => {
    const anyWorld = fc.record({
      seed: fc.integer(),
      leave: fc.constantFrom(1.01, 1.1, 1.2, 1.25, 2),
      movers: fc.integer({ min: 0, max: 200 }),
      steps: fc.nat(60),
    });
    fc.assert(
      fc.property(anyWorld, ({ seed, leave, movers, steps }) => {
        const random = seededRandom(seed);
        const world = new World(leave * RADIUS);
        for (let i = 0; i < movers; i++) world.add({ x: random.below(400) - 200, y: random.below(400) - 200 });
        for (let step = 0; step < steps; step++) {
          stir(world, random, spread);
          world.publish();
          for (const view of world.views) if (random.chance(0.85)) world.look(view);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('come back into view when the eye comes back, however it went to and fro', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1.02, 1.2, 1.3),
        (offsets, leave) => {
          const world = new World(leave * RADIUS);
          const avatar = world.appear(1, { x: 0, y: 0 });
          for (let x = 50; x < 180; x++) world.add({ x, y: 0 });
          world.lookAll();
          for (const offset of offsets) {
            avatar.x = offset;
            world.lookAll();
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('are found that jumped to the far side of an eye which then came back', () => {
    const world = new World(1.2 * RADIUS);
    const row = world.add({ x: 5_000, y: 0 });
    for (let away = 4; away <= 40; away += 4) {
      for (let beyond = 2; beyond <= 50; beyond += 4) {
        // A journey far away begins each try with a look all around.
        const avatar = world.avatarOf(1) ?? world.appear(1, { x: 0, y: 0 });
        Object.assign(avatar, { x: 90_000 });
        world.lookAll();
        Object.assign(avatar, { x: 0 });
        world.lookAll();
        Object.assign(avatar, { x: away });
        Object.assign(row, { x: away - RADIUS - beyond });
        world.lookAll();
        for (let x = away; x > -away; x -= 2) {
          Object.assign(avatar, { x });
          world.lookAll();
        }
        Object.assign(row, { x: 5_000 });
      }
    }
  });

  test('stay where they are seen from when the avatar is gone, and are those of the new place when it is back', () => {
    const world = new World(120);
    const [view] = world.views;
    if (view === undefined) throw new Error('there is no view');
    const [near, far] = [world.add({ x: 50, y: 0 }), world.add({ x: 5_000, y: 0 })] as Mover[];
    world.lookAll();
    expect(world.seenBy(view)).toEqual([]);
    const avatar = world.appear(1, { x: 0, y: 0 });
    world.lookAll();
    expect(world.seenBy(view)).toEqual([near?.id]);
    world.people.remove(avatar as never);
    Object.assign(near ?? {}, { x: 119 });
    world.lookAll();
    expect(world.seenBy(view)).toEqual([near?.id]);
    world.appear(1, { x: 5_050, y: 0 });
    world.lookAll();
    expect(world.seenBy(view)).toEqual([far?.id]);
  });

  test('that are one’s own are seen from any distance, whoever owned them before', () => {
    const world = new World(120);
    const [view] = world.views;
    if (view === undefined) throw new Error('there is no view');
    world.appear(1, { x: 0, y: 0 });
    const mine = world.add({ x: 9_000, y: 0 }, 1) as Mover;
    world.add({ x: 9_001, y: 0 });
    world.lookAll();
    expect(world.seenBy(view)).toEqual([mine.id]);
    world.movers.disown({ number: 1 });
    world.lookAll();
    expect(world.seenBy(view)).toEqual([]);
  });
});
