import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Camera, type Insets } from './camera.ts';

const YARD = { width: 40, height: 24 };
const NONE: Insets = { top: 0, right: 0, bottom: 0, left: 0 };

const inset = fc.integer({ min: 0, max: 60 });
const anyView = fc.record({
  screen: fc.record({
    width: fc.integer({ min: 320, max: 2600 }),
    height: fc.integer({ min: 320, max: 1600 }),
    pixelRatio: fc.constantFrom(1, 1.25, 1.5, 2, 2.5),
  }),
  insets: fc.record({ top: inset, right: inset, bottom: inset, left: inset }),
  x: fc.double({ min: 0, max: YARD.width - 1, noNaN: true }),
  y: fc.double({ min: 0, max: YARD.height - 1, noNaN: true }),
});

function seen(view: {
  screen: { width: number; height: number; pixelRatio: number };
  insets: Insets;
  x: number;
  y: number;
}) {
  const camera = new Camera();
  camera.frame(view.screen, YARD, view.insets);
  camera.aim(view.x, view.y, YARD, 0);
  const { left, right, top, bottom } = view.insets;
  return {
    camera,
    axes: [
      { origin: camera.originX, cells: YARD.width, focus: view.x, near: left, far: view.screen.width - right },
      { origin: camera.originY, cells: YARD.height, focus: view.y, near: top, far: view.screen.height - bottom },
    ],
  };
}

test('your stone is on screen, whatever the screen and wherever it stands', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { camera, axes } = seen(view);
      for (const { origin, focus, near, far } of axes) {
        expect(origin + focus * camera.cell).toBeGreaterThanOrEqual(near - 1e-6);
        expect(origin + (focus + 1) * camera.cell).toBeLessThanOrEqual(far + 1e-6);
      }
    }),
  );
});

test('the view never shows more than one cell beyond the line, unless the whole yard fits', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { camera, axes } = seen(view);
      for (const { origin, cells, near, far } of axes) {
        const length = cells * camera.cell;
        if (length <= far - near) {
          expect(origin).toBeCloseTo(near + (far - near - length) / 2, 6);
          continue;
        }
        expect(camera.follows).toBe(true);
        expect(origin).toBeLessThanOrEqual(near + camera.cell + 1e-6);
        expect(origin + length).toBeGreaterThanOrEqual(far - camera.cell - 1e-6);
      }
    }),
  );
});

test('a cell is a whole number of device pixels, and large enough to aim for', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { cell } = seen(view).camera;
      const devicePixels = cell * view.screen.pixelRatio;
      expect(devicePixels).toBeCloseTo(Math.round(devicePixels), 6);
      expect(cell).toBeGreaterThan(16);
    }),
  );
});

test('a phone follows, a desk stands still', () => {
  const camera = new Camera();
  camera.frame({ width: 360, height: 740, pixelRatio: 2 }, YARD, NONE);
  expect(camera.follows).toBe(true);
  camera.frame({ width: 1440, height: 900, pixelRatio: 1 }, YARD, NONE);
  expect(camera.follows).toBe(false);
  camera.aim(0, 0, YARD, 0);
  const { originX } = camera;
  camera.aim(39, 23, YARD, 1000);
  expect(camera.originX).toBe(originX);
});

test('the view glides after a stone without passing it, and jumps when the screen turns', () => {
  const phone = { width: 360, height: 740, pixelRatio: 2 };
  const camera = new Camera();
  camera.frame(phone, YARD, NONE);
  camera.aim(10, 12, YARD, 16);
  const start = camera.originX;
  const target = seen({ screen: phone, insets: NONE, x: 20, y: 12 }).camera.originX;
  let before = start;
  for (let frame = 0; frame < 200; frame += 1) {
    camera.aim(20, 12, YARD, 16);
    expect(camera.originX).toBeLessThanOrEqual(before);
    expect(camera.originX).toBeGreaterThanOrEqual(target);
    before = camera.originX;
  }
  expect(camera.originX).toBeCloseTo(target, 1);
  camera.frame(phone, YARD, NONE);
  camera.aim(10, 12, YARD, 0);
  expect(camera.originX).toBe(start);
});
