import { describe, expect, test } from 'vitest';
import { isGameError } from '../errors.ts';
import { createState } from '../state/state-store.ts';
import { text } from './boxed-field.ts';
import {
  type AnyField,
  angle,
  axis,
  bool,
  choice,
  type Drawing,
  f32,
  f64,
  i8,
  quantized,
  rowId,
  u8,
  u32,
} from './field.ts';
import { defineGame } from './game.ts';
import { table } from './state-schema.ts';

/** What a row reads after a rule wrote `value`; 'refused' where it threw BAD_WRITE. */
function written(type: AnyField, value: unknown, badWrites: 'throw' | 'clamp' = 'throw'): unknown {
  const state = createState({ rows: table({ field: type }) }, { badWrites });
  const row = state.view.rows.add({});
  try {
    row.field = value;
  } catch (error) {
    return isGameError(error, 'BAD_WRITE') ? 'refused' : error;
  }
  return row.field;
}

describe('what a rule writes is what everybody reads', () => {
  test.each<[string, AnyField, unknown, unknown]>([
    ['u8', u8, 255, 255],
    ['u32', u32, 4_294_967_295, 4_294_967_295],
    ['i8', i8, -128, -128],
    ['-0 as 0', f64, -0, 0],
    ['f32, rounded to it', f32, 0.1, Math.fround(0.1)],
    ['quantized, to the nearest step', quantized({ min: 0, max: 10, step: 0.25 }), 3.1, 3],
    ['quantized, at the top', quantized({ min: -5, max: 5, step: 0.5 }), 5, 5],
    ['axis', axis, -1, -1],
    ['angle, once round', angle({ bits: 8 }), 2 * Math.PI, 0],
    ['angle, backwards', angle({ bits: 2 }), -Math.PI / 2, 1.5 * Math.PI],
    ['choice', choice('a', 'b'), 'b', 'b'],
    ['text', text(6), '마당', '마당'],
    ['bool', bool, true, true],
  ])('%s', (_, type, value, expected) => {
    expect(written(type, value)).toBe(expected);
  });
});

describe('what a field type does not accept is an error in development, never silence', () => {
  test.each<[string, AnyField, unknown]>([
    ['NaN', f64, Number.NaN],
    ['Infinity', f32, Number.POSITIVE_INFINITY],
    ['past the largest f32', f32, 1e39],
    ['out of range', u8, 256],
    ['negative where unsigned', u32, -1],
    ['half a point', u8, 1.5],
    ['text for a number', u8, '1'],
    ['a boxed number', u8, Object(1)],
    ['a BigInt', u8, 1n],
    ['a list', u8, [1]],
    ['null', f64, null],
    ['out of range, quantized', quantized({ min: 0, max: 1, step: 0.5 }), 1.5],
    ['a number for a truth', bool, 1],
    ['a word not on the list', choice('a', 'b'), 'c'],
    ['a name of every object', choice('a', 'b'), 'toString'],
    ['too many bytes', text(5), '마당'],
    ['half a surrogate pair', text(5), '\ud800'],
    ['an angle that is no number', angle({ bits: 8 }), Number.NaN],
  ])('%s', (_, type, value) => {
    expect(written(type, value)).toBe('refused');
  });
});

test('in production the nearest value is kept, the old one where none is near, and each is reported', () => {
  expect(written(u8, 300, 'clamp')).toBe(255);
  expect(written(u8, Number.NaN, 'clamp')).toBe(0);
  expect(written(u32, 5e9, 'clamp')).toBe(4_294_967_295);
  expect(written(f32, Number.NEGATIVE_INFINITY, 'clamp')).toBe(-3.4028234663852886e38);
  expect(written(quantized({ min: 0, max: 1, step: 0.5 }), 9, 'clamp')).toBe(1);
  expect(written(text(5), '마당', 'clamp')).toBe('마');
  expect(written(choice('a', 'b'), 'c', 'clamp')).toBe('a');

  const reported: string[] = [];
  const state = createState(
    { rows: table({ hp: u8 }) },
    { badWrites: 'clamp', onClamp: ({ details }) => reported.push(`${details.table}.${details.field}`) },
  );
  state.view.rows.add({ hp: -1 });
  expect(reported).toEqual(['rows.hp']);
});

test('a field type that cannot work is refused when it is made', () => {
  for (const make of [
    () => quantized({ min: 0, max: 1, step: 0.3 }),
    () => quantized({ min: 1, max: 1, step: 1 }),
    () => quantized({ min: 0, max: 1, step: 1e7 }),
    () => quantized({ min: 0, max: Number.POSITIVE_INFINITY, step: 1 }),
    () => angle({ bits: 0 }),
    () => text(0),
    () => choice('a', 'a'),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'BAD_SCHEMA' }));
  }
});

describe('between two states a field is drawn', () => {
  test.each<[string, AnyField, Drawing['mode']]>([
    ['quantized: straight', quantized({ min: 0, max: 1, step: 0.5 }), 'linear'],
    ['floats: straight', f32, 'linear'],
    ['angles: straight, round the circle', angle({ bits: 8 }), 'linear'],
    ['whole numbers: in steps', u8, 'step'],
    ['whole numbers that are told to: straight', u32.drawn('linear'), 'linear'],
    ['words: in steps', choice('a', 'b'), 'step'],
    ['truths: in steps', bool, 'step'],
    ['texts: in steps', text(5), 'step'],
    ['ids of rows: in steps', rowId, 'step'],
    ['what is told to: in steps', f64.drawn('step'), 'step'],
    ['with a velocity: as a curve', f64.drawn({ velocity: 'vx' }), 'hermite'],
    ['with a largest change only: straight', i8.drawn({ jumpAbove: 3 }), 'linear'],
  ])('%s', (_, type, mode) => {
    expect(type.drawing.mode).toBe(mode);
  });

  test('in any number of ways, the last of which counts, whoever may see it and in whatever order that is said', () => {
    const how = { velocity: 'vx', jumpAbove: 9 };
    const drawing = { mode: 'hermite', velocity: 'vx', jumpAbove: 9 };
    const types = [f32.drawn(how).visibleTo('owner'), f32.visibleTo('owner').drawn(how), f32.visibleTo('owner')];
    expect(types.map((type) => type.visibility)).toEqual(['owner', 'owner', 'owner']);
    expect(types[0]?.drawing).toEqual(drawing);
    expect(types[1]?.drawing).toEqual(drawing);
    expect(f32.drawn(how).drawn('linear').drawing).toEqual(f32.drawing);
    expect(f32.drawing).toEqual({ mode: 'linear', velocity: '', jumpAbove: Number.POSITIVE_INFINITY });
  });

  test('without a change to the wire: its signature is what it was', () => {
    const before = game(f32);
    for (const type of [f32.drawn('step'), f32.drawn({ jumpAbove: 1 }), f32.drawn({ velocity: 'v' })]) {
      expect(type.signature).toBe(f32.signature);
      expect(type.spec).toEqual(f32.spec);
      expect(game(type)).toBe(before);
    }
  });

  test.each<[string, () => unknown]>([
    ['straight where it has nothing in between', () => bool.drawn('linear')],
    ['straight where it is a word', () => choice('a', 'b').drawn({ jumpAbove: 1 })],
    ['straight where it is a text', () => text(5).drawn('linear')],
    ['straight where it is an id', () => rowId.drawn('linear')],
    ['as a jump of nothing', () => f32.drawn({ jumpAbove: 0 })],
    ['as a jump of less than nothing', () => f32.drawn({ jumpAbove: -1 })],
    ['as a jump of no number', () => f32.drawn({ jumpAbove: Number.NaN })],
    ['by a velocity that is not there', () => table({ x: f32.drawn({ velocity: 'vx' }) })],
    ['by a velocity that is no number', () => table({ x: f32.drawn({ velocity: 'vx' }), vx: bool })],
    ['by a direction', () => table({ x: f32.drawn({ velocity: 'vx' }), vx: angle({ bits: 8 }) })],
  ])('never %s: that is refused when it is declared', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'BAD_SCHEMA' }));
  });

  test('in steps is a choice that every type has', () => {
    for (const type of [bool, text(5), rowId, choice('a', 'b')]) expect(type.drawn('step').drawing.mode).toBe('step');
  });
});

/** What a game with one such field is known by on the wire. */
function game(type: AnyField): number {
  return defineGame({
    name: 'drawn',
    tickRateHz: 30,
    seats: 2,
    state: { rows: table({ field: type, v: f32 }) },
    input: {},
  }).fingerprint;
}
