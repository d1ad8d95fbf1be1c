/** The full moon in the middle of the arena, painted once: seas, craters with a lit rim, light from the upper left. */
import { seeded } from './chance.ts';

const SIZE = 420;
const CRATERS = 70;

/** A picture whose edge is the moon's. */
export function paintMoon(): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = SIZE;
  picture.height = SIZE;
  const pen = picture.getContext('2d');
  if (pen === null) return picture;
  const half = SIZE / 2;
  pen.beginPath();
  pen.arc(half, half, half - 1, 0, Math.PI * 2);
  pen.clip();
  pen.fillStyle = '#fff0cc';
  pen.fillRect(0, 0, SIZE, SIZE);

  const chance = seeded(15);
  for (const [x, y, size] of [
    [0.34, 0.36, 0.26],
    [0.52, 0.3, 0.17],
    [0.36, 0.6, 0.2],
    [0.6, 0.52, 0.22],
    [0.7, 0.36, 0.13],
    [0.5, 0.72, 0.12],
  ] as const) {
    soft(pen, x * SIZE, y * SIZE, size * SIZE, '#a98a55', 0.42);
  }
  for (let left = CRATERS; left > 0; left--) {
    const [x, y] = [chance() * SIZE, chance() * SIZE];
    const size = 2 + chance() ** 3 * 24;
    soft(pen, x, y, size, '#8d7140', 0.34);
    pen.strokeStyle = '#fff9e6';
    pen.globalAlpha = 0.34;
    pen.lineWidth = Math.max(0.8, size * 0.12);
    pen.beginPath();
    pen.arc(x, y, size * 0.72, Math.PI * 0.05, Math.PI * 0.8);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  const light = pen.createRadialGradient(half * 0.66, half * 0.6, half * 0.1, half, half, half);
  light.addColorStop(0, '#fffdf4c4');
  light.addColorStop(0.45, '#fff6dc48');
  light.addColorStop(0.8, '#8a642233');
  light.addColorStop(1, '#3d270a8c');
  pen.fillStyle = light;
  pen.fillRect(0, 0, SIZE, SIZE);
  return picture;
}

function soft(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  hex: string,
  strength: number,
): void {
  const shade = pen.createRadialGradient(x, y, 0, x, y, radius);
  shade.addColorStop(0, hex);
  shade.addColorStop(0.6, `${hex}b0`);
  shade.addColorStop(1, `${hex}00`);
  pen.globalAlpha = strength;
  pen.fillStyle = shade;
  pen.fillRect(x - radius, y - radius, radius * 2, radius * 2);
  pen.globalAlpha = 1;
}
