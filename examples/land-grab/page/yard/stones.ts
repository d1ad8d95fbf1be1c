/**
 * The pieces people play with: flat pebbles in their owner's chalk, with eyes that look where they go.
 * A person's pebble is round, a bot's is squarish. The letter and the label repeat in form what the colour says.
 */

import type { Glide } from './motion.ts';
import { CHALK_WHITE, chalkOf, mixed } from './palette.ts';
import { type Heading, initialOf, shortName } from './world.ts';

const OUTLINE = '#2a1a0c';
export const FONT =
  'system-ui, -apple-system, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

const LOOK: Record<Heading, readonly [number, number]> = {
  none: [0, 0.25],
  left: [-1, 0],
  right: [1, 0],
  up: [0, -0.9],
  down: [0, 1],
};

export interface StonePlace {
  /** Centre on screen and the length of a cell, CSS pixels. */
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  readonly mine: boolean;
  /** Where one's own stone is asked to go next; shown by the eyes before the server has answered. */
  readonly wish: Heading | null;
  readonly nowMs: number;
  readonly still: boolean;
}

export function drawStone(pen: CanvasRenderingContext2D, glide: Glide, place: StonePlace): void {
  const { cell, mine, nowMs, still } = place;
  const chalk = chalkOf(glide.colour);
  const age = still ? 1 : Math.min(1, Math.max(0, (nowMs - glide.sinceMs) / 380));
  const grown = Math.max(0, overshoot(age));
  const radius = cell * (mine ? 0.66 : 0.58) * grown;
  const hop = still ? 0 : glide.hop;
  const x = place.x;
  const y = place.y - hop * cell * 0.2;

  pen.fillStyle = 'rgba(40, 20, 4, 0.34)';
  pen.beginPath();
  pen.ellipse(
    place.x + radius * 0.1,
    place.y + radius * 0.78,
    radius * (0.92 - hop * 0.14),
    radius * 0.36,
    0,
    0,
    Math.PI * 2,
  );
  pen.fill();

  if (mine) halo(pen, place.x, place.y, cell, still ? 0 : nowMs);

  pen.save();
  pen.translate(x, y);
  const stretch = 1 + hop * 0.09;
  const wide = glide.heading === 'left' || glide.heading === 'right';
  pen.scale(wide ? stretch : 1 / stretch, wide ? 1 / stretch : stretch);
  body(pen, radius, glide.bot);
  const shine = pen.createRadialGradient(-radius * 0.35, -radius * 0.5, radius * 0.1, 0, 0, radius * 1.15);
  shine.addColorStop(0, mixed(chalk.base, '#ffffff', 0.34));
  shine.addColorStop(0.55, chalk.base);
  shine.addColorStop(1, mixed(chalk.base, '#000000', 0.22));
  pen.fillStyle = shine;
  pen.fill();
  pen.lineWidth = Math.max(1.2, cell * 0.075);
  pen.strokeStyle = mine ? CHALK_WHITE : OUTLINE;
  pen.stroke();
  // A second rim of the other tone: a dark stone on dark ground and a light one on light ground both stand out.
  pen.lineWidth = Math.max(0.8, cell * 0.04);
  pen.strokeStyle = mine ? OUTLINE : 'rgba(255, 250, 240, 0.72)';
  body(pen, radius + cell * 0.055, glide.bot);
  pen.stroke();
  face(pen, radius, LOOK[place.wish ?? glide.heading], blinks(glide.id, nowMs) && !still);
  pen.fillStyle = chalk.ink;
  pen.font = `800 ${(radius * 0.8).toFixed(1)}px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(initialOf(glide.name), 0, radius * 0.5);
  pen.restore();
}

/** Names are drawn after all stones, so that no stone covers a name. */
export function drawLabel(pen: CanvasRenderingContext2D, glide: Glide, place: StonePlace): void {
  const size = Math.max(10.5, Math.min(14, place.cell * 0.46));
  const text = shortName(glide.name);
  pen.font = `${place.mine ? 800 : 650} ${size.toFixed(1)}px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const width = pen.measureText(text).width + size * 0.9;
  const height = size * 1.45;
  const top = place.y - place.cell * 0.84 - height;
  pen.fillStyle = place.mine ? '#fff3b0' : 'rgba(36, 22, 10, 0.76)';
  pen.beginPath();
  pen.roundRect(place.x - width / 2, top, width, height, height / 2);
  pen.fill();
  pen.fillStyle = place.mine ? '#2a1a0c' : '#fff7e8';
  pen.fillText(text, place.x, top + height / 2 + size * 0.05);
}

export function drawBubble(pen: CanvasRenderingContext2D, text: string, place: StonePlace): void {
  const size = Math.max(12, Math.min(16, place.cell * 0.52));
  pen.font = `700 ${size.toFixed(1)}px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const width = pen.measureText(text).width + size * 1.4;
  const height = size * 2;
  const bottom = place.y - place.cell * 0.84 - size * 1.9;
  pen.fillStyle = '#fffdf6';
  pen.strokeStyle = OUTLINE;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.roundRect(place.x - width / 2, bottom - height, width, height, size * 0.8);
  pen.fill();
  pen.stroke();
  pen.beginPath();
  pen.moveTo(place.x - size * 0.4, bottom - 1);
  pen.lineTo(place.x, bottom + size * 0.5);
  pen.lineTo(place.x + size * 0.4, bottom - 1);
  pen.fill();
  pen.stroke();
  pen.fillStyle = '#fffdf6';
  pen.fillRect(place.x - size * 0.36, bottom - 2.4, size * 0.72, 2);
  pen.fillStyle = OUTLINE;
  pen.fillText(text, place.x, bottom - height / 2);
}

function body(pen: CanvasRenderingContext2D, radius: number, bot: boolean): void {
  pen.beginPath();
  if (bot) pen.roundRect(-radius * 0.92, -radius * 0.92, radius * 1.84, radius * 1.84, radius * 0.52);
  else pen.arc(0, 0, radius, 0, Math.PI * 2);
}

function face(pen: CanvasRenderingContext2D, radius: number, look: readonly [number, number], blink: boolean): void {
  const [lookX, lookY] = look;
  const white = radius * 0.27;
  for (const side of [-1, 1]) {
    const x = side * radius * 0.38 + lookX * radius * 0.16;
    const y = -radius * 0.34 + lookY * radius * 0.08;
    pen.fillStyle = '#ffffff';
    pen.strokeStyle = OUTLINE;
    pen.lineWidth = Math.max(0.7, radius * 0.07);
    pen.beginPath();
    pen.ellipse(x, y, white, blink ? white * 0.15 : white, 0, 0, Math.PI * 2);
    pen.fill();
    pen.stroke();
    if (blink) continue;
    pen.fillStyle = OUTLINE;
    pen.beginPath();
    pen.arc(x + lookX * white * 0.42, y + lookY * white * 0.42, white * 0.52, 0, Math.PI * 2);
    pen.fill();
  }
}

function halo(pen: CanvasRenderingContext2D, x: number, y: number, cell: number, nowMs: number): void {
  const beat = (nowMs % 1600) / 1600;
  pen.strokeStyle = CHALK_WHITE;
  pen.lineWidth = cell * 0.08;
  pen.globalAlpha = nowMs === 0 ? 0.6 : 0.75 * (1 - beat);
  pen.beginPath();
  pen.arc(x, y, cell * (0.75 + (nowMs === 0 ? 0.1 : beat * 0.75)), 0, Math.PI * 2);
  pen.stroke();
  pen.globalAlpha = 1;
}

function blinks(id: number, nowMs: number): boolean {
  return (nowMs + id * 977) % (2600 + (id % 5) * 430) < 120;
}

function overshoot(share: number): number {
  const back = 1.9;
  const rest = share - 1;
  return 1 + (back + 1) * rest ** 3 + back * rest ** 2;
}
