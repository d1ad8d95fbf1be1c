/** The whole yard at a glance, a few pixels a cell, with one's own stone and the part on screen marked. */

import type { Ground } from './ground.ts';
import type { Motion } from './motion.ts';
import { CHALK_WHITE, chalkOf, EARTH, mixed } from './palette.ts';

const SCALE = 3;

/** In cells. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function drawMinimap(
  canvas: HTMLCanvasElement,
  yard: { ground: Ground; motion: Motion; me: number },
  seen: Area,
): void {
  const { ground } = yard;
  if (canvas.width !== ground.width * SCALE) {
    canvas.width = ground.width * SCALE;
    canvas.height = ground.height * SCALE;
  }
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.fillStyle = mixed(EARTH, '#fff0d0', 0.35);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (let y = 0; y < ground.height; y += 1) {
    for (let x = 0; x < ground.width; x += 1) {
      const colour = ground.at(x, y);
      if (colour === 0) continue;
      pen.fillStyle = chalkOf(colour).base;
      pen.fillRect(x * SCALE, y * SCALE, SCALE, SCALE);
    }
  }
  const shown = insideYard(seen, ground);
  pen.strokeStyle = '#2a1a0c';
  pen.lineWidth = 1.5;
  pen.strokeRect(shown.x * SCALE + 1, shown.y * SCALE + 1, shown.width * SCALE - 2, shown.height * SCALE - 2);
  const me = yard.motion.get(yard.me);
  if (me === undefined) return;
  pen.fillStyle = CHALK_WHITE;
  pen.strokeStyle = '#2a1a0c';
  pen.beginPath();
  pen.arc((me.x + 0.5) * SCALE, (me.y + 0.5) * SCALE, SCALE * 1.4, 0, Math.PI * 2);
  pen.fill();
  pen.stroke();
}

/** The part of `seen` that lies in the yard: the screen also shows what is around it. */
export function insideYard(seen: Area, yard: { readonly width: number; readonly height: number }): Area {
  const x = Math.max(0, seen.x);
  const y = Math.max(0, seen.y);
  const right = Math.min(yard.width, seen.x + seen.width);
  const bottom = Math.min(yard.height, seen.y + seen.height);
  return { x, y, width: right - x, height: bottom - y };
}
