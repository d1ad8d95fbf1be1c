import { describe, expect, test } from 'vitest';
import { text } from './boxed-field.ts';
import { angle, f32, quantized, u16 } from './field.ts';
import { defineGame } from './game.ts';
import { grid, record, table } from './state-schema.ts';

const base = {
  name: 'arena',
  tickRateHz: 30,
  seats: 4,
  state: {
    ships: table({ x: f32, y: quantized({ min: 0, max: 9, step: 1 }), heading: angle({ bits: 8 }), name: text(8) }),
    shots: table({ x: u16, y: f32.visibleTo('nobody') }),
    round: record({ x: f32, y: f32 }),
    tiles: grid({ width: 2, height: 2, of: u16 }),
  },
  input: { dx: f32 },
};
const control = () => {};

describe('what is said about time', () => {
  test('is: play your own avatar ahead, show a quarter of a second of the past', () => {
    const game = defineGame({ ...base, avatars: 'ships', control });
    expect([game.predict, game.rewindMs, game.rewind]).toEqual(['self', 250, undefined]);
  });

  test('is that nothing is played ahead in a game that moves no avatar by input', () => {
    expect(defineGame(base).predict).toBe('none');
    expect(defineGame({ ...base, predict: 'none' }).predict).toBe('none');
    expect(defineGame({ ...base, avatars: 'ships', control, predict: 'none' }).predict).toBe('none');
    expect(defineGame({ ...base, avatars: 'ships', control, predict: 'world' }).predict).toBe('world');
  });

  test('may be which tables are remembered, by whichever numbers say where their rows are', () => {
    const rewind = { ships: { x: 'x', y: 'y' }, shots: { x: 'y', y: 'x' } } as const;
    const game = defineGame({ ...base, rewind, rewindMs: 1_000, advance: { shots: () => {} } });
    expect([game.rewind, game.rewindMs]).toEqual([rewind, 1_000]);
    // @ts-expect-error there is no such field
    expect(() => defineGame({ ...base, rewind: { ships: { x: 'x', y: 'z' } } })).toThrow();
  });

  test('is no part of the wire: who understands the one understands the other', () => {
    const { fingerprint } = defineGame({ ...base, avatars: 'ships', control });
    const other = defineGame({
      ...base,
      avatars: 'ships',
      control,
      predict: 'none',
      rewind: { ships: { x: 'x', y: 'y' } },
      rewindMs: 100,
    });
    expect(other.fingerprint).toBe(fingerprint);
  });

  test.each<[string, object, string]>([
    ['a way to predict that there is not', { predict: 'all' }, 'predict'],
    ['to predict what nothing controls', { predict: 'self' }, 'predict'],
    ['to predict a world that nothing controls', { predict: 'world' }, 'predict'],
    [
      'to remember what clients play ahead as a whole',
      { predict: 'world', avatars: 'ships', control, rewind: { ships: { x: 'x', y: 'y' } } },
      'rewind',
    ],
    ['to rewind by nothing', { rewindMs: 0 }, 'rewindMs'],
    ['to rewind by less than nothing', { rewindMs: -1 }, 'rewindMs'],
    ['to rewind by no number', { rewindMs: Number.NaN }, 'rewindMs'],
    ['to rewind by more than a second', { rewindMs: 1_001 }, 'rewindMs'],
    ['to remember what is not there', { rewind: { planes: { x: 'x', y: 'y' } } }, 'rewind planes'],
    ['to remember a record', { rewind: { round: { x: 'x', y: 'y' } } }, 'rewind round'],
    ['to remember a grid', { rewind: { tiles: { x: 'x', y: 'y' } } }, 'rewind tiles'],
    ['to remember rows without a place', { rewind: { ships: {} } }, 'rewind ships'],
    ['to remember rows by a field that is not there', { rewind: { ships: { x: 'x', y: 'z' } } }, 'rewind ships'],
    ['to remember rows by a name of every object', { rewind: { ships: { x: 'x', y: 'constructor' } } }, 'rewind ships'],
    ['to remember rows by a direction', { rewind: { ships: { x: 'heading', y: 'y' } } }, 'rewind ships'],
    ['to remember rows by a text', { rewind: { ships: { x: 'x', y: 'name' } } }, 'rewind ships'],
    ['that what is not there goes on by itself', { advance: { planes: () => {} } }, 'advance planes'],
    ['that a record goes on by itself', { advance: { round: () => {} } }, 'advance round'],
    ['that rows go on without a rule', { advance: { shots: undefined } }, 'advance shots'],
  ])('is refused as soon as the game is declared: %s', (_, said, where) => {
    expect(() => defineGame({ ...base, ...said } as never)).toThrow(
      expect.objectContaining({ code: 'BAD_SCHEMA', details: expect.objectContaining({ where }) }),
    );
  });
});
