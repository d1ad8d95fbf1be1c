/**
 * The materials everything is drawn with: scribbled chalk in sixteen weaves, rough white chalk, and the earth.
 * Each is a small canvas that repeats without a seam. Noise comes from a fixed seed, so the yard looks the same every day.
 */
import { CHALK_WHITE, type Chalk, COLOUR_COUNT, chalkOf, EARTH } from './palette.ts';

/** Cells along one side of a repeating chalk tile; the weaves below divide it evenly. */
const TILE_CELLS = 4;

/** A small repeatable source of chance. Source: mulberry32, Tommy Ettinger, public domain. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function paper(width: number, height: number): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('this browser offers no 2d canvas');
  return { canvas, pen };
}

function repeating(pen: CanvasRenderingContext2D, tile: HTMLCanvasElement): CanvasPattern {
  const pattern = pen.createPattern(tile, 'repeat');
  if (pattern === null) throw new Error('an empty tile cannot repeat');
  return pattern;
}

/** One pattern per colour, index = colour; index 0 is unused. `cellPx` must be whole, or the weave would drift. */
export function chalkPatterns(pen: CanvasRenderingContext2D, cellPx: number): readonly CanvasPattern[] {
  return Array.from({ length: COLOUR_COUNT + 1 }, (_, colour) =>
    repeating(pen, chalkTile(chalkOf(colour), cellPx, colour)),
  );
}

function chalkTile(chalk: Chalk, cellPx: number, seed: number): HTMLCanvasElement {
  const side = cellPx * TILE_CELLS;
  const { canvas, pen } = paper(side, side);
  const chance = seededChance(seed * 7919 + 17);
  pen.fillStyle = chalk.base;
  pen.fillRect(0, 0, side, side);
  weave(pen, chalk, side);
  // Chalk skips over the bumps of the ground: earth shows through in short slanted scratches.
  pen.lineCap = 'round';
  for (let count = 0; count < 130; count += 1) {
    const x = chance() * side;
    const y = chance() * side;
    const length = cellPx * (0.08 + chance() * 0.3);
    pen.lineWidth = cellPx * (0.012 + chance() * 0.03);
    pen.strokeStyle = chance() < 0.55 ? EARTH : CHALK_WHITE;
    pen.globalAlpha = 0.1 + chance() * 0.16;
    wrapped(side, (dx, dy) => {
      pen.beginPath();
      pen.moveTo(x + dx, y + dy);
      pen.lineTo(x + dx + length, y + dy - length * 0.8);
      pen.stroke();
    });
  }
  return canvas;
}

function weave(pen: CanvasRenderingContext2D, chalk: Chalk, side: number): void {
  const step = side / (TILE_CELLS * 2);
  pen.strokeStyle = chalk.mark;
  pen.fillStyle = chalk.mark;
  pen.lineWidth = step * 0.2;
  switch (chalk.weave) {
    case 'plain':
      return;
    case 'hatch':
      for (let at = -side; at < side; at += step) {
        pen.beginPath();
        pen.moveTo(at - step, side + step);
        pen.lineTo(at + side + step, -step);
        pen.stroke();
      }
      return;
    case 'dots':
      for (let row = 0; row < side / step; row += 1) {
        for (let column = 0; column < side / step; column += 1) {
          if ((row + column) % 2 === 1) continue;
          pen.beginPath();
          pen.arc((column + 0.5) * step, (row + 0.5) * step, step * 0.22, 0, Math.PI * 2);
          pen.fill();
        }
      }
      return;
    case 'waves':
      for (let row = 0; row < side / step; row += 1) {
        pen.beginPath();
        for (let x = -step; x <= side + step; x += step / 6) {
          const y = (row + 0.5) * step + Math.sin((x / (step * 2)) * Math.PI * 2) * step * 0.24;
          if (x === -step) pen.moveTo(x, y);
          else pen.lineTo(x, y);
        }
        pen.stroke();
      }
      return;
    default:
      return chalk.weave satisfies never;
  }
}

/** White chalk as a stroke style: dense, with crumbs missing. */
export function roughWhite(pen: CanvasRenderingContext2D, cellPx: number): CanvasPattern {
  const side = 128;
  const { canvas, pen: tile } = paper(side, side);
  const chance = seededChance(99);
  tile.fillStyle = CHALK_WHITE;
  tile.fillRect(0, 0, side, side);
  tile.globalCompositeOperation = 'destination-out';
  const crumb = Math.max(0.7, cellPx / 40);
  for (let count = 0; count < 1500; count += 1) {
    tile.globalAlpha = 0.25 + chance() * 0.5;
    tile.fillRect(chance() * side, chance() * side, crumb * (0.6 + chance()), crumb * (0.6 + chance()));
  }
  return repeating(pen, canvas);
}

/** Trodden earth: soft blotches, grains and a few pebbles. */
export function earth(pen: CanvasRenderingContext2D, scale: number): CanvasPattern {
  const side = Math.round(360 * scale);
  const { canvas, pen: tile } = paper(side, side);
  const chance = seededChance(5);
  tile.fillStyle = EARTH;
  tile.fillRect(0, 0, side, side);
  for (let count = 0; count < 26; count += 1) {
    const radius = side * (0.06 + chance() * 0.16);
    const x = chance() * side;
    const y = chance() * side;
    const tone = chance() < 0.5 ? '255, 226, 170' : '120, 74, 28';
    wrapped(side, (dx, dy) => {
      const glow = tile.createRadialGradient(x + dx, y + dy, 0, x + dx, y + dy, radius);
      glow.addColorStop(0, `rgba(${tone}, 0.13)`);
      glow.addColorStop(1, `rgba(${tone}, 0)`);
      tile.fillStyle = glow;
      tile.fillRect(x + dx - radius, y + dy - radius, radius * 2, radius * 2);
    });
  }
  for (let count = 0; count < 2600; count += 1) {
    const grain = scale * (0.5 + chance() * 1.1);
    tile.fillStyle =
      chance() < 0.5 ? `rgba(255, 236, 196, ${0.1 + chance() * 0.25})` : `rgba(92, 56, 22, ${0.06 + chance() * 0.2})`;
    tile.fillRect(chance() * side, chance() * side, grain, grain);
  }
  for (let count = 0; count < 9; count += 1) {
    const x = chance() * side;
    const y = chance() * side;
    const radius = scale * (1.4 + chance() * 1.8);
    wrapped(side, (dx, dy) => {
      tile.fillStyle = 'rgba(70, 40, 14, 0.35)';
      tile.beginPath();
      tile.ellipse(x + dx + radius * 0.4, y + dy + radius * 0.5, radius, radius * 0.75, 0.3, 0, Math.PI * 2);
      tile.fill();
      tile.fillStyle = 'rgba(226, 196, 150, 0.9)';
      tile.beginPath();
      tile.ellipse(x + dx, y + dy, radius, radius * 0.75, 0.3, 0, Math.PI * 2);
      tile.fill();
    });
  }
  return repeating(pen, canvas);
}

/** Draws the same thing around every edge, so that what leaves on one side comes in on the other. */
function wrapped(side: number, draw: (dx: number, dy: number) => void): void {
  for (const dx of [-side, 0, side]) for (const dy of [-side, 0, side]) draw(dx, dy);
}
