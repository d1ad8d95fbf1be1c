import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Motion } from './motion.ts';
import type { Stone } from './world.ts';

const TICK_MS = 100;
const at = (x: number, y: number, id = 1): Stone => ({
  id,
  name: `p${id}`,
  colour: id,
  x,
  y,
  score: 0,
  wins: 0,
  bot: false,
});

function shown(motion: Motion, id = 1) {
  const glide = motion.get(id);
  if (glide === undefined) throw new Error(`no stone ${id} is shown`);
  return glide;
}

test('a stone appears where it is, glides one cell in about a tick, hops on the way and then rests', () => {
  const motion = new Motion();
  motion.take([at(3, 4)], 0, TICK_MS);
  motion.glide(0);
  expect(shown(motion)).toMatchObject({ x: 3, y: 4, hop: 0, heading: 'none' });
  motion.take([at(4, 4)], 100, TICK_MS);
  motion.glide(156);
  expect(shown(motion)).toMatchObject({ y: 4, heading: 'right' });
  expect(shown(motion).x).toBeCloseTo(3.5);
  expect(shown(motion).hop).toBeCloseTo(1);
  motion.glide(100 + TICK_MS * 1.2);
  expect(shown(motion)).toMatchObject({ x: 4, hop: 0 });
});

test('a stone that was put elsewhere, as in a new round, is there at once', () => {
  const motion = new Motion();
  motion.take([at(3, 4)], 0, TICK_MS);
  motion.take([at(30, 20)], 100, TICK_MS);
  motion.glide(100);
  expect(shown(motion)).toMatchObject({ x: 30, y: 20, hop: 0, heading: 'none' });
});

test('a frame that is older than the newest state does not throw a stone backwards', () => {
  const motion = new Motion();
  motion.take([at(3, 4)], 0, TICK_MS);
  motion.take([at(4, 4)], 100, TICK_MS);
  motion.glide(95);
  expect(shown(motion).x).toBe(3);
});

test('eyes look ahead through a late state, and rest when the stone does', () => {
  const motion = new Motion();
  motion.take([at(3, 4)], 0, TICK_MS);
  motion.take([at(3, 3)], 100, TICK_MS);
  motion.take([at(3, 3)], 300, TICK_MS);
  expect(shown(motion).heading).toBe('up');
  motion.take([at(3, 3)], 501, TICK_MS);
  expect(shown(motion).heading).toBe('none');
});

test('whoever leaves is waved goodbye once, from where it was seen', () => {
  const motion = new Motion();
  motion.take([at(1, 1), at(5, 5, 2)], 0, TICK_MS);
  expect(motion.take([at(1, 1)], 100, TICK_MS)).toMatchObject([{ id: 2, x: 5, y: 5 }]);
  expect(motion.take([at(1, 1)], 200, TICK_MS)).toEqual([]);
  expect([...motion.values()].map(({ id }) => id)).toEqual([1]);
});

test('however unevenly states and frames come, a walking stone never jumps and ends where the server says', () => {
  const step = fc.record({
    way: fc.constantFrom([1, 0], [-1, 0], [0, 1], [0, -1], [0, 0]),
    waitMs: fc.integer({ min: 0, max: 400 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const motion = new Motion();
      let [x, y, nowMs] = [20, 12, 0];
      motion.take([at(x, y)], nowMs, TICK_MS);
      let before = { x, y };
      const frame = (): void => {
        motion.glide(nowMs);
        const glide = shown(motion);
        const lag = Math.hypot(x - before.x, y - before.y);
        // Towards the cell, never past it or away from it.
        expect(Math.hypot(x - glide.x, y - glide.y)).toBeLessThanOrEqual(lag + 1e-9);
        before = { x: glide.x, y: glide.y };
      };
      for (const { way, waitMs } of steps) {
        const [dx = 0, dy = 0] = way;
        frame();
        x += dx;
        y += dy;
        motion.take([at(x, y)], nowMs, TICK_MS);
        // The arrival of a state alone moves nothing on screen.
        motion.glide(nowMs);
        expect(shown(motion)).toMatchObject(before);
        for (let passed = 0; passed < waitMs; passed += 16) {
          frame();
          nowMs += 16;
        }
      }
      nowMs += TICK_MS * 2;
      frame();
      expect(shown(motion)).toMatchObject({ x, y, hop: 0 });
    }),
  );
});
