import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockText } from './clock.ts';
import { trimName } from './menu.ts';
import { standingsOf, visibleStandings } from './scores.ts';

const stone = (id: number, score: number) => ({
  id,
  score,
  name: `p${id}`,
  colour: id,
  x: 0,
  y: 0,
  wins: 0,
  bot: false,
});

test('the board has the largest ground first, equals share a rank, and the next rank is skipped', () => {
  const board = standingsOf([stone(1, 5), stone(2, 9), stone(3, 5), stone(4, 1)]);
  expect(board.map(({ id, rank }) => [id, rank])).toEqual([
    [2, 1],
    [1, 2],
    [3, 2],
    [4, 4],
  ]);
});

test('you are always on the board, in its last place if you are not among the leaders', () => {
  const board = standingsOf([1, 2, 3, 4, 5, 6].map((id) => stone(id, 10 - id)));
  const shown = (me: number) => visibleStandings(board, me, 3).map(({ id }) => id);
  expect([shown(2), shown(6), shown(99)]).toEqual([
    [1, 2, 3],
    [1, 2, 6],
    [1, 2, 3],
  ]);
});

test('the clock rounds up, so that 0:00 means over', () => {
  expect([120_000, 119_001, 59_999, 1, 0, -5].map(clockText)).toEqual(['2:00', '2:00', '1:00', '0:01', '0:00', '0:00']);
});

test('a name that was typed fits what the server takes and is cut between characters', () => {
  expect(trimName('  two   words ')).toBe('two words');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (typed) => {
      const name = trimName(typed);
      expect([...name].length).toBeLessThanOrEqual(32);
      if (typed.isWellFormed()) expect(name.isWellFormed()).toBe(true);
      expect(trimName(name)).toBe(name);
    }),
  );
});
