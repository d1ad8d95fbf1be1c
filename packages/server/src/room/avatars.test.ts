import { createState, table, u8 } from '@madang/core';
import { expect, test } from 'vitest';
import { avatarsBySeat } from './avatars.ts';

test('avatars are found for all seats at once, the first of each; those of nobody and of no seat are nobody’s', () => {
  const state = createState({ ships: table({ x: u8 }, { maxRows: 9 }) });
  for (const number of [2, 0, 1, 2, 7]) state.view.ships.add({}, { owner: { number } });
  const rows = avatarsBySeat(state.table('ships'), 3);
  expect(rows.slice(1).map((row) => row?.id)).toEqual([3, 1, undefined]);
});
