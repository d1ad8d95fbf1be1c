import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rangeOf } from './chart.ts';
import { colourOf, NOBODYS } from './colours.ts';
import { textOf } from './values.ts';
import { clockText, WORDS } from './words.ts';

test('a clock shows hours only where there are any', () => {
  expect([0, 59.9, 61, 600, 3_599, 3_600, 7_384].map(clockText)).toEqual([
    '0:00',
    '0:59',
    '1:01',
    '10:00',
    '59:59',
    '1:00:00',
    '2:03:04',
  ]);
});

test('every value can be read', () => {
  const bytes = Uint8Array.of(1, 2);
  const values = [undefined, 7, 1 / 3, 123.456, true, false, '감', [1, 2], { a: 1 }, bytes, 'a'.repeat(60)];
  expect(values.map((value) => textOf(value))).toEqual([
    '–',
    '7',
    '0.333',
    '123.5',
    '✓',
    '·',
    '감',
    '[1,2]',
    '{"a":1}',
    '2 B',
    `${'a'.repeat(27)}…`,
  ]);
});

test('a chart knows how far a field goes, also where the row was away', () => {
  expect(rangeOf([3, undefined, -2, 9].map((value, tick) => ({ tick, value })))).toEqual([-2, 9]);
  expect(rangeOf([{ tick: 0, value: 'calm' }])).toBeNull();
});

test('neighbours have different colours, and nobody has one of its own', () => {
  const colours = Array.from({ length: 16 }, (_, index) => colourOf(index + 1));
  expect(new Set([...colours, NOBODYS]).size).toBe(17);
  expect([colourOf(0), colourOf(17)]).toEqual([NOBODYS, colourOf(1)]);
});

test('every word that the markup asks for is there in both languages', () => {
  const markup = readFileSync(join(import.meta.dirname, 'index.html'), 'utf8');
  const keys = [...markup.matchAll(/data-word(?:-label)?="(\w+)"/gu)].map(([, key = '']) => key);
  expect(keys.length).toBeGreaterThan(20);
  for (const words of Object.values(WORDS)) {
    for (const key of keys) expect([key, typeof Reflect.get(words, key)]).toEqual([key, 'string']);
  }
});
