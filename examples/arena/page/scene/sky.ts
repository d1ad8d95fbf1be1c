/**
 * The night under the arena: a haze of far light that stands still, and three depths of stars, which move less the
 * deeper they are. The haze is painted once per screen, so that each picture begins with a plain copy.
 */
import type { Camera, Screen } from './camera.ts';
import { seeded } from './chance.ts';
import { INK } from './palette.ts';

/** Stars repeat after so many CSS pixels. */
const TILE = 640;
const LAYERS = [
  { depth: 0.12, count: 120, size: 1, light: 0.5 },
  { depth: 0.28, count: 60, size: 1.4, light: 0.7 },
  { depth: 0.5, count: 22, size: 2, light: 0.95 },
] as const;
const HAZE = [
  { x: 0.2, y: 0.26, size: 0.5, hex: '#2b2f7d' },
  { x: 0.78, y: 0.2, size: 0.42, hex: '#123f66' },
  { x: 0.66, y: 0.76, size: 0.55, hex: '#3a1f5e' },
  { x: 0.24, y: 0.82, size: 0.4, hex: '#0d4a54' },
] as const;
const STARLIGHT = ['#ffffff', '#ffe7bd', '#bcd4ff', '#ffffff'] as const;

interface Star {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly light: number;
  readonly hex: string;
}

export class Sky {
  readonly #layers: readonly { readonly depth: number; readonly stars: readonly Star[] }[];
  #backdrop: HTMLCanvasElement | null = null;

  constructor() {
    this.#layers = LAYERS.map(({ depth, ...kind }, index) => ({ depth, stars: starsOf(kind, index + 3) }));
  }

  /** Paints the haze for a screen. Call when the screen changes. */
  fit(screen: Screen): void {
    this.#backdrop = paintHaze(screen);
  }

  draw(pen: CanvasRenderingContext2D, camera: Camera, { width, height, pixelRatio }: Screen): void {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (this.#backdrop !== null) pen.drawImage(this.#backdrop, 0, 0);
    pen.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    for (const { depth, stars } of this.#layers) {
      const left = -wrapped(camera.x * depth * camera.scale);
      const top = -wrapped(camera.y * depth * camera.scale);
      for (const { x, y, size, light, hex } of stars) {
        pen.globalAlpha = light;
        pen.fillStyle = hex;
        for (let atX = left + x; atX < width; atX += TILE) {
          for (let atY = top + y; atY < height; atY += TILE) pen.fillRect(atX, atY, size, size);
        }
      }
    }
    pen.globalAlpha = 1;
  }
}

function wrapped(distance: number): number {
  return ((distance % TILE) + TILE) % TILE;
}

function paintHaze({ width, height, pixelRatio }: Screen): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = Math.round(width * pixelRatio);
  picture.height = Math.round(height * pixelRatio);
  const pen = picture.getContext('2d', { alpha: false });
  if (pen === null) return picture;
  pen.fillStyle = INK;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.globalCompositeOperation = 'lighter';
  const wide = Math.max(picture.width, picture.height) * 1.2;
  for (const one of HAZE) {
    const x = picture.width / 2 + (one.x - 0.5) * wide;
    const y = picture.height / 2 + (one.y - 0.5) * wide;
    const light = pen.createRadialGradient(x, y, 0, x, y, one.size * wide);
    light.addColorStop(0, `${one.hex}a8`);
    light.addColorStop(0.5, `${one.hex}38`);
    light.addColorStop(1, `${one.hex}00`);
    pen.fillStyle = light;
    pen.fillRect(0, 0, picture.width, picture.height);
  }
  return picture;
}

function starsOf(kind: { count: number; size: number; light: number }, seed: number): readonly Star[] {
  const chance = seeded(seed);
  return Array.from({ length: kind.count }, () => ({
    x: chance() * TILE,
    y: chance() * TILE,
    size: kind.size * (0.6 + chance() * 0.6),
    light: kind.light * (0.3 + chance() * 0.7),
    hex: STARLIGHT[Math.floor(chance() * STARLIGHT.length)] ?? '#ffffff',
  }));
}
