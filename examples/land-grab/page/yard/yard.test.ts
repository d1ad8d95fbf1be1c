import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAttract } from './attract.ts';
import { insideYard } from './minimap.ts';
import { COLOUR_COUNT, chalkOf, mixed } from './palette.ts';
import { nightfall } from './scenery.ts';

test('on the small map the frame stays within the yard and marks exactly what is seen of it', () => {
  expect(insideYard({ x: -1, y: -9, width: 16, height: 33 }, { width: 40, height: 24 })).toEqual({
    x: 0,
    y: 0,
    width: 15,
    height: 24,
  });
  expect(insideYard({ x: 30, y: 4, width: 16, height: 10 }, { width: 40, height: 24 })).toEqual({
    x: 30,
    y: 4,
    width: 10,
    height: 10,
  });
});

test('evening comes in the last half minute and is complete at the end', () => {
  expect([120_000, 30_000, 15_000, 0, -500].map(nightfall)).toEqual([0, 0, 0.5, 1, 1]);
});

test('mixing goes from one colour to the other and always gives a colour', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map((rgb) => `#${rgb.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(colour, colour, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, share) => {
      expect([mixed(from, to, 0), mixed(from, to, 1)]).toEqual([from, to]);
      expect(mixed(from, to, share)).toMatch(/^#[0-9a-f]{6}$/);
    }),
  );
});

test('the letter on a stone and the weave on the ground can be told from their chalk', () => {
  for (let colour = 1; colour <= COLOUR_COUNT; colour += 1) {
    const { base, ink, mark, edge } = chalkOf(colour);
    expect(contrast(base, ink)).toBeGreaterThan(4.5);
    expect(new Set([base, ink, mark, edge]).size).toBe(4);
  }
});

test('the yard behind the menu plays on for ever: nobody leaves it, and it never fills up', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { world, step } = createAttract({ width: 20, height: 12 }, names, seed);
      for (let ticks = 0; ticks < 400; ticks += 1) {
        step();
        let bare = 0;
        for (let y = 0; y < 12; y += 1) for (let x = 0; x < 20; x += 1) if (world.tiles.at(x, y) === 0) bare += 1;
        expect(bare).toBeGreaterThan(0);
        for (const { x, y } of world.players) expect(x >= 0 && y >= 0 && x < 20 && y < 12).toBe(true);
      }
      expect(new Set([...world.players].map(({ colour }) => colour)).size).toBe(names.length);
    }),
    { numRuns: 10 },
  );
});

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((index) => {
    const value = Number.parseInt(hex.slice(index, index + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
