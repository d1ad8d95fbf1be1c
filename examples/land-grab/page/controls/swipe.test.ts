import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Heading } from '../yard/world.ts';
import { Steering } from './steering.ts';
import { headingOf, Swipe } from './swipe.ts';

function yard() {
  const told: Heading[] = [];
  const steering = new Steering((heading) => told.push(heading));
  return { told, steering, swipe: new Swipe(steering) };
}

test('a swipe goes on after the finger is lifted, and a tap stops it', () => {
  const { told, swipe } = yard();
  swipe.down(1, 100, 100);
  swipe.move(1, 130, 104);
  swipe.up(1);
  expect(told).toEqual(['right']);
  swipe.down(2, 50, 50);
  swipe.up(2);
  expect(told).toEqual(['right', 'none']);
});

test('one long movement turns as often as the finger does', () => {
  const { told, swipe } = yard();
  swipe.down(1, 0, 0);
  swipe.move(1, 30, 0);
  swipe.move(1, 33, 15);
  swipe.move(1, 35, 40);
  swipe.move(1, 5, 42);
  expect(told).toEqual(['right', 'down', 'left']);
});

test('a slow finger swipes as well as a fast one', () => {
  const { told, swipe } = yard();
  swipe.down(1, 0, 0);
  for (let y = -1; y >= -22; y -= 1) swipe.move(1, 0, y);
  expect(told).toEqual(['up']);
});

test('a finger that trembles taps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: fc.integer({ min: -15, max: 15 }), y: fc.integer({ min: -15, max: 15 }) })),
      (trembles) => {
        const { told, swipe } = yard();
        swipe.down(1, 0, 0);
        for (const { x, y } of trembles) swipe.move(1, x, y);
        swipe.up(1);
        expect(told).toEqual([]);
      },
    ),
  );
});

test('a second finger neither steers nor stops, and afterwards is a finger like any other', () => {
  const { told, swipe } = yard();
  expect([swipe.down(1, 0, 0), swipe.down(2, 200, 200)]).toEqual([true, false]);
  swipe.move(2, 200, 300);
  swipe.move(1, 30, 0);
  swipe.up(2);
  swipe.up(1);
  expect(told).toEqual(['right']);
  expect(swipe.down(2, 0, 0)).toBe(true);
});

test('a tap while a key is held leaves the key in charge', () => {
  const { told, steering, swipe } = yard();
  steering.press('ArrowUp', 'up');
  swipe.down(1, 0, 0);
  swipe.up(1);
  expect(told).toEqual(['up']);
});

test('the same swipe steers again in the next yard, once all was let go', () => {
  const { told, steering, swipe } = yard();
  for (const id of [1, 2]) {
    swipe.down(id, 0, 0);
    swipe.move(id, 30, 0);
    swipe.up(id);
    steering.releaseAll();
  }
  expect(told).toEqual(['right', 'none', 'right', 'none']);
});

test('a swipe back goes back', () => {
  const opposite: Readonly<Record<Heading, Heading>> = {
    none: 'none',
    left: 'right',
    right: 'left',
    up: 'down',
    down: 'up',
  };
  const length = fc.integer({ min: -500, max: 500 }).filter((px) => px !== 0);
  fc.assert(
    fc.property(length, length, (dx, dy) => {
      expect(headingOf(-dx, -dy)).toBe(opposite[headingOf(dx, dy)]);
    }),
  );
});
