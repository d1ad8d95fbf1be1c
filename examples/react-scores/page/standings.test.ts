import { expect, test } from 'vitest';
import { standingsOf } from './standings.ts';

const player = (id: number, score: number) => ({ id, name: `p${id}`, colour: id, score, wins: 0, bot: false });

test('the largest ground is first, and equals share a rank in the order they came', () => {
  const standings = standingsOf([player(1, 4), player(2, 9), player(3, 4), player(4, 1)]);
  expect(standings.map(({ id, rank }) => [id, rank])).toEqual([
    [2, 1],
    [1, 2],
    [3, 2],
    [4, 4],
  ]);
});
