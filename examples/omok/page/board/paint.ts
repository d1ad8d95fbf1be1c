/**
 * The board's materials: a board of pale straight-grained wood with inked lines, stones of slate and of shell. Each is
 * painted once for a size and copied from then on. Noise comes from a fixed seed: the board looks the same every day.
 */
import { BOARD_SIZE, type Colour } from '../../board.ts';
import { columnName, rowName } from '../notation.ts';
import { centreOf, type Geometry, NAMES_FROM } from './geometry.ts';

const LINE = '#3d2611';
const STAR_POINTS = [3, 7, 11];

/** A small repeatable source of chance. Source: mulberry32, Tommy Ettinger, public domain. */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function sheet(side: number): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(side));
  canvas.height = canvas.width;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('this browser offers no 2d canvas');
  return { canvas, pen };
}

/** The empty board; `scale` is device pixels per pixel. */
export function paintBoard(geometry: Geometry, scale: number): HTMLCanvasElement {
  const { side, gap } = geometry;
  const { canvas, pen } = sheet(side * scale);
  pen.scale(scale, scale);
  paintWood(pen, side);
  pen.strokeStyle = LINE;
  pen.lineCap = 'square';
  for (let line = 0; line < BOARD_SIZE; line++) {
    const isEdge = line === 0 || line === BOARD_SIZE - 1;
    pen.lineWidth = isEdge ? Math.max(1.4, gap * 0.045) : Math.max(0.8, gap * 0.022);
    pen.globalAlpha = isEdge ? 0.95 : 0.78;
    const from = centreOf(geometry, { x: 0, y: line });
    const to = centreOf(geometry, { x: BOARD_SIZE - 1, y: line });
    stroke(pen, from.left, from.top, to.left, to.top);
    stroke(pen, from.top, from.left, to.top, to.left);
  }
  pen.globalAlpha = 1;
  pen.fillStyle = LINE;
  for (const x of STAR_POINTS) {
    for (const y of STAR_POINTS) {
      if ((x === 7) !== (y === 7)) continue;
      const { left, top } = centreOf(geometry, { x, y });
      disc(pen, left, top, Math.max(2, gap * 0.09));
    }
  }
  if (side >= NAMES_FROM) paintNames(pen, geometry);
  return canvas;
}

function paintWood(pen: CanvasRenderingContext2D, side: number): void {
  const chance = seededChance(20);
  const wood = pen.createLinearGradient(0, 0, side, side);
  wood.addColorStop(0, '#edc98b');
  wood.addColorStop(0.5, '#e5bb78');
  wood.addColorStop(1, '#dbab64');
  pen.fillStyle = wood;
  pen.fillRect(0, 0, side, side);
  // Broad bands of slow growth first, then the fine straight grain; each line wanders a little on its way down.
  for (let count = 0; count < 14; count++) {
    pen.globalAlpha = 0.05 + chance() * 0.05;
    pen.strokeStyle = chance() < 0.6 ? '#b07a35' : '#f8e0ac';
    pen.lineWidth = side * (0.012 + chance() * 0.035);
    grain(pen, chance() * side, side, side * 0.02, chance);
  }
  for (let count = 0; count < 150; count++) {
    pen.globalAlpha = 0.05 + chance() * 0.13;
    pen.strokeStyle = chance() < 0.75 ? '#97631f' : '#fff0c4';
    pen.lineWidth = side * (0.0006 + chance() * 0.0016);
    grain(pen, (count / 150) * side * 1.04 - side * 0.02, side, side * 0.006, chance);
  }
  pen.globalAlpha = 1;
  const light = pen.createRadialGradient(side * 0.3, side * 0.2, 0, side * 0.3, side * 0.2, side * 1.1);
  light.addColorStop(0, 'rgb(255 246 214 / 0.3)');
  light.addColorStop(0.5, 'rgb(255 246 214 / 0)');
  light.addColorStop(1, 'rgb(94 52 10 / 0.16)');
  pen.fillStyle = light;
  pen.fillRect(0, 0, side, side);
}

function grain(pen: CanvasRenderingContext2D, left: number, side: number, wander: number, chance: () => number): void {
  const phase = chance() * Math.PI * 2;
  const bend = wander * (0.4 + chance());
  pen.beginPath();
  pen.moveTo(left + Math.sin(phase) * bend, 0);
  for (let step = 1; step <= 8; step++) pen.lineTo(left + Math.sin(phase + step * 0.45) * bend, (side * step) / 8);
  pen.stroke();
}

function paintNames(pen: CanvasRenderingContext2D, geometry: Geometry): void {
  const { gap, margin } = geometry;
  pen.fillStyle = 'rgb(61 38 17 / 0.72)';
  pen.font = `600 ${Math.round(gap * 0.27)}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  for (let line = 0; line < BOARD_SIZE; line++) {
    const { left, top } = centreOf(geometry, { x: line, y: line });
    pen.fillText(columnName(line), left, geometry.side - margin * 0.34);
    pen.fillText(rowName(line), margin * 0.34, top);
  }
}

/** A stone with its shadow, in the middle of a square of two gaps. */
export function paintStone(colour: Colour, gap: number, scale: number): HTMLCanvasElement {
  const { canvas, pen } = sheet(gap * 2 * scale);
  pen.scale(scale, scale);
  const radius = gap * STONE_RADIUS;
  const shadow = pen.createRadialGradient(
    gap + radius * 0.14,
    gap + radius * 0.24,
    radius * 0.6,
    gap + radius * 0.14,
    gap + radius * 0.24,
    radius * 1.16,
  );
  shadow.addColorStop(0, 'rgb(60 32 8 / 0.5)');
  shadow.addColorStop(1, 'rgb(60 32 8 / 0)');
  pen.fillStyle = shadow;
  disc(pen, gap + radius * 0.14, gap + radius * 0.24, radius * 1.16);
  const body = pen.createRadialGradient(
    gap - radius * 0.36,
    gap - radius * 0.42,
    radius * 0.05,
    gap,
    gap,
    radius * 1.02,
  );
  if (colour === 'black') {
    body.addColorStop(0, '#6d7076');
    body.addColorStop(0.32, '#33353a');
    body.addColorStop(0.8, '#131418');
    body.addColorStop(1, '#08090b');
  } else {
    body.addColorStop(0, '#ffffff');
    body.addColorStop(0.55, '#f8f4ea');
    body.addColorStop(0.88, '#e2dac8');
    body.addColorStop(1, '#bdb19a');
  }
  pen.fillStyle = body;
  disc(pen, gap, gap, radius);
  if (colour === 'white') paintShell(pen, gap, radius);
  return canvas;
}

/** Radius of a stone, in gaps. */
export const STONE_RADIUS = 0.465;

/** The growth lines of the shell that white stones are cut from. */
function paintShell(pen: CanvasRenderingContext2D, gap: number, radius: number): void {
  pen.save();
  pen.beginPath();
  pen.arc(gap, gap, radius * 0.97, 0, Math.PI * 2);
  pen.clip();
  pen.strokeStyle = 'rgb(160 140 100 / 0.1)';
  pen.lineWidth = Math.max(0.5, radius * 0.05);
  for (let ring = 2; ring <= 8; ring++) {
    pen.beginPath();
    pen.arc(gap - radius * 1.4, gap + radius * 0.7, radius * ring * 0.34, -1.2, 0.7);
    pen.stroke();
  }
  pen.restore();
}

export function disc(pen: CanvasRenderingContext2D, left: number, top: number, radius: number): void {
  pen.beginPath();
  pen.arc(left, top, radius, 0, Math.PI * 2);
  pen.fill();
}

function stroke(pen: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
}
