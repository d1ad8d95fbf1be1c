import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOXES, DISCS, PICKUPS, STARTS } from './arena-map.ts';
import { ARENA_SIZE, SHIP } from './measures.ts';
import { freeWay, isInSight, keptOut } from './walls.ts';

/** How deep a round body at a place is inside the nearest wall; 0 or less where it is free. */
function depthOf(x: number, y: number, radius: number): number {
  const depths = [radius - x, radius - y, x + radius - ARENA_SIZE, y + radius - ARENA_SIZE];
  for (const disc of DISCS) depths.push(disc.radius + radius - Math.hypot(x - disc.x, y - disc.y));
  for (const box of BOXES) {
    const beside = Math.max(0, Math.abs(x - box.x) - box.halfWidth);
    const above = Math.max(0, Math.abs(y - box.y) - box.halfHeight);
    depths.push(radius - Math.hypot(beside, above));
  }
  return Math.max(...depths);
}

const sixteenth = fc.integer({ min: 0, max: ARENA_SIZE * 16 }).map((count) => count / 16);
const anywhere = fc.record({ x: sixteenth, y: sixteenth });
const direction = fc.integer({ min: 0, max: 1023 }).map((part) => (part / 512) * Math.PI);

test('nothing begins or lies inside a wall', () => {
  for (const { x, y } of [...STARTS, ...PICKUPS])
    expect([x, y, depthOf(x, y, SHIP.radius + 4) < 0]).toEqual([x, y, true]);
});

test('whatever is inside a wall comes out of it: nowhere can a ship be stuck', () => {
  fc.assert(
    fc.property(anywhere, ({ x, y }) => {
      const free = keptOut({ x, y, vx: 0, vy: 0 }, SHIP.radius, 0);
      expect(depthOf(free.x, free.y, SHIP.radius)).toBeLessThan(1e-6);
    }),
    // In the corner of an angle, where each of its sides could push into the other.
    { numRuns: 2000, examples: [[{ x: 1726, y: 1688 }]] },
  );
});

test('a wall takes the speed into it and leaves the speed along it', () => {
  const { vx, vy } = keptOut({ x: 4, y: 1000, vx: -100, vy: 30 }, SHIP.radius, 0.5);
  expect([vx, vy]).toEqual([50, 30]);
});

test('a ray goes on until the first wall: just before it there is none, just after it there is one', () => {
  fc.assert(
    fc.property(anywhere, direction, ({ x, y }, angle) => {
      fc.pre(depthOf(x, y, 1) < 0);
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const way = freeWay(x, y, dx, dy, 5000);
      for (let share = 0; share < 1; share += 0.05) {
        expect(depthOf(x + dx * way * share, y + dy * way * share, 0)).toBeLessThan(1e-6);
      }
      expect(depthOf(x + dx * way, y + dy * way, 1e-6)).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('sight goes both ways, and not through walls', () => {
  expect(isInSight(870, 1024, 1180, 1024)).toBe(false);
  expect(isInSight(1180, 1024, 870, 1024)).toBe(false);
  expect(isInSight(400, 1400, 600, 1400)).toBe(true);
});
