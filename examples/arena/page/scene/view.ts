/** The picture of the arena on one canvas: what lies under what. `draw` takes the scene once for each picture. */
import { Actors } from './actors.ts';
import { Camera, type Covered, type Screen } from './camera.ts';
import { Chart } from './chart.ts';
import { createEffects, type Effects } from './effects.ts';
import { Glows } from './glow.ts';
import { drawLabel } from './labels.ts';
import type { Minimap } from './minimap.ts';
import type { Look, Scene } from './scene.ts';
import { drawGhost, drawShip, drawShipLight, drawTrail } from './ships.ts';
import { Sky } from './sky.ts';
import { Stones } from './stones.ts';
import { drawBolt, drawPickup } from './things.ts';

/** Sharper than this is not seen, only paid for. */
const PIXEL_RATIO_MAX = 2;

const MIDDLE = { x: 1024, y: 1024, aheadX: 0, aheadY: 0 };

export interface ArenaView {
  readonly effects: Effects;
  readonly actors: Actors;
  draw(scene: Scene, look: Look): void;
  /** Where a place of the arena is on screen, in CSS pixels. */
  toScreen(x: number, y: number): { x: number; y: number };
  /** Fits the picture to the window, of which something may be covered. */
  fit(covered: Covered): void;
  /** Forgets the battle, so that the next one appears instead of following from it. */
  clear(): void;
}

export function createArenaView(
  canvas: HTMLCanvasElement,
  { calm, minimap }: { calm: boolean; minimap: Minimap },
): ArenaView {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('this browser offers no 2d canvas');
  const pen = context;
  const camera = new Camera();
  const actors = new Actors();
  const glows = new Glows();
  const effects = createEffects({ actors, camera, glows }, { calm, chance: Math.random });
  const sky = new Sky();
  const chart = new Chart();
  const stones = new Stones();
  let screen: Screen = { width: 1, height: 1, pixelRatio: 1 };
  let lastMs = 0;

  function fit(covered: Covered): void {
    const pixelRatio = Math.min(PIXEL_RATIO_MAX, Math.max(1, window.devicePixelRatio));
    screen = { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1, pixelRatio };
    canvas.width = Math.round(screen.width * pixelRatio);
    canvas.height = Math.round(screen.height * pixelRatio);
    camera.fit(screen, covered);
    sky.fit(screen);
  }

  function drawWorld(scene: Scene, { nowMs, tick, me, ghost }: Look, elapsedMs: number): void {
    const { scale } = camera;
    camera.lay(pen);
    chart.draw(pen, scale);
    for (const pickup of scene.pickups) drawPickup(pen, pickup, { glows, camera, nowMs, tick });
    const seen = [...actors].filter(({ hp, x, y }) => hp > 0 && camera.sees(x, y, 260));
    const look = (id: number) => ({ nowMs, tick, scale, isMe: id === me });
    pen.globalCompositeOperation = 'lighter';
    for (const actor of seen) drawTrail(pen, actor);
    for (const actor of seen) drawShipLight(pen, actor, glows, look(actor.id));
    pen.globalCompositeOperation = 'source-over';
    stones.draw(pen, camera, glows, nowMs);
    chart.drawRim(pen, scale);
    for (const actor of seen) drawShip(pen, actor, look(actor.id));
    if (ghost !== null) drawGhost(pen, ghost, scale);
    pen.globalCompositeOperation = 'lighter';
    for (const bolt of scene.bolts) drawBolt(pen, bolt, glows, nowMs);
    effects.draw(pen, nowMs, elapsedMs);
    pen.globalCompositeOperation = 'source-over';
    pen.setTransform(screen.pixelRatio, 0, 0, screen.pixelRatio, 0, 0);
    for (const actor of seen) if (actor.id !== me) drawLabel(pen, actor, camera);
  }

  return {
    effects,
    actors,
    draw(scene, look) {
      const { nowMs, watched, isBehindMenu } = look;
      const elapsedMs = Math.min(100, nowMs - lastMs);
      lastMs = nowMs;
      actors.take(scene, nowMs, elapsedMs);
      for (const actor of actors) if (actor.appearedAtMs === nowMs) effects.appeared(actor, nowMs);
      const ship = actors.get(watched);
      const at =
        ship === undefined ? MIDDLE : { x: ship.x, y: ship.y, aheadX: Math.cos(ship.aim), aheadY: Math.sin(ship.aim) };
      camera.aim(at, ship === undefined ? 0 : watched, { isBehindMenu, elapsedMs, nowMs });
      sky.draw(pen, camera, screen);
      drawWorld(scene, look, elapsedMs);
      minimap.draw(scene, actors, look, camera, screen);
    },
    toScreen: (x, y) => camera.toScreen(x, y),
    fit,
    clear() {
      actors.clear();
      effects.clear();
      camera.cut();
    },
  };
}
