/** What is neither ship nor wall: bolts in flight and what lies about to be picked up. */
import { BOLT, PICKUP } from '../../measures.ts';
import type { SeenBolt, SeenPickup } from '../../state.ts';
import type { Camera } from './camera.ts';
import type { Glows } from './glow.ts';
import { faded, IVORY, lightOf, PICKUP_LIGHT } from './palette.ts';

const SIGNS = {
  repair: new Path2D('M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3Z'),
  shield: new Path2D('M0-10L8-7V0C8 5 4 8 0 10C-4 8-8 5-8 0V-7Z'),
  rapid: new Path2D('M2-10L-7 2H-1L-3 10L7-3H1Z'),
} as const;

/** Plasma: a hot core in a light that boils. */
export function drawBolt(pen: CanvasRenderingContext2D, bolt: SeenBolt, glows: Glows, nowMs: number): void {
  const hex = lightOf(bolt.colour);
  const boil = 1 + 0.14 * Math.sin(nowMs * 0.03 + bolt.x * 0.05);
  const speed = Math.hypot(bolt.vx, bolt.vy) || 1;
  const [dx, dy] = [bolt.vx / speed, bolt.vy / speed];
  for (let back = 4; back > 0; back--) {
    glows.draw(pen, hex, bolt.x - dx * back * 9, bolt.y - dy * back * 9, 24 - back * 3, 0.34);
  }
  glows.draw(pen, hex, bolt.x, bolt.y, 40 * boil, 0.9);
  pen.fillStyle = IVORY;
  pen.beginPath();
  pen.arc(bolt.x, bolt.y, BOLT.radius * 0.72 * boil, 0, Math.PI * 2);
  pen.fill();
  pen.strokeStyle = hex;
  pen.lineWidth = 2.2;
  pen.beginPath();
  pen.arc(bolt.x, bolt.y, BOLT.radius * boil, 0, Math.PI * 2);
  pen.stroke();
}

/** Ready: a sign in a turning frame. Not ready: how long until it is, as a thin circle that closes. */
export function drawPickup(
  pen: CanvasRenderingContext2D,
  pickup: SeenPickup,
  { glows, camera, nowMs, tick }: { glows: Glows; camera: Camera; nowMs: number; tick: number },
): void {
  const { x, y, kind, readyAt } = pickup;
  if (!camera.sees(x, y, 50)) return;
  const hex = PICKUP_LIGHT[kind];
  if (tick < readyAt) {
    const share = 1 - (readyAt - tick) / PICKUP.backTicks[kind];
    pen.strokeStyle = faded(hex, 0.12);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 17, 0, Math.PI * 2);
    pen.stroke();
    pen.strokeStyle = faded(hex, 0.45);
    pen.beginPath();
    pen.arc(x, y, 17, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * Math.max(0, share));
    pen.stroke();
    return;
  }
  const beat = 1 + 0.06 * Math.sin(nowMs / 260 + x);
  pen.globalCompositeOperation = 'lighter';
  glows.draw(pen, hex, x, y, 44 * beat, 0.6);
  pen.globalCompositeOperation = 'source-over';
  pen.save();
  pen.translate(x, y);
  pen.rotate(nowMs / 1500);
  pen.strokeStyle = hex;
  pen.fillStyle = '#0a1026d9';
  pen.lineWidth = 2.2;
  pen.lineJoin = 'round';
  pen.beginPath();
  for (let corner = 0; corner < 6; corner++) {
    const bearing = (corner / 6) * Math.PI * 2;
    pen.lineTo(Math.cos(bearing) * 20 * beat, Math.sin(bearing) * 20 * beat);
  }
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.rotate(-nowMs / 1500);
  pen.fillStyle = hex;
  pen.fill(SIGNS[kind]);
  pen.restore();
}
