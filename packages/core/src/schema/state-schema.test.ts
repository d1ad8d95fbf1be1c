import { describe, expect, expectTypeOf, test } from 'vitest';
import { text } from './boxed-field.ts';
import { f32, i32, u8, u16, u32 } from './field.ts';
import { grid, record, type SeenRow, table } from './state-schema.ts';

describe('what cannot be told as it was declared is refused, with a sentence that says why', () => {
  test.each([
    ['no rows', () => table({ x: u8 }, { maxRows: 0 }), 'table: maxRows must be a whole number from 1 to 65535'],
    ['more rows than ids', () => table({ x: u8 }, { maxRows: 65_536 }), 'table: maxRows must be'],
    [
      'a team’s field without teams',
      () => table({ plan: u8.visibleTo('team') }),
      'table field plan: a field for the team needs the option `team`',
    ],
    ['a team that is no field', () => table({ x: u8 }, { team: 'side' as never }), 'table field side: the field that'],
    [
      'a team by text',
      () => table({ side: text(8) }, { team: 'side' }),
      'table field side: the field that names a team',
    ],
    ['a team of 32 bits', () => table({ side: u32 }, { team: 'side' }), 'must be u8 or u16 and visible to everyone'],
    [
      'a team that is secret',
      () => table({ side: u8.visibleTo('owner') }, { team: 'side' }),
      'table field side: the field that names a team must be u8 or u16 and visible to everyone',
    ],
    [
      'an owner’s field in a record',
      () => record({ x: u8.visibleTo('owner') }),
      'record field x: a record has no owner and no team that could see it',
    ],
    ['a team’s field in a record', () => record({ x: u8.visibleTo('team') }), 'record field x: a record has no owner'],
    ['an owner’s grid', () => grid({ width: 1, height: 1, of: u8.visibleTo('owner') }), 'grid: a grid has no owner'],
    ['a team’s grid', () => grid({ width: 1, height: 1, of: u8.visibleTo('team') }), 'grid: a grid has no owner'],
    ['a grid of floats', () => grid({ width: 1, height: 1, of: f32 }), 'grid: cells must be u8, u16, u32, i8'],
    ['a grid of no cells', () => grid({ width: 0, height: 1, of: u8 }), 'grid: width and height must be whole numbers'],
    ['a grid of too many', () => grid({ width: 1025, height: 1024, of: u8 }), 'with at most 1048576 cells'],
    ['a table that is never sent', () => table({ x: u8 }, { sendEvery: 0 }), 'table: sendEvery must be a whole number'],
    ['a record sent half', () => record({ x: u8 }, { sendEvery: 1.5 }), 'record: sendEvery must be a whole number'],
    [
      'a grid that is hardly ever sent',
      () => grid({ width: 1, height: 1, of: u8, sendEvery: 1025 }),
      'grid: sendEvery must be a whole number from 1 to 1024',
    ],
  ])('%s', (_, declare, sentence) => {
    expect(declare).toThrow(
      expect.objectContaining({ code: 'BAD_SCHEMA', message: expect.stringContaining(sentence) }),
    );
  });
});

test('what is not said has a default', () => {
  expect(table({ x: u8 })).toMatchObject({ maxRows: 256, team: null, sendEvery: 1 });
  expect(table({ x: u8, side: u16 }, { team: 'side', sendEvery: 4 })).toMatchObject({ team: 'side', sendEvery: 4 });
  expect(record({ x: u8 })).toMatchObject({ sendEvery: 1 });
  expect(record({ x: u8 }, { sendEvery: 1024 })).toMatchObject({ sendEvery: 1024 });
  expect(grid({ width: 1024, height: 1024, of: i32 })).toMatchObject({ sendEvery: 1 });
});

test('a client’s view of a row has no hidden fields, and may lack those of an owner or a team', () => {
  const cards = table(
    { open: u8, hand: u8.visibleTo('owner'), plan: text(8).visibleTo('team'), seed: u8.visibleTo('nobody'), side: u8 },
    { team: 'side' },
  );
  expectTypeOf<SeenRow<(typeof cards)['fields']>>().toEqualTypeOf<{
    readonly id: number;
    readonly owner: number;
    readonly open: number;
    readonly side: number;
    readonly hand: number | undefined;
    readonly plan: string | undefined;
  }>();
  expect(cards.fields.plan.visibility).toBe('team');
});
