import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hypot } from '../deterministic/trigonometry.ts';
import { type SeededRandom, seededRandom } from '../random.ts';
import { f32, f64, quantized, u8 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { createState } from '../state/state-store.ts';
import { between } from './between.ts';
import { PastTableView } from './past-table.ts';
import { TableAt } from './table-at.ts';
import { TableHistory } from './table-history.ts';

const TICK_RATE_HZ = 10;

/** Ways for a row to get from one state to the next, each in the fields that are drawn that way. */
const SHAPES = {
  straight: { x: f32, y: quantized({ min: -4096, max: 4096, step: 1 / 64 }) },
  curved: {
    x: f64.drawn({ velocity: 'vx' }),
    y: f64.drawn({ velocity: 'vy' }),
    vx: f64,
    vy: f64,
  },
  jumping: { x: f64.drawn({ jumpAbove: 5 }), y: f64.drawn({ jumpAbove: 5 }) },
  stepped: { x: f64.drawn('step'), y: u8 },
};
type ShapeName = keyof typeof SHAPES;

interface Place {
  x: number;
  y: number;
  vx?: number;
  vy?: number;
}

/** A table that moved for a few states, as it is remembered, and the view of it that is tested. */
class World {
  readonly history: TableHistory;
  readonly view: PastTableView;
  readonly #state;
  readonly #random: SeededRandom;
  readonly #shape: ShapeName;
  readonly #spread: number;
  #tick = 0;

  constructor(shape: ShapeName, options: { rows: number; seed: number; spread?: number; states?: number }) {
    const { rows, seed, spread = 200, states = 4 } = options;
    this.#shape = shape;
    this.#spread = spread;
    this.#random = seededRandom(seed);
    this.#state = createState({ ships: table({ ...SHAPES[shape], hp: u8 }, { maxRows: Math.max(1, rows + 20) }) });
    this.history = new TableHistory(this.#state.table('ships'), states);
    this.view = new PastTableView(new TableAt(this.#state.table('ships'), TICK_RATE_HZ, true), { x: 'x', y: 'y' });
    for (let i = 0; i < rows; i++) this.#add();
    for (let i = 0; i < states; i++) this.next();
  }

  /** One more state: rows move, some a long way; some go, and others come in their place. */
  next(): void {
    this.#tick += 2;
    const { ships } = this.#state.view;
    const random = this.#random;
    for (const ship of [...ships]) {
      const far = random.chance(0.05) ? this.#spread : 3;
      const row = ship as unknown as Place;
      row.x = this.#within(row.x + far * (random.float() - 0.5));
      row.y = this.#within(row.y + far * (random.float() - 0.5));
      if (this.#shape === 'curved') {
        row.vx = 40 * (random.float() - 0.5);
        row.vy = 40 * (random.float() - 0.5);
      }
      if (random.chance(0.04)) ships.remove(ship);
    }
    for (let i = random.below(4); i > 0; i--) this.#add();
    this.#state.settleAll();
    this.history.record(this.#tick);
  }

  /** Aims at a part of the remembered time, and answers the rows that are there, one by one. */
  aim(part: number, aheadTicks = 0) {
    const { moments } = this.history;
    const first = moments[0]?.tick ?? 0;
    const last = moments.at(-1)?.tick ?? 0;
    this.view.aim(between(this.history, first + (last + aheadTicks - first) * part, 2, aheadTicks));
    return [...this.view].map((row) => {
      const { id, x, y } = row as unknown as Place & { id: number };
      return { id, x, y };
    });
  }

  #add(): void {
    const { ships } = this.#state.view;
    if (ships.size === this.#state.table('ships').maxRows) return;
    const [x, y] = [
      this.#within(this.#random.float() * this.#spread),
      this.#within(this.#random.float() * this.#spread),
    ];
    ships.add({ x, y } as never);
  }

  #within(value: number): number {
    return this.#shape === 'stepped' ? Math.max(0, Math.min(255, Math.round(value))) : value;
  }
}

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);
const byPlace = (a: { id: number }, b: { id: number }) => (a.id & 0xffff) - (b.id & 0xffff);
const awayFrom =
  (x: number, y: number) =>
  (row: Place): number =>
    hypot(row.x - x, row.y - y);

/** How often each question is asked: at first rows are compared one by one, later with a grid. */
const TIMES = 5;

const anyShape = fc.constantFrom<ShapeName>('straight', 'curved', 'jumping', 'stepped');
/** What a world is made of, and not the world itself: a failure prints it. */
const anyWorld = fc.record({
  shape: anyShape,
  seed: fc.integer(),
  rows: fc.oneof(fc.nat(60), fc.integer({ min: 61, max: 250 })),
  spread: fc.constantFrom(0, 20, 200, 2_000),
});
const anyAim = fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), aheadTicks: fc.constantFrom(0, 0, 3) });
const coordinate = fc.oneof(fc.double({ min: -50, max: 300, noNaN: true }), fc.constantFrom(0, 100, -1e9, 1e17));

describe('rows as a player saw them', () => {
  test('are found exactly where they are drawn, between two states and beyond the newest', () => {
    fc.assert(
      fc.property(anyWorld, fc.constantFrom(0, 0.3, 0.7, 0.95, 1), fc.constantFrom(0, 4), (made, part, aheadTicks) => {
        const world = new World(made.shape, made);
        const rows = world.aim(part, aheadTicks);
        for (const { id, x, y } of rows) {
          expect(ids(world.view.inBox(x, y, x, y))).toContain(id);
          expect(ids(world.view.inCircle(x, y, 0))).toContain(id);
          const toIt = { x: x - 3, y: y + 4, dx: 3, dy: -4, length: 6, radius: 0.001 };
          expect(world.view.alongRay(toIt).find(({ row }) => row.id === id)?.distance).toBeCloseTo(5, 2);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('in a circle are those at most its radius away, nearest first, however many there are', () => {
    fc.assert(
      fc.property(
        anyWorld,
        anyAim,
        coordinate,
        coordinate,
        fc.constantFrom(0, 3, 30, 500, 1e18),
        (made, aim, x, y, r) => {
          const world = new World(made.shape, made);
          const away = awayFrom(x, y);
          for (let time = 0; time < TIMES; time++) {
            const rows = world.aim(aim.part, aim.aheadTicks);
            const found = world.view.inCircle(x, y, r) as unknown as (Place & { id: number })[];
            const expected = rows.filter((row) => away(row) <= r).sort((a, b) => away(a) - away(b) || byPlace(a, b));
            expect(ids(found)).toEqual(ids(expected));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('in a box are those in it, edges included, in the order of the table', () => {
    fc.assert(
      fc.property(anyWorld, anyAim, coordinate, coordinate, coordinate, coordinate, (made, aim, x1, y1, x2, y2) => {
        const world = new World(made.shape, made);
        for (let time = 0; time < TIMES; time++) {
          const rows = world.aim(aim.part, aim.aheadTicks);
          const box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)] as const;
          const inside = rows.filter(({ x, y }) => x >= box[0] && y >= box[1] && x <= box[2] && y <= box[3]);
          expect(ids(world.view.inBox(...box))).toEqual(ids(inside));
        }
      }),
      { numRuns: 150 },
    );
  });

  const anyRay = fc.record({
    x: coordinate,
    y: coordinate,
    dx: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1e-300, -1e300, 1e-9)),
    dy: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1e-300, 1e300, 1e-9)),
    length: fc.constantFrom(0, 5, 150, 1e6, Number.MAX_VALUE),
    radius: fc.constantFrom(0, 0.5, 4, 60),
  });

  test('along a ray are the same whether they are compared one by one or found with a grid', () => {
    fc.assert(
      fc.property(anyWorld, anyAim, anyRay, (made, aim, ray) => {
        const world = new World(made.shape, made);
        world.aim(aim.part, aim.aheadTicks);
        const answers = Array.from({ length: TIMES }, () =>
          world.view.alongRay(ray).map(({ row, distance }) => ({ id: row.id, distance })),
        );
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      }),
      { numRuns: 250 },
    );
  });

  test('along a ray are met where it comes within the radius first, nearest first', () => {
    const anyShortRay = fc.record({
      x: fc.double({ min: 0, max: 200, noNaN: true }),
      y: fc.double({ min: 0, max: 200, noNaN: true }),
      angle: fc.double({ min: 0, max: 7, noNaN: true }),
      size: fc.constantFrom(1e-200, 0.5, 30, 1e200),
      length: fc.constantFrom(0, 5, 150),
      radius: fc.constantFrom(0, 0.5, 4, 60),
    });
    fc.assert(
      fc.property(anyWorld, anyAim, anyShortRay, (made, aim, { angle, size, ...ray }) => {
        const world = new World(made.shape, made);
        const [toX, toY] = [Math.cos(angle), Math.sin(angle)];
        const { x, y, length, radius } = ray;
        for (let time = 0; time < TIMES; time++) {
          const rows = world.aim(aim.part, aim.aheadTicks);
          const hits = world.view.alongRay({ ...ray, dx: toX * size, dy: toY * size });
          const found = new Map(hits.map(({ row, distance }) => [row.id, distance]));
          expect(hits.map(({ distance }) => distance)).toEqual([...found.values()].sort((a, b) => a - b));
          for (const row of rows) {
            const awayAt = (at: number) => awayFrom(x + toX * at, y + toY * at)(row);
            // Another way to the same: the point of the ray that is nearest, and from there back by halves.
            const nearest = Math.max(0, Math.min(length, (row.x - x) * toX + (row.y - y) * toY));
            const distance = found.get(row.id);
            if (Math.abs(awayAt(nearest) - radius) < 1e-6) continue;
            expect([row.id, distance !== undefined]).toEqual([row.id, awayAt(nearest) < radius]);
            if (distance === undefined) continue;
            let [outside, inside] = [0, nearest];
            for (let half = 0; half < 60 && awayAt(0) > radius; half++) {
              const middle = (outside + inside) / 2;
              if (awayAt(middle) > radius) outside = middle;
              else inside = middle;
            }
            expect(distance).toBeCloseTo(awayAt(0) <= radius ? 0 : inside, 4);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are found by id, and those of another time are not', () => {
    const world = new World('straight', { rows: 100, seed: 7, states: 6 });
    const first = ids(world.aim(0));
    const last = ids(world.aim(1));
    expect(first).not.toEqual(last);
    expect(world.view.size).toBe(last.length);
    for (const id of first) expect(world.view.get(id)?.id).toBe(last.includes(id) ? id : undefined);
  });

  test('are those of what was remembered last, also where the memory is used again', () => {
    const world = new World('straight', { rows: 120, seed: 8, states: 3 });
    for (let state = 0; state < 20; state++) {
      for (const part of [0.2, 0.5, 0.9, 0.1, 0.6, 0.3, 0.8]) {
        const rows = world.aim(part);
        const away = awayFrom(100, 100);
        expect(ids(world.view.inCircle(100, 100, 40)).sort()).toEqual(
          ids(rows.filter((row) => away(row) <= 40)).sort(),
        );
      }
      world.next();
    }
  });
});

/** Rows at these places, which do not move. */
function standing(...places: readonly Place[]) {
  const state = createState({ ships: table({ x: f64, y: f64 }, { maxRows: 300 }) });
  for (const place of places) state.view.ships.add({ x: place.x, y: place.y });
  state.settleAll();
  const history = new TableHistory(state.table('ships'), 2);
  history.record(1);
  const view = new PastTableView(new TableAt(state.table('ships'), TICK_RATE_HZ, true), { x: 'x', y: 'y' });
  view.aim(between(history, 1, 1, 0));
  return view;
}

describe('edges', () => {
  const at3and4 = { x: 3, y: 4 };

  test('of a circle are part of it, and equally near rows come in the order of the table', () => {
    const view = standing({ x: 5, y: 0 }, at3and4, { x: 0, y: -5 }, { x: 0, y: 5.001 }, { x: 0, y: 0 });
    expect(ids(view.inCircle(0, 0, 5))).toEqual([5, 1, 2, 3]);
    expect(ids(view.inCircle(0, 0, 0))).toEqual([5]);
  });

  test('of a ray: its end, its side and what is around its start are met, what is behind it is not', () => {
    const view = standing({ x: 10, y: 0 }, { x: 5, y: 2 }, { x: -1, y: 0 }, { x: -3, y: 0 }, { x: 10.001, y: 0 });
    const hits = view.alongRay({ x: 0, y: 0, dx: 7, dy: 0, length: 8, radius: 2 });
    expect(hits.map(({ row, distance }) => [row.id, distance])).toEqual([
      [3, 0],
      [2, 5],
      [1, 8],
    ]);
  });

  test('of a ray without a direction, or without a length: it meets what its start is in', () => {
    const view = standing({ x: 0, y: 0 }, at3and4, { x: 3, y: 4.001 });
    const start = { x: 0, y: 0, radius: 5 };
    for (const ray of [
      { ...start, dx: 0, dy: 0, length: 100 },
      { ...start, dx: 1, dy: 1, length: 0 },
    ]) {
      expect(view.alongRay(ray).map(({ row, distance }) => [row.id, distance])).toEqual([
        [1, 0],
        [2, 0],
      ]);
    }
  });

  test('that are the wrong way round hold nothing', () => {
    const view = standing({ x: 0, y: 0 });
    expect(view.inCircle(0, 0, -1)).toEqual([]);
    expect(view.inBox(1, -1, -1, 1)).toEqual([]);
    expect(view.alongRay({ x: 0, y: 0, dx: 1, dy: 0, length: 5, radius: -1 })).toEqual([]);
    expect(view.alongRay({ x: 0, y: 0, dx: 1, dy: 0, length: -5, radius: 1 })).toEqual([]);
  });

  test.each([
    ['as far apart as numbers go', [-1, 1]],
    ['all in one place', [1]],
    ['all on one line', [0.1, 0.2, 0.3]],
  ])('of numbers: rows that are %s are found', (_, parts) => {
    const places = Array.from({ length: 200 }, (__, index) => ({
      x: (parts[index % parts.length] ?? 0) * 1.7e308,
      y: 3,
    }));
    const view = standing(...places);
    for (let time = 0; time < TIMES; time++) {
      for (const [index, { x, y }] of places.entries()) {
        const inBox = ids(view.inBox(x, y, x, y));
        expect(inBox).toContain(index + 1);
        expect(ids(view.inCircle(x, y, 1))).toEqual(inBox);
      }
    }
  });
});

describe('a past that cannot be asked', () => {
  test('says which number is not finite', () => {
    const view = standing({ x: 0, y: 0 });
    const ray = { x: 0, y: 0, dx: 1, dy: 0, length: 1, radius: 1 };
    expect(() => view.inCircle(0, Number.NaN, 1)).toThrow('inCircle needs finite numbers, and its y is NaN');
    expect(() => view.inBox(0, 0, Number.POSITIVE_INFINITY, 0)).toThrow('its maxX is Infinity');
    for (const name of Object.keys(ray)) {
      expect(() => view.alongRay({ ...ray, [name]: Number.NaN })).toThrow(RangeError);
    }
  });

  test('is empty before there was any state', () => {
    const view = standing({ x: 0, y: 0 });
    view.aim(null);
    expect([view.size, [...view], view.get(1)]).toEqual([0, [], undefined]);
    expect(view.inCircle(0, 0, 9)).toEqual([]);
    expect(view.inBox(-9, -9, 9, 9)).toEqual([]);
    expect(view.alongRay({ x: 0, y: 0, dx: 1, dy: 0, length: 9, radius: 9 })).toEqual([]);
  });

  test('refuses a place that is no field of its rows', () => {
    const state = createState({ ships: table({ x: f32 }) });
    const at = new TableAt(state.table('ships'), TICK_RATE_HZ, true);
    expect(() => new PastTableView(at, { x: 'x', y: 'z' })).toThrow('table ships has no field z');
  });
});
