import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { text } from '../schema/boxed-field.ts';
import { type AnyField, angle, bool, choice, f32, f64, i16, i32, quantized, u8, u32 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { createState } from '../state/state-store.ts';
import type { Between } from './between.ts';
import { DrawnColumn } from './drawn-column.ts';
import { driftOf, reachOf } from './place-grid.ts';
import { TableAt } from './table-at.ts';
import { TableHistory } from './table-history.ts';

const TICK_RATE_HZ = 10;
/** Between the two states. */
const TICKS = 5;
const SECONDS = TICKS / TICK_RATE_HZ;
const TURN = 2 * Math.PI;

interface Values {
  readonly field: unknown;
  readonly speed?: number;
}

/** How a field goes from one state to the next: its value at parts of the way, and what is known of its column. */
function drawn(type: AnyField, from: Values, to: Values) {
  const state = createState({ rows: table({ field: type, speed: f64 }) });
  const rows = state.table('rows');
  const history = new TableHistory(rows, 2);
  const row = state.view.rows.add({});
  for (const [index, values] of [from, to].entries()) {
    Object.assign(row, values);
    history.record(index * TICKS, 'data');
  }
  const [a, b] = history.moments;
  if (a === undefined || b === undefined) throw new Error('there are two states');
  const view = new TableAt(rows, TICK_RATE_HZ, true);
  const column = new DrawnColumn(rows, rows.columns[0] ?? expect.fail());
  const between = (part: number): Between => ({ from: a, to: b, part, ticks: TICKS });
  return {
    at: (part: number) => {
      view.aim(between(part));
      return Reflect.get(view.get(row.id) ?? {}, 'field') as unknown;
    },
    numberAt: (part: number) => column.numberAt(between(part), 1, true, true, SECONDS),
    reach: reachOf(column, between(0), 1, SECONDS),
    drift: driftOf(column, between(0), 1, SECONDS),
    column,
  };
}

const anyPart = fc.double({ min: 0, max: 1, noNaN: true });
const anyNumber = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0);

describe('a number', () => {
  test.each<[string, AnyField, number, number, number]>([
    ['quantized', quantized({ min: -10, max: 10, step: 0.5 }), -4, 6, 1],
    ['f32', f32, 1, 2, 1.5],
    ['f64', f64, -1e300, 1e300, 0],
    ['a whole number that is drawn straight', u8.drawn('linear'), 0, 255, 127.5],
    ['with a sign', i16.drawn('linear'), -300, 100, -100],
    ['of 32 bits', u32.drawn('linear'), 0xfffffff0, 0xfffffff2, 0xfffffff1],
    ['of 32 bits with a sign', i32.drawn('linear'), -0x80000000, 0x7fffffff, -0.5],
  ])('goes in a straight line: %s', (_, type, from, to, middle) => {
    const { at } = drawn(type, { field: from }, { field: to });
    expect([at(0), at(0.5), at(1)]).toEqual([from, middle, to]);
    if (Math.abs(from) < 1e9) expect(at(1.5)).toBeCloseTo(2 * to - middle, 6);
  });

  test('is each state’s own at the states, to the bit, and between them in between', () => {
    const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    fc.assert(
      fc.property(anyDouble, anyDouble, anyPart, (from, to, part) => {
        const { at } = drawn(f64, { field: from }, { field: to });
        expect([at(0), at(1)]).toEqual([from, to]);
        expect(at(part)).toBeGreaterThanOrEqual(Math.min(from, to));
        expect(at(part)).toBeLessThanOrEqual(Math.max(from, to));
      }),
    );
  });

  test('that goes further than numbers go jumps', () => {
    const { at } = drawn(f64, { field: -1.7e308 }, { field: 1.7e308 });
    expect([at(0.3), at(0.9), at(1), at(1.5)]).toEqual([-1.7e308, -1.7e308, 1.7e308, 1.7e308]);
  });

  test('that does not change is drawn as that very number at every moment', () => {
    fc.assert(
      fc.property(anyNumber, fc.double({ min: 0, max: 3, noNaN: true }), (value, part) => {
        expect(drawn(f64, { field: value }, { field: value }).at(part)).toBe(value);
      }),
    );
  });

  test('that changes more than its largest change jumps, and one that changes as much does not', () => {
    const type = f64.drawn({ jumpAbove: 5 });
    const jump = drawn(type, { field: 1 }, { field: -4.001 });
    expect([jump.at(0), jump.at(0.99), jump.at(1), jump.at(1.5)]).toEqual([1, 1, -4.001, -4.001]);
    expect(drawn(type, { field: 1 }, { field: -4 }).at(0.5)).toBe(-1.5);
    expect(jump.column.jumpAbove).toBe(5);
  });
});

describe('a value with nothing in between', () => {
  test.each<[string, AnyField, unknown, unknown]>([
    ['a whole number', u8, 1, 9],
    ['a large whole number', u32, 0xffffffff, 1],
    ['a number that is drawn in steps', f64.drawn('step'), 1.5, 9],
    ['an angle that is drawn in steps', angle({ bits: 2 }).drawn('step'), 0, Math.PI],
    ['a word', choice('a', 'b'), 'a', 'b'],
    ['a truth', bool, false, true],
    ['a text', text(8), 'before', 'after'],
  ])('stays what it was until the next state: %s', (_, type, from, to) => {
    const { at, column } = drawn(type, { field: from }, { field: to });
    expect([at(0), at(0.999), at(1), at(1.5)]).toEqual([from, from, to, to]);
    expect([column.isContinuous, column.step, column.difference(1, 2)]).toEqual([false, 0, null]);
  });
});

describe('an angle', () => {
  const type = angle({ bits: 16 });
  const degrees = (value: unknown) => Math.round((Number(value) / TURN) * 36_000) / 100;
  const radians = (value: number) => (value / 360) * TURN;

  test.each([
    [350, 20, [350, 5, 20, 35]],
    [20, 350, [20, 5, 350, 335]],
    [90, 180, [90, 135, 180, 225]],
    [300, 90, [300, 15, 90, 165]],
  ])('goes the shorter way from %i° to %i°', (from, to, way) => {
    const { at } = drawn(type, { field: radians(from) }, { field: radians(to) });
    expect([at(0), at(0.5), at(1), at(1.5)].map(degrees)).toEqual(way);
  });

  test('is always 0 up to, not including, 2 pi, and never further from its ends than half a turn', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), fc.double({ min: 0, max: 3, noNaN: true }), (from, to, part) => {
        const { at, column } = drawn(type, { field: (from / 65536) * TURN }, { field: (to / 65536) * TURN });
        const value = Number(at(part));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(TURN);
        const ways = [at(0), at(1)].map((end) => Math.abs(column.difference(Number(end), value) ?? 99));
        if (part <= 1) expect(Math.max(...ways)).toBeLessThanOrEqual(Math.PI + 1e-9);
      }),
    );
  });

  test('turns as it is told to by the speed of its turning', () => {
    const curved = type.drawn({ velocity: 'speed' });
    const speed = radians(20) / SECONDS;
    const { at } = drawn(curved, { field: radians(350), speed }, { field: radians(10), speed });
    expect([at(0), at(0.5), at(1), at(1.5)].map(degrees)).toEqual([350, 0, 10, 20]);
  });
});

describe('a number with a velocity', () => {
  const type = f64.drawn({ velocity: 'speed' });
  const anySmall = fc.double({ min: -100, max: 100, noNaN: true }).map((value) => value + 0);

  test('meets both values and both velocities', () => {
    fc.assert(
      fc.property(anySmall, anySmall, anySmall, anySmall, (a, b, speedA, speedB) => {
        const { at, numberAt } = drawn(type, { field: a, speed: speedA }, { field: b, speed: speedB });
        expect([at(0), at(1)]).toEqual([a, b]);
        const h = 1e-6;
        expect((numberAt(h) - a) / (h * SECONDS)).toBeCloseTo(speedA, 1);
        expect((b - numberAt(1 - h)) / (h * SECONDS)).toBeCloseTo(speedB, 1);
        // Beyond the newest state it goes on as fast as it was there.
        expect(at(2)).toBeCloseTo(b + speedB * SECONDS, 9);
      }),
    );
  });

  test('that moves evenly goes straight', () => {
    fc.assert(
      fc.property(anySmall, anySmall, anyPart, (a, speed, part) => {
        const { numberAt } = drawn(type, { field: a, speed }, { field: a + speed * SECONDS, speed });
        expect(numberAt(part)).toBeCloseTo(a + speed * SECONDS * part, 9);
      }),
    );
  });

  test('jumps as others do', () => {
    const jumping = f64.drawn({ velocity: 'speed', jumpAbove: 1 });
    const { at } = drawn(jumping, { field: 0, speed: 10 }, { field: 50, speed: 10 });
    expect([at(0.5), at(1), at(1.5)]).toEqual([0, 50, 50]);
  });

  test('may be the velocity of its own velocity', () => {
    const rows = createState({
      rows: table({
        x: f64.drawn({ velocity: 'y' }),
        y: f64.drawn({ velocity: 'x' }),
        z: f64.drawn({ velocity: 'z' }),
      }),
    }).table('rows');
    expect(new TableAt(rows, TICK_RATE_HZ, true).columns.map(({ name }) => name)).toEqual(['x', 'y', 'z', 'owner']);
  });

  test('may have a velocity of another kind', () => {
    const state = createState({
      rows: table({ x: f32.drawn({ velocity: 'speed' }), speed: quantized({ min: -8, max: 8, step: 0.5 }) }),
    });
    const rows = state.table('rows');
    const history = new TableHistory(rows, 2);
    const row = state.view.rows.add({ x: 0, speed: 4 });
    history.record(0, 'data');
    row.x = 2;
    history.record(TICKS, 'data');
    const view = new TableAt(rows, TICK_RATE_HZ, true);
    const [from, to] = history.moments;
    if (from === undefined || to === undefined) throw new Error('there are two states');
    view.aim({ from, to, part: 1.5, ticks: TICKS });
    expect(Reflect.get(view.get(row.id) ?? {}, 'x')).toBe(3);
  });
});

test('no value is drawn further from the older state than its reach, and its drift beyond the newer one', () => {
  const anyType = fc.constantFrom(
    f64,
    f64.drawn('step'),
    f64.drawn({ jumpAbove: 50 }),
    f64.drawn({ velocity: 'speed' }),
    f64.drawn({ velocity: 'speed', jumpAbove: 50 }),
  );
  const anySmall = fc.double({ min: -100, max: 100, noNaN: true }).map((value) => value + 0);
  const anyValues = fc.record({ field: anySmall, speed: anySmall });
  fc.assert(
    fc.property(anyType, anyValues, anyValues, fc.double({ min: 0, max: 3, noNaN: true }), (type, from, to, part) => {
      const { numberAt, reach, drift } = drawn(type, from, to);
      const away = Math.abs(numberAt(part) - from.field);
      expect(away).toBeLessThanOrEqual((reach + drift * Math.max(0, part - 1)) * (1 + 1e-12) + 1e-12);
    }),
    { numRuns: 500 },
  );
});
