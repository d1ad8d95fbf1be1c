import { expect, test } from 'vitest';
import { countsOf, ratesOf } from './traffic.ts';

const room = (bytes: number, x: number, y: number) => ({
  roomId: 'a',
  game: 'arena',
  tables: [
    { table: 'round', bytes: 10, rows: 1, fields: [] },
    {
      table: 'ships',
      bytes,
      rows: 7,
      fields: [
        { field: 'x', bytes: x },
        { field: 'y', bytes: y },
        { field: 'wins', bytes: 0 },
      ],
    },
  ],
  tickMs: { mean: 0.5, max: 2 },
});

test('costs per second are what was added between two answers, dearest first, without what costs nothing', () => {
  const before = countsOf([room(1000, 300, 400)], 'a');
  const now = countsOf([room(3000, 900, 1600)], 'a');
  if (before === null || now === null) throw new Error('the answers are good');
  expect(ratesOf(before, now, 2)).toEqual([
    {
      name: 'ships',
      bytesPerSecond: 1000,
      fields: [
        { name: 'y', bytesPerSecond: 600 },
        { name: 'x', bytesPerSecond: 300 },
      ],
    },
  ]);
  expect(now.tickMs).toEqual({ mean: 0.5, max: 2 });
});

test('a room that began anew costs nothing for a moment, and never less than nothing', () => {
  const before = countsOf([room(3000, 900, 1600)], 'a');
  const now = countsOf([room(100, 40, 50)], 'a');
  if (before === null || now === null) throw new Error('the answers are good');
  expect(ratesOf(before, now, 1)).toEqual([]);
});

test('another room, a server that does not tell, and nonsense are no answer', () => {
  expect(countsOf([room(1, 1, 1)], 'b')).toBeNull();
  for (const nonsense of [null, 3, 'text', {}, [null], [{ roomId: 7 }]]) expect(countsOf(nonsense, 'a')).toBeNull();
  expect(countsOf([{ roomId: 'a', tables: [{ table: 4 }, null], tickMs: 'fast' }], 'a')).toEqual({
    tables: [],
    tickMs: null,
  });
});
