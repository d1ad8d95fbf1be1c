/** What happens once, made visible: sparks, blasts, rings, beams, and a little shaking. Keeps no rules, only light. */
import { BOLT } from '../../measures.ts';
import type { Actor, Actors } from './actors.ts';
import { Beams, endOfBeam } from './beams.ts';
import type { Camera } from './camera.ts';
import type { Glows } from './glow.ts';
import { CELADON, IVORY, lightOf, PICKUP_LIGHT, VERMILION } from './palette.ts';
import { Particles } from './particles.ts';

export interface Effects {
  /** A beam left a ship. Answers the id of the ship that it seems to meet, or 0. */
  shot(by: number, aim: number, nowMs: number): number;
  /** A shot that was shown did not happen. */
  unshoot(by: number): void;
  hit(by: number, on: number, isShield: boolean, nowMs: number): void;
  burst(x: number, y: number, by: number, nowMs: number): void;
  destroyed(on: number, x: number, y: number, nowMs: number): void;
  picked(by: number, kind: keyof typeof PICKUP_LIGHT, nowMs: number): void;
  /** A ship is back. */
  appeared(actor: Actor, nowMs: number): void;
  draw(pen: CanvasRenderingContext2D, nowMs: number, elapsedMs: number): void;
  clear(): void;
}

export function createEffects(
  { actors, camera, glows }: { actors: Actors; camera: Camera; glows: Glows },
  { calm, chance }: { calm: boolean; chance: () => number },
): Effects {
  const particles = new Particles({ calm, chance });
  const beams = new Beams();

  /** Shakes the camera by what happened at a place, less the farther away it is. */
  function shake(x: number, y: number, strength: number, nowMs: number): void {
    if (calm) return;
    const distance = Math.hypot(x - camera.x, y - camera.y);
    camera.shake(strength * Math.max(0, 1 - distance / 700), nowMs);
  }

  return {
    shot(by, aim, nowMs) {
      const from = actors.get(by);
      if (from === undefined) return 0;
      from.shotAtMs = nowMs;
      const end = endOfBeam(from, aim, actors);
      const hex = lightOf(from.colour);
      const [dx, dy] = [Math.cos(aim), Math.sin(aim)];
      const [fromX, fromY] = [from.x + dx * 20, from.y + dy * 20];
      beams.add({ by, fromX, fromY, toX: end.x, toY: end.y, hex, bornMs: nowMs });
      const back = { x: end.x, y: end.y, direction: aim + Math.PI, spread: 0.9 };
      particles.sparks(back, { hex, count: end.at === null ? 5 : 3, speed: 210, lifeMs: 240 }, nowMs);
      return end.at?.id ?? 0;
    },
    unshoot: (by) => beams.reject(by),
    hit(by, on, isShield, nowMs) {
      const target = actors.get(on);
      if (target === undefined) return;
      const from = actors.get(by);
      const direction = from === undefined ? 0 : Math.atan2(from.y - target.y, from.x - target.x);
      target.hitAtMs = nowMs;
      target.hitFrom = direction;
      const [x, y] = [target.x + Math.cos(direction) * 18, target.y + Math.sin(direction) * 18];
      const hex = isShield ? CELADON : VERMILION;
      particles.sparks({ x, y, direction, spread: 1.1 }, { hex, count: 9, speed: 330, lifeMs: 330 }, nowMs);
      particles.sparks({ x, y, direction, spread: 0.7 }, { hex: IVORY, count: 4, speed: 420, lifeMs: 220 }, nowMs);
    },
    burst(x, y, by, nowMs) {
      const hex = lightOf(actors.get(by)?.colour ?? 0);
      particles.ring(x, y, { hex, size: BOLT.blastRadius, lifeMs: 420 }, nowMs);
      particles.ring(x, y, { hex: IVORY, size: BOLT.blastRadius * 0.6, lifeMs: 300 }, nowMs);
      particles.sparks({ x, y, direction: 0, spread: Math.PI }, { hex, count: 26, speed: 430, lifeMs: 480 }, nowMs);
      particles.embers(x, y, { hex, count: 9, speed: 160 }, nowMs);
      shake(x, y, 0.5, nowMs);
    },
    destroyed(on, x, y, nowMs) {
      const hex = lightOf(actors.get(on)?.colour ?? 0);
      const all = { x, y, direction: 0, spread: Math.PI };
      particles.ring(x, y, { hex: IVORY, size: 90, lifeMs: 380 }, nowMs);
      particles.ring(x, y, { hex, size: 170, lifeMs: 700 }, nowMs);
      particles.sparks(all, { hex, count: 46, speed: 560, lifeMs: 760 }, nowMs);
      particles.sparks(all, { hex: IVORY, count: 18, speed: 680, lifeMs: 420 }, nowMs);
      particles.embers(x, y, { hex, count: 20, speed: 240 }, nowMs);
      particles.embers(x, y, { hex: VERMILION, count: 8, speed: 120 }, nowMs);
      shake(x, y, 1, nowMs);
    },
    picked(by, kind, nowMs) {
      const ship = actors.get(by);
      if (ship === undefined) return;
      const hex = PICKUP_LIGHT[kind];
      particles.ring(ship.x, ship.y, { hex, size: 58, lifeMs: 460 }, nowMs);
      particles.embers(ship.x, ship.y, { hex, count: 9, speed: 120 }, nowMs);
    },
    appeared({ x, y, colour }, nowMs) {
      particles.ring(x, y, { hex: lightOf(colour), size: 76, lifeMs: 620 }, nowMs);
      particles.ring(x, y, { hex: IVORY, size: 44, lifeMs: 420 }, nowMs);
    },
    draw(pen, nowMs, elapsedMs) {
      beams.draw(pen, nowMs);
      particles.draw(pen, camera, glows, nowMs, elapsedMs);
    },
    clear() {
      particles.clear();
      beams.clear();
    },
  };
}
