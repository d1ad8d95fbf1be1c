import { describe, expect, test } from 'vitest';
import { isGameError } from '../errors.ts';
import { createState } from '../state/state-store.ts';
import { text } from './boxed-field.ts';
import { type AnyField, angle, axis, bool, choice, f32, f64, i8, quantized, u8, u32 } from './field.ts';
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
