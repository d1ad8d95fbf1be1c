import { describe, expect, expectTypeOf, test } from 'vitest';
import { text } from './boxed-field.ts';
import { angle, f32, f64, i16, quantized, u8 } from './field.ts';
import { defineGame } from './game.ts';
import { all, byTeam, custom, near } from './interest.ts';
import { grid, record, table } from './state-schema.ts';

describe('near', () => {
  test('lets rows go a fifth further than its radius, unless told otherwise', () => {
    expect(near({ x: 'x', y: 'y', radius: 100 })).toEqual({ kind: 'near', x: 'x', y: 'y', radius: 100, leave: 120 });
    expect(near({ x: 'a', y: 'b', radius: 1, leave: 9 })).toEqual({
      kind: 'near',
      x: 'a',
      y: 'b',
      radius: 1,
      leave: 9,
    });
  });

  test.each([
    ['no radius', { radius: 0 }],
    ['a negative radius', { radius: -5 }],
    ['a radius that is no number', { radius: Number.NaN }],
    ['an endless radius', { radius: Number.POSITIVE_INFINITY }],
    ['an edge that rows would flicker on', { radius: 5, leave: 5 }],
    ['a smaller circle to leave than to enter', { radius: 5, leave: 4 }],
    ['an endless circle to leave', { radius: 5, leave: Number.POSITIVE_INFINITY }],
    ['a circle to leave that is no number', { radius: 5, leave: Number.NaN }],
  ])('is refused: %s', (_, change) => {
    expect(() => near({ x: 'x', y: 'y', ...change })).toThrow(
      expect.objectContaining({
        code: 'BAD_SCHEMA',
        message: expect.stringContaining('leave a finite number greater'),
      }),
    );
  });
});

/** A game of ships that fly among rocks, with whatever is to be said about interest. */
const withInterest = (change: object) =>
  defineGame({
    name: 'space',
    tickRateHz: 20,
    seats: 4,
    avatars: 'ships',
    state: {
      ships: table({ x: f32, y: f32, name: text(8), turn: angle({ bits: 8 }), side: u8 }, { team: 'side' }),
      rocks: table({ x: f64, y: quantized({ min: 0, max: 100, step: 0.5 }), secret: i16.visibleTo('nobody') }),
      round: record({ number: u8 }),
      tiles: grid({ width: 2, height: 2, of: u8 }),
    },
    input: {},
    ...change,
  } as never);

describe('a game’s interests', () => {
  const position = { x: 'x', y: 'y', radius: 10 };

  test('may be any of them, table by table', () => {
    const rocks = table({ x: i16, y: u8, size: u8 });
    const game = defineGame({
      name: 'space',
      tickRateHz: 20,
      seats: 4,
      avatars: 'ships',
      state: {
        ships: table({ x: f32, y: f32, side: u8 }, { team: 'side' }),
        rocks,
      },
      input: {},
      interest: {
        ships: byTeam,
        rocks: (rock, viewer) => {
          expectTypeOf(rock.size).toEqualTypeOf<number>();
          expectTypeOf(viewer).toEqualTypeOf<{ readonly seat: number; readonly team: number }>();
          return rock.size > 3;
        },
      },
    });
    expect(game.interest?.ships).toBe(byTeam);
    const bright = custom<typeof rocks.fields>((rock) => rock.size > 3);
    for (const one of [near(position), all, byTeam, bright])
      expect(() => withInterest({ interest: { ships: one } })).not.toThrow();
    expect(() => withInterest({ interest: { rocks: near(position) } })).not.toThrow();
  });

  test('are checked by the compiler where it can', () => {
    const base = { name: 'space', tickRateHz: 20, seats: 4, input: {}, avatars: 'ships' } as const;
    const state = { ships: table({ x: f32, y: f32 }), round: record({ x: u8 }) };
    // @ts-expect-error there is no field z
    expect(() => defineGame({ ...base, state, interest: { ships: near({ x: 'x', y: 'z', radius: 1 }) } })).toThrow();
    // @ts-expect-error a record is seen by all
    expect(() => defineGame({ ...base, state, interest: { round: all } })).toThrow();
  });

  test.each([
    ['of a table that there is not', { stars: all }, 'interest stars: there is no table of that name'],
    ['of a record', { round: all }, 'interest round: there is no table of that name'],
    ['of a grid', { tiles: all }, 'interest tiles: there is no table of that name'],
    ['by team of a table without teams', { rocks: byTeam }, 'interest rocks: the table must name its team field'],
    [
      'near by a field that there is not',
      { ships: near({ ...position, y: 'z' }) },
      'interest ships: z must be a number',
    ],
    ['near by a text', { ships: near({ ...position, x: 'name' }) }, 'interest ships: name must be a number'],
    ['near by a direction', { ships: near({ ...position, x: 'turn' }) }, 'interest ships: turn must be a number'],
    [
      'near by a secret',
      { rocks: near({ ...position, x: 'secret' }) },
      'secret must be a number that everyone may see',
    ],
    ['near by a field that avatars lack', { rocks: near({ ...position, x: 'size' }) }, 'size must be a number'],
  ])('are refused: %s', (_, interest, sentence) => {
    expect(() => withInterest({ interest })).toThrow(
      expect.objectContaining({ code: 'BAD_SCHEMA', message: expect.stringContaining(sentence) }),
    );
  });

  test('near needs avatars, from which to look', () => {
    expect(() => withInterest({ interest: { rocks: near(position) }, avatars: undefined })).toThrow(
      /x must be a number that everyone may see, in this table and in that of the avatars/,
    );
  });
});
