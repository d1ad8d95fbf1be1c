/** The whole yard at a glance, a few pixels a cell, with one's own stone and the part on screen marked. */

import type { Ground } from './ground.ts';
import type { Motion } from './motion.ts';
import { CHALK_WHITE, chalkOf, EARTH, mixed } from './palette.ts';

const SCALE = 3;

export function drawMinimap(
  canvas: HTMLCanvasElement,
  yard: { ground: Ground; motion: Motion; me: number },
  seen: { x: number; y: number; width: number; height: number },
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
  const left = Math.max(0, seen.x) * SCALE;
  const top = Math.max(0, seen.y) * SCALE;
  pen.strokeStyle = '#2a1a0c';
  pen.lineWidth = 1.5;
  pen.strokeRect(
    left + 1,
    top + 1,
    Math.min(canvas.width - left, seen.width * SCALE) - 2,
    Math.min(canvas.height - top, seen.height * SCALE) - 2,
  );
  const me = yard.motion.get(yard.me);
  if (me === undefined) return;
  pen.fillStyle = CHALK_WHITE;
  pen.strokeStyle = '#2a1a0c';
  pen.beginPath();
  pen.arc((me.x + 0.5) * SCALE, (me.y + 0.5) * SCALE, SCALE * 1.4, 0, Math.PI * 2);
  pen.fill();
  pen.stroke();
}
