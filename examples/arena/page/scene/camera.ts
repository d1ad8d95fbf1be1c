/**
 * Which part of the arena is on screen: around the watched ship, a little ahead to where it aims. The ship itself is
 * never eased, or steering would feel late; only the look ahead and the way from one ship to another are.
 */

import { ARENA_SIZE } from '../../measures.ts';

/** So many units are on a screen, whatever its shape, so that nobody sees more of the arena than others. */
const SEEN_AREA = 1240 * 775;
const BEHIND_MENU = 0.78;
const SCALE_MIN = 0.42;

/** How much of the screen may be beyond the arena's edge. */
const OUTSIDE = 0.24;

const AHEAD = 70;
const AHEAD_MS = 220;
const CHANGE_MS = 420;
const SHAKE_MS = 240;

export interface Screen {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** CSS pixels at these sides that something covers: what is watched is in the middle of the rest. */
export interface Covered {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

export class Camera {
  /** CSS pixels per unit. */
  scale = 1;
  /** The place of the arena in the middle of the screen. */
  x = 1024;
  y = 1024;
  #screen: Screen = { width: 1, height: 1, pixelRatio: 1 };
  #covered: Covered = { left: 0, top: 0, bottom: 0 };
  #aheadX = 0;
  #aheadY = 0;
  #watched = -1;
  /** What is left of the way from the ship that was watched before. */
  #restX = 0;
  #restY = 0;
  #zoom = 1;
  #shake = { strength: 0, sinceMs: 0 };

  fit(screen: Screen, covered: Covered): void {
    this.#screen = screen;
    this.#covered = covered;
  }

  /** Looks at a place. `watched` names whose it is: another one is gone to, the same one is followed. */
  aim(
    at: { x: number; y: number; aheadX: number; aheadY: number },
    watched: number,
    { isBehindMenu, elapsedMs, nowMs }: { isBehindMenu: boolean; elapsedMs: number; nowMs: number },
  ): void {
    if (watched !== this.#watched) {
      const isFirst = this.#watched === -1;
      this.#restX = isFirst ? 0 : this.x - at.x - this.#aheadX;
      this.#restY = isFirst ? 0 : this.y - at.y - this.#aheadY;
      this.#watched = watched;
    }
    const stays = Math.exp(-elapsedMs / CHANGE_MS);
    this.#restX *= stays;
    this.#restY *= stays;
    const eased = 1 - Math.exp(-elapsedMs / AHEAD_MS);
    this.#aheadX += (at.aheadX * AHEAD - this.#aheadX) * eased;
    this.#aheadY += (at.aheadY * AHEAD - this.#aheadY) * eased;
    const zoom = isBehindMenu ? BEHIND_MENU : 1;
    this.#zoom += (zoom - this.#zoom) * (1 - Math.exp(-elapsedMs / CHANGE_MS));
    const { width, height } = this.#screen;
    this.scale = Math.max(SCALE_MIN, Math.sqrt((width * height) / SEEN_AREA)) * this.#zoom;
    const { x, y } = this.#shaken(nowMs);
    const { left, top, bottom } = this.#covered;
    this.x = x + inside(at.x + this.#aheadX + this.#restX, (width - left) / 2 / this.scale);
    this.y = y + inside(at.y + this.#aheadY + this.#restY, (height - top - bottom) / 2 / this.scale);
  }

  /** A blow, 0 to 1, that passes soon. */
  shake(strength: number, nowMs: number): void {
    const left = this.#strengthAt(nowMs);
    if (strength > left) this.#shake = { strength, sinceMs: nowMs };
  }

  /** Forgets whom it followed: the next one is looked at without a way there. */
  cut(): void {
    this.#watched = -1;
    this.#restX = 0;
    this.#restY = 0;
  }

  /** Lets a pen draw in the arena's units. */
  lay(pen: CanvasRenderingContext2D): void {
    const { pixelRatio } = this.#screen;
    const scale = this.scale * pixelRatio;
    const { x, y } = this.#middle;
    pen.setTransform(scale, 0, 0, scale, x * pixelRatio - this.x * scale, y * pixelRatio - this.y * scale);
  }

  /** Where a place of the arena is on screen, in CSS pixels. */
  toScreen(x: number, y: number): { x: number; y: number } {
    const middle = this.#middle;
    return { x: middle.x + (x - this.x) * this.scale, y: middle.y + (y - this.y) * this.scale };
  }

  /** True for a place that is on screen or at most `margin` units outside. */
  sees(x: number, y: number, margin: number): boolean {
    const { width, height } = this.#screen;
    const at = this.toScreen(x, y);
    const wide = margin * this.scale;
    return at.x >= -wide && at.y >= -wide && at.x <= width + wide && at.y <= height + wide;
  }

  /** What part of the arena is on screen. */
  get seen(): { x: number; y: number; width: number; height: number } {
    const { width, height } = this.#screen;
    const middle = this.#middle;
    const { scale } = this;
    return { x: this.x - middle.x / scale, y: this.y - middle.y / scale, width: width / scale, height: height / scale };
  }

  /** The middle of what nothing covers, in CSS pixels. */
  get #middle(): { x: number; y: number } {
    const { width, height } = this.#screen;
    const { left, top, bottom } = this.#covered;
    return { x: (left + width) / 2, y: (top + height - bottom) / 2 };
  }

  #strengthAt(nowMs: number): number {
    return this.#shake.strength * Math.max(0, 1 - (nowMs - this.#shake.sinceMs) / SHAKE_MS);
  }

  #shaken(nowMs: number): { x: number; y: number } {
    const size = 7 * this.#strengthAt(nowMs);
    return { x: Math.sin(nowMs * 0.083) * size, y: Math.cos(nowMs * 0.107) * size };
  }
}

/** A middle of the view that keeps most of what is seen inside, `half` being half of what is seen. */
function inside(middle: number, half: number): number {
  const least = half * (1 - 2 * OUTSIDE);
  return least >= ARENA_SIZE / 2 ? ARENA_SIZE / 2 : Math.min(ARENA_SIZE - least, Math.max(least, middle));
}
