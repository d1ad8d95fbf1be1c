import { expect, test } from 'vitest';
import { bytesText, columns, counted, timeText } from './columns.ts';

test('columns are as wide as they need to be, and nothing follows the last', () => {
  expect(
    columns([
      ['a', 'tick 5'],
      ['long', ''],
      ['b', 'x', '!'],
    ]),
  ).toBe('a     tick 5\nlong\nb     x       !\n');
  expect(columns([])).toBe('');
});

test('numbers of bytes, moments and counts can be read at a glance', () => {
  expect([0, 999, 1_000, 12_345_678, 5e15].map(bytesText)).toEqual(['0 B', '999 B', '1.0 kB', '12.3 MB', '5000.0 TB']);
  expect(timeText(Date.UTC(2026, 2, 1, 12, 0, 5, 250))).toBe('2026-03-01 12:00:05Z');
  expect([counted(1, 'room'), counted(0, 'room')]).toEqual(['1 room', '0 rooms']);
});
