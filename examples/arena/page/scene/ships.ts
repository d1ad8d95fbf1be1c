/** A ship: hull, gun, engine light, trail, shield; and what is written over it. Drawn in the arena's units. */
import { SHIP } from '../../measures.ts';
import type { Actor } from './actors.ts';
import type { Glows } from './glow.ts';
import { CELADON, faded, INK, IVORY, lightOf, VERMILION } from './palette.ts';

/** Of people: a swallow. Of bots: a beetle. Noses point along x. */
const SWALLOW = new Path2D('M20 0L4-6L-9-15L-14-13L-8-5L-11 0L-8 5L-14 13L-9 15L4 6Z');
const BEETLE = new Path2D('M16-4V4L8 12L-10 12L-14 5V-5L-10-12L8-12Z');
const SWALLOW_FEATHERS = new Path2D('M3-4L-8-11M3 4L-8 11M13 0L-5 0');
const BEETLE_FEATHERS = new Path2D('M6-9L-8-9M6 9L-8 9M-9-5V5');

const FLASH_MS = 130;
const RIPPLE_MS = 340;

export interface ShipLook {
  readonly nowMs: number;
  readonly tick: number;
  readonly isMe: boolean;
  /** CSS pixels per unit: lines and letters keep their size on screen. */
  readonly scale: number;
}

export function drawTrail(pen: CanvasRenderingContext2D, { trail, x, y, colour, burn }: Actor): void {
  const points = trail.length / 2;
  if (points < 2) return;
  const hex = lightOf(colour);
  // Round ends would lie over one another and show as beads.
  pen.lineCap = 'butt';
  let [fromX = x, fromY = y] = trail;
  for (let point = 1; point <= points; point++) {
    const toX = point === points ? x : (trail[point * 2] ?? x);
    const toY = point === points ? y : (trail[point * 2 + 1] ?? y);
    const share = point / points;
    pen.strokeStyle = faded(hex, share * share * 0.5 * burn);
    pen.lineWidth = 1 + share * 8;
    pen.beginPath();
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
    pen.stroke();
    [fromX, fromY] = [toX, toY];
  }
}

/** The light it gives: under hulls, added to what is there. */
export function drawShipLight(pen: CanvasRenderingContext2D, actor: Actor, glows: Glows, { nowMs }: ShipLook): void {
  const hex = lightOf(actor.colour);
  glows.draw(pen, hex, actor.x, actor.y, 46, 0.55);
  const flicker = 0.85 + 0.15 * Math.sin(nowMs * 0.05 + actor.id);
  const [dx, dy] = [Math.cos(actor.hull), Math.sin(actor.hull)];
  glows.draw(pen, hex, actor.x - dx * 14, actor.y - dy * 14, 12 + actor.burn * 16, actor.burn * flicker);
  const shotAgo = nowMs - actor.shotAtMs;
  if (shotAgo < 90) {
    const [ax, ay] = [Math.cos(actor.aim), Math.sin(actor.aim)];
    glows.draw(pen, IVORY, actor.x + ax * 24, actor.y + ay * 24, 22, 1 - shotAgo / 90);
  }
}

export function drawShip(pen: CanvasRenderingContext2D, actor: Actor, look: ShipLook): void {
  const { nowMs, tick, isMe, scale } = look;
  const hex = lightOf(actor.colour);
  const flash = Math.max(0, 1 - (nowMs - actor.hitAtMs) / FLASH_MS);
  pen.save();
  pen.translate(actor.x, actor.y);

  pen.save();
  pen.rotate(actor.hull);
  const hull = actor.bot ? BEETLE : SWALLOW;
  pen.lineJoin = 'round';
  pen.fillStyle = flash > 0 ? mixWhite(flash) : INK;
  pen.fill(hull);
  pen.fillStyle = faded(hex, 0.34);
  pen.fill(hull);
  pen.strokeStyle = faded(hex, 0.6);
  pen.lineWidth = 1.3;
  pen.stroke(actor.bot ? BEETLE_FEATHERS : SWALLOW_FEATHERS);
  pen.strokeStyle = hex;
  pen.lineWidth = Math.max(2, 1.5 / scale);
  pen.stroke(hull);
  pen.restore();

  pen.rotate(actor.aim);
  pen.fillStyle = IVORY;
  pen.beginPath();
  pen.roundRect(2, -2.1, 19, 4.2, 2);
  pen.fill();
  pen.fillStyle = tick < actor.rapidUntil ? '#ffc65a' : hex;
  pen.beginPath();
  pen.arc(0, 0, 5.4, 0, Math.PI * 2);
  pen.fill();
  pen.strokeStyle = IVORY;
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.rotate(-actor.aim);

  if (isMe) drawOwnRing(pen, actor, scale);
  drawShield(pen, actor, nowMs);
  if (tick < actor.safeUntil) drawSafety(pen, nowMs);
  pen.restore();
}

/** One's own hull strength, around one's own ship, where the eyes are. */
function drawOwnRing(pen: CanvasRenderingContext2D, { hp }: Actor, scale: number): void {
  const radius = 34;
  const share = hp / SHIP.hp;
  pen.lineCap = 'round';
  pen.lineWidth = Math.max(2.6, 2 / scale);
  pen.strokeStyle = faded(IVORY, 0.16);
  arc(pen, radius, Math.PI * 0.72, Math.PI * 0.56);
  pen.strokeStyle = share > 0.35 ? faded(IVORY, 0.92) : VERMILION;
  if (share > 0) arc(pen, radius, Math.PI * 0.72, Math.PI * 0.56 * share);
}

function arc(pen: CanvasRenderingContext2D, radius: number, from: number, length: number): void {
  // From the lower left to the lower right.
  pen.beginPath();
  pen.arc(0, 0, radius, from, from - length, true);
  pen.stroke();
}

function drawShield(pen: CanvasRenderingContext2D, actor: Actor, nowMs: number): void {
  const ago = nowMs - actor.hitAtMs;
  const struck = Math.max(0, 1 - ago / RIPPLE_MS);
  if (actor.shield === 0 && struck === 0) return;
  const share = Math.min(1, actor.shield / SHIP.shieldMax);
  if (actor.shield > 0) {
    pen.strokeStyle = faded(CELADON, 0.22 + share * 0.5);
    pen.lineWidth = 1.2 + share * 1.6;
    pen.beginPath();
    pen.arc(0, 0, 24.5, 0, Math.PI * 2);
    pen.stroke();
    pen.fillStyle = faded(CELADON, 0.04 + share * 0.07 + struck * 0.12);
    pen.fill();
  }
  if (struck === 0) return;
  const hex = actor.shield > 0 ? CELADON : VERMILION;
  const half = 0.5 + (1 - struck) * 0.9;
  pen.strokeStyle = faded(hex, struck);
  pen.lineWidth = 3.4 * struck + 1;
  pen.beginPath();
  pen.arc(0, 0, 24.5 + (1 - struck) * 6, actor.hitFrom - half, actor.hitFrom + half);
  pen.stroke();
}

/** Nothing harms it yet: a slow broken ring. */
function drawSafety(pen: CanvasRenderingContext2D, nowMs: number): void {
  pen.save();
  pen.rotate(nowMs / 900);
  pen.strokeStyle = faded(IVORY, 0.75);
  pen.lineWidth = 2;
  pen.setLineDash([9, 8]);
  pen.beginPath();
  pen.arc(0, 0, 29.7, 0, Math.PI * 2);
  pen.stroke();
  pen.restore();
}

/** One's own ship as the server last said it was: an outline without light. */
export function drawGhost(
  pen: CanvasRenderingContext2D,
  ghost: { readonly x: number; readonly y: number; readonly aim: number },
  scale: number,
): void {
  pen.save();
  pen.translate(ghost.x, ghost.y);
  pen.strokeStyle = VERMILION;
  pen.lineWidth = 1.8 / scale;
  pen.setLineDash([5, 4]);
  pen.beginPath();
  pen.arc(0, 0, SHIP.radius + 3, 0, Math.PI * 2);
  pen.stroke();
  pen.setLineDash([]);
  pen.rotate(ghost.aim);
  pen.beginPath();
  pen.moveTo(SHIP.radius + 3, 0);
  pen.lineTo(SHIP.radius + 13, 0);
  pen.stroke();
  pen.restore();
}

function mixWhite(share: number): string {
  const light = Math.round(40 + share * 215);
  return `rgb(${light} ${light} ${light})`;
}
