/** The whole arena in a corner: walls, what lies ready, everybody, and what part of it is on screen. */
import { BOXES, DISCS } from '../../arena-map.ts';
import { ARENA_SIZE } from '../../measures.ts';
import type { Actors } from './actors.ts';
import type { Camera, Screen } from './camera.ts';
import { faded, GOLD, IVORY, LACQUER_EDGE, lightOf, PICKUP_LIGHT } from './palette.ts';
import type { Look, Scene } from './scene.ts';

/** Nobody needs a map sixty times a second. */
const EVERY_MS = 66;

export class Minimap {
  readonly #canvas: HTMLCanvasElement;
  readonly #walls = new Path2D();
  #drawnAtMs = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    for (const { x, y, halfWidth, halfHeight } of BOXES) {
      this.#walls.rect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2);
    }
    for (const { x, y, radius } of DISCS) {
      this.#walls.moveTo(x + radius, y);
      this.#walls.arc(x, y, radius, 0, Math.PI * 2);
    }
  }

  draw(scene: Scene, actors: Actors, { nowMs, tick, me }: Look, camera: Camera, screen: Screen): void {
    const size = this.#canvas.clientWidth;
    if (size === 0 || nowMs - this.#drawnAtMs < EVERY_MS) return;
    this.#drawnAtMs = nowMs;
    const pixels = Math.round(size * screen.pixelRatio);
    if (this.#canvas.width !== pixels) {
      this.#canvas.width = pixels;
      this.#canvas.height = pixels;
    }
    const pen = this.#canvas.getContext('2d');
    if (pen === null) return;
    const scale = pixels / ARENA_SIZE;
    // A line, or the radius of a dot, of so many CSS pixels.
    const css = (count: number): number => (count * ARENA_SIZE) / size;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, ARENA_SIZE, ARENA_SIZE);
    pen.fillStyle = faded(LACQUER_EDGE, 0.75);
    pen.fill(this.#walls);
    for (const { x, y, kind, readyAt } of scene.pickups) {
      if (tick < readyAt) continue;
      pen.fillStyle = PICKUP_LIGHT[kind];
      pen.fillRect(x - css(1.5), y - css(1.5), css(3), css(3));
    }
    for (const { id, x, y, hp, colour } of actors) {
      if (hp === 0) continue;
      pen.fillStyle = lightOf(colour);
      pen.beginPath();
      pen.arc(x, y, css(id === me ? 4 : 3), 0, Math.PI * 2);
      pen.fill();
      if (id !== me) continue;
      pen.strokeStyle = IVORY;
      pen.lineWidth = css(1.5);
      pen.stroke();
    }
    const seen = camera.seen;
    pen.strokeStyle = faded(GOLD, 0.7);
    pen.lineWidth = css(1);
    pen.strokeRect(seen.x, seen.y, seen.width, seen.height);
  }
}
