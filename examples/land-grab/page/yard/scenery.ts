/**
 * The yard around the game: the field's lime line, what children drew next to it, grass at the rim, the shade of a
 * tree, and the light, which turns to evening as the round ends. All of it is placed in cells, so it moves with the camera.
 */

import type { Lens } from './effects.ts';
import { paper, seededChance } from './texture.ts';

/** Strokes on a 10 x 10 sheet, as SVG path data. */
const DOODLES = {
  hopscotch: 'M3 10V7H7V10ZM1 7V4H5V7ZM5 7H9V4H5ZM3 4V1H7V4Z',
  sun: 'M7 5a2 2 0 1 1-4 0a2 2 0 0 1 4 0M5 1.6V.4M5 9.6V8.4M1.6 5H.4M9.6 5H8.4M2.6 2.6L1.7 1.7M8.3 8.3L7.4 7.4M2.6 7.4L1.7 8.3M8.3 1.7L7.4 2.6',
  fish: 'M1 5C3 2 6 2 7.5 5C6 8 3 8 1 5M7.5 5L9.6 3.2V6.8ZM3 4.6v.1M4.6 3.6c.7 1 .7 2 0 2.8',
  flower: 'M5 4C3 1 7 1 5 4C8 2 9 6 5.6 5C8 8 4 9 5 5.6C3 9 1 6 4.4 5C1 3 4 1 5 4M5 5.6C5.4 7 5.2 8.6 4.6 9.8',
  star: 'M5 .8L6.2 4H9.4L6.8 6L7.8 9.2L5 7.2L2.2 9.2L3.2 6L.6 4H3.8Z',
  house: 'M1 5L5 1L9 5M2 4.4V9.4H8V4.4M4.2 9.4V6.6H5.8V9.4',
  kite: 'M5 .6L8 4L5 8L2 4ZM5 .6V8M2 4H8M5 8C6.4 8.6 4 9 5.4 9.8',
  spiral: 'M5 5c.6-.6 1.4 0 1.2.9C5.9 7.1 3.8 7 3.4 5.6C2.9 3.6 5 2.2 6.8 3C9 4 8.8 7.4 6.4 8.6',
} as const;

interface Doodle {
  readonly path: Path2D;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly turn: number;
}

interface Tuft {
  readonly x: number;
  readonly y: number;
  readonly blades: readonly { readonly lean: number; readonly high: number; readonly tint: string }[];
}

export class Scenery {
  readonly #width: number;
  readonly #height: number;
  readonly #doodles: readonly Doodle[];
  readonly #tufts: readonly Tuft[];
  readonly #shade: HTMLCanvasElement;
  readonly #calm: boolean;

  constructor(yard: { width: number; height: number }, calm: boolean) {
    this.#width = yard.width;
    this.#height = yard.height;
    this.#calm = calm;
    const chance = seededChance(31);
    this.#doodles = doodlesAround(yard, chance);
    this.#tufts = tuftsAround(yard, chance);
    this.#shade = leafShade(chance);
  }

  /** What lies beneath the claimed ground. */
  drawBelow(pen: CanvasRenderingContext2D, lens: Lens, white: CanvasPattern): void {
    const { cell, originX, originY } = lens;
    const wide = this.#width * cell;
    const high = this.#height * cell;
    // Swept smooth inside: the field is lighter than the yard around it.
    pen.fillStyle = 'rgba(255, 228, 178, 0.34)';
    pen.fillRect(originX, originY, wide, high);
    pen.fillStyle = 'rgba(255, 240, 208, 0.13)';
    for (let y = 0; y < this.#height; y += 1) {
      for (let x = y % 2; x < this.#width; x += 2) pen.fillRect(originX + x * cell, originY + y * cell, cell, cell);
    }
    pen.strokeStyle = white;
    pen.lineCap = 'round';
    pen.lineJoin = 'round';
    for (const { path, x, y, size, turn } of this.#doodles) {
      pen.save();
      pen.translate(originX + x * cell, originY + y * cell);
      pen.rotate(turn);
      const scale = (size * cell) / 10;
      pen.scale(scale, scale);
      pen.lineWidth = 0.42;
      pen.globalAlpha = 0.62;
      pen.stroke(path);
      pen.restore();
    }
  }

  /** The line round the field: two passes that do not quite agree, as a hand with a lime bag leaves it. */
  drawLine(pen: CanvasRenderingContext2D, lens: Lens, white: CanvasPattern): void {
    const { cell, originX, originY } = lens;
    pen.strokeStyle = white;
    pen.lineJoin = 'round';
    for (const [pass, width] of [
      [0, 0.3],
      [1, 0.13],
    ] as const) {
      const chance = seededChance(70 + pass);
      pen.lineWidth = Math.max(2, cell * width);
      pen.beginPath();
      const out = 0.2 + pass * 0.06;
      const corners = [
        [-out, -out],
        [this.#width + out, -out],
        [this.#width + out, this.#height + out],
        [-out, this.#height + out],
        [-out, -out],
      ] as const;
      for (const [index, [toX, toY]] of corners.entries()) {
        const from = corners[index - 1];
        if (from === undefined) {
          pen.moveTo(originX + toX * cell, originY + toY * cell);
          continue;
        }
        const steps = 10;
        for (let step = 1; step <= steps; step += 1) {
          const wobble = step === steps ? 0 : (chance() - 0.5) * 0.12;
          const share = step / steps;
          const alongX = from[0] + (toX - from[0]) * share + (from[0] === toX ? wobble : 0);
          const alongY = from[1] + (toY - from[1]) * share + (from[1] === toY ? wobble : 0);
          pen.lineTo(originX + alongX * cell, originY + alongY * cell);
        }
      }
      pen.stroke();
    }
  }

  /** The evening on the ground; stones and names stay bright. `dusk` runs from 0 to 1. */
  drawDusk(pen: CanvasRenderingContext2D, screen: { width: number; height: number }, dusk: number): void {
    if (dusk <= 0) return;
    const sky = pen.createLinearGradient(0, 0, screen.width * 0.4, screen.height);
    sky.addColorStop(0, `rgba(255, 120, 30, ${(0.26 * dusk).toFixed(3)})`);
    sky.addColorStop(1, `rgba(70, 20, 90, ${(0.3 * dusk).toFixed(3)})`);
    pen.fillStyle = sky;
    pen.fillRect(0, 0, screen.width, screen.height);
  }

  /** What hangs over everything: grass at the rim and a tree's moving shade. */
  drawAbove(pen: CanvasRenderingContext2D, lens: Lens, screen: { width: number; height: number }, nowMs: number): void {
    const sway = this.#calm ? 0 : Math.sin(nowMs / 1700) * 0.5 + Math.sin(nowMs / 610) * 0.2;
    for (const tuft of this.#tufts) {
      const x = lens.originX + tuft.x * lens.cell;
      const y = lens.originY + tuft.y * lens.cell;
      if (x < -40 || y < -40 || x > screen.width + 40 || y > screen.height + 40) continue;
      for (const { lean, high, tint } of tuft.blades) {
        pen.strokeStyle = tint;
        pen.lineWidth = Math.max(1.4, lens.cell * 0.09);
        pen.lineCap = 'round';
        pen.beginPath();
        pen.moveTo(x + lean * lens.cell * 0.3, y);
        pen.quadraticCurveTo(
          x + lean * lens.cell * 0.4,
          y - high * lens.cell * 0.6,
          x + (lean + sway * 0.25) * lens.cell * 0.8,
          y - high * lens.cell,
        );
        pen.stroke();
      }
    }
    const reach = Math.max(screen.width, screen.height) * 0.95;
    const shift = this.#calm ? 0 : Math.sin(nowMs / 2300) * 9;
    pen.globalAlpha = 0.17;
    pen.drawImage(this.#shade, -reach * 0.3 + shift, -reach * 0.36 + shift * 0.6, reach, reach * 0.8);
    pen.globalAlpha = 1;
  }
}

/** Tiny on purpose: stretched over the screen, its pixels blur into the soft edges that shade has. */
function leafShade(chance: () => number): HTMLCanvasElement {
  const { canvas, pen } = paper(56, 44);
  pen.fillStyle = '#3a2206';
  for (let leaf = 0; leaf < 46; leaf += 1) {
    const far = Math.sqrt(chance());
    const angle = chance() * Math.PI * 2;
    pen.beginPath();
    pen.ellipse(
      26 + Math.cos(angle) * far * 22,
      20 + Math.sin(angle) * far * 17,
      1.6 + chance() * 3.4,
      1.2 + chance() * 2,
      chance() * 3,
      0,
      Math.PI * 2,
    );
    pen.fill();
  }
  return canvas;
}

function doodlesAround(yard: { width: number; height: number }, chance: () => number): readonly Doodle[] {
  const kinds = Object.values(DOODLES).map((path) => new Path2D(path));
  const spots: readonly (readonly [number, number])[] = [
    ...[3, 10, 17, 24, 31, 38].flatMap(
      (x) =>
        [
          [x, -3.4],
          [x + 2, yard.height + 3],
        ] as const,
    ),
    ...[2, 9, 16, 22].flatMap(
      (y) =>
        [
          [-3.6, y],
          [yard.width + 3.4, y + 1],
        ] as const,
    ),
  ];
  return spots.map(([x, y], index) => ({
    path: kinds[(index * 3 + 1) % kinds.length] ?? new Path2D(),
    x: x + chance() * 1.6 - 0.8,
    y: y + chance() * 0.8 - 0.4 - 1.4,
    size: 2.3 + chance() * 1,
    turn: (chance() - 0.5) * 0.6,
  }));
}

function tuftsAround(yard: { width: number; height: number }, chance: () => number): readonly Tuft[] {
  return Array.from({ length: 70 }, () => {
    const along = chance();
    const out = 1.4 + chance() * 7;
    const side = Math.floor(chance() * 4);
    const x = side === 0 ? -out : side === 1 ? yard.width + out : along * (yard.width + 8) - 4;
    const y = side === 2 ? -out : side === 3 ? yard.height + out : along * (yard.height + 8) - 4;
    return {
      x,
      y,
      blades: Array.from({ length: 3 + Math.floor(chance() * 4) }, () => ({
        lean: chance() * 2 - 1,
        high: 0.4 + chance() * 0.5,
        tint: chance() < 0.5 ? '#5f7d2e' : '#7f9a3c',
      })),
    };
  });
}

export function nightfall(remainingMs: number): number {
  // The last half minute turns golden; children look at the sky, not at the clock.
  return Math.max(0, Math.min(1, 1 - remainingMs / 30_000));
}
