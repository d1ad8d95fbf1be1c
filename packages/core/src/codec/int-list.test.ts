import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IntList, sortAscending } from './int-list.ts';

const itemsOf = (list: IntList): number[] => Array.from(list.items.subarray(0, list.count));

test('a list holds what was pushed since it was last cleared, in ascending order once it was sorted', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer())), fc.integer({ min: 1, max: 4 }), (fillings, capacity) => {
      const list = new IntList(capacity);
      for (const items of fillings) {
        list.clear();
        expect(list.count).toBe(0);
        for (const item of items) list.push(item);
        expect(itemsOf(list)).toEqual(items);
        list.sort();
        expect(itemsOf(list)).toEqual(items.toSorted((a, b) => a - b));
      }
    }),
  );
});

test('a list keeps its memory and its items when room is made', () => {
  const list = new IntList(2);
  list.push(3);
  list.reserve(100);
  const { items } = list;
  expect([itemsOf(list), items.length]).toEqual([[3], 100]);
  list.clear();
  for (let i = 0; i < 100; i++) list.push(i);
  list.reserve(50);
  expect(list.items).toBe(items);
});

test('what lies behind the count is not sorted', () => {
  const items = Int32Array.of(3, 2, 1, 0);
  sortAscending(items, 2);
  expect(Array.from(items)).toEqual([2, 3, 1, 0]);
  sortAscending(items, 0);
  expect(Array.from(items)).toEqual([2, 3, 1, 0]);
});
