import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Heading } from '../yard/world.ts';
import { Steering } from './steering.ts';
import { headingOf } from './swipe.ts';

const HEADINGS: readonly Heading[] = ['left', 'right', 'up', 'down'];

test('the latest key wins, letting it go returns to the one before, and none held means stop', () => {
  const told: Heading[] = [];
  const steering = new Steering((heading) => told.push(heading));
  steering.press('ArrowRight', 'right');
  steering.press('ArrowUp', 'up');
  steering.press('ArrowUp', 'up');
  steering.release('ArrowUp');
  steering.release('ArrowRight');
  steering.release('ArrowRight');
  expect(told).toEqual(['right', 'up', 'right', 'none']);
});

test('a key let go while it is not the latest changes nothing; one pressed again becomes the latest', () => {
  const told: Heading[] = [];
  const steering = new Steering((heading) => told.push(heading));
  steering.press('a', 'left');
  steering.press('d', 'right');
  steering.release('a');
  steering.press('a', 'left');
  steering.releaseAll();
  expect(told).toEqual(['left', 'right', 'left', 'none']);
});

test('whatever is pressed and let go: only changes are told, and with nothing held the player stands', () => {
  const act = fc.record({ key: fc.nat(5), isDown: fc.boolean() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const told: Heading[] = ['none'];
      const steering = new Steering((heading) => told.push(heading));
      const held = new Set<number>();
      for (const { key, isDown } of acts) {
        if (isDown) steering.press(`${key}`, HEADINGS[key % 4] ?? 'none');
        else steering.release(`${key}`);
        if (isDown) held.add(key);
        else held.delete(key);
        expect(steering.heading === 'none').toBe(held.size === 0);
      }
      expect(told.every((heading, index) => heading !== told[index - 1])).toBe(true);
    }),
  );
});

test('a swipe goes where it went farthest', () => {
  expect([headingOf(9, 2), headingOf(-9, 2), headingOf(2, 9), headingOf(2, -9)]).toEqual([
    'right',
    'left',
    'down',
    'up',
  ]);
});
