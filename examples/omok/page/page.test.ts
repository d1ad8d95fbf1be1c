import { expect, test } from 'vitest';
import { BOARD_SIZE, isOnBoard, POINT_COUNT, pointOf, xOf, yOf } from '../board.ts';
import { winningPoints } from '../five.ts';
import { clockText, minutesText } from './clock-text.ts';
import { DEMO_MOVES } from './demo-round.ts';
import { trimName } from './hud/menu.ts';
import { pointName } from './notation.ts';

test('points are named by letters from the left and numbers from the bottom', () => {
  expect([pointOf(7, 7), pointOf(0, BOARD_SIZE - 1), pointOf(14, 0)].map(pointName)).toEqual(['H8', 'A1', 'O15']);
  expect(new Set(Array.from({ length: POINT_COUNT }, (_, point) => pointName(point))).size).toBe(POINT_COUNT);
});

test('a clock shows every tick at the end, and zero only when time is over', () => {
  expect([300_000, 299_900, 61_000, 59_950, 20_000].map(clockText)).toEqual(['5:00', '5:00', '1:01', '1:00', '0:20']);
  expect([19_900, 9_300, 1_000, 100, 1, 0, -50].map(clockText)).toEqual([
    '19.9',
    '9.3',
    '1.0',
    '0.1',
    '0.1',
    '0.0',
    '0.0',
  ]);
  expect([0, 59, 60, 610].map(minutesText)).toEqual(['0:00', '0:59', '1:00', '10:10']);
});

test('the round behind the menu is a real one: every stone on a free point, and only the last one wins', () => {
  expect(new Set(DEMO_MOVES).size).toBe(DEMO_MOVES.length);
  const won = DEMO_MOVES.map((point, index) => {
    const played = DEMO_MOVES.slice(0, index + 1);
    const stones = { at: (x: number, y: number) => (isOnBoard(x, y) ? played.indexOf(pointOf(x, y)) + 1 : 0) };
    return winningPoints(stones, xOf(point), yOf(point)).length > 0;
  });
  expect(won.indexOf(true)).toBe(DEMO_MOVES.length - 1);
});

test('a name that was typed fits what the server takes and is cut between characters', () => {
  expect(trimName('  two   words ')).toBe('two words');
  expect(trimName(`${'a'.repeat(31)}🇰🇷`)).toBe('a'.repeat(31));
});
