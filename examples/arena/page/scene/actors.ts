/**
 * Ships as they are drawn: what the scene says of each, and what only a picture has: where its hull points, the trail
 * behind it, how long ago it was hit.
 */
import type { Scene } from './scene.ts';

const TRAIL_POINTS = 26;
const TRAIL_EVERY_MS = 16;
/** A way this long between two pictures was not flown. */
const JUMP = 90;
/** How fast a hull turns to where its ship flies, in thousandths of a second. */
const HULL_MS = 90;

export interface Actor {
  readonly id: number;
  name: string;
  colour: number;
  bot: boolean;
  x: number;
  y: number;
  vx: number;
  vy: number;
  aim: number;
  hp: number;
  shield: number;
  score: number;
  rapidUntil: number;
  safeUntil: number;
  backAt: number;
  lobbedAt: number;
  /** Where the hull points. */
  hull: number;
  /** How strongly the engine burns, 0 to 1. */
  burn: number;
  hitAtMs: number;
  /** From where it was hit last, as a direction. */
  hitFrom: number;
  shotAtMs: number;
  appearedAtMs: number;
  /** Newest last: x, y, x, y, … */
  readonly trail: number[];
  trailAtMs: number;
}

export class Actors {
  readonly #all = new Map<number, Actor>();
  /** Whoever is here at the first look did not just appear. */
  #isFirst = true;

  get(id: number): Actor | undefined {
    return this.#all.get(id);
  }

  [Symbol.iterator](): Iterator<Actor> {
    return this.#all.values();
  }

  /** Takes what the scene says now. */
  take(scene: Scene, nowMs: number, elapsedMs: number): void {
    const here = new Set<number>();
    for (const ship of scene.ships) {
      here.add(ship.id);
      const { x, y, vx, vy, aim, hp, shield, score, rapidUntil, safeUntil, backAt } = ship;
      const actor = this.#all.get(ship.id) ?? this.#enter(ship.id, x, y, aim);
      const isBack = actor.hp === 0 && hp > 0;
      if (isBack && !this.#isFirst) actor.appearedAtMs = nowMs;
      if (isBack || Math.hypot(x - actor.x, y - actor.y) > JUMP) actor.trail.length = 0;
      // Names are text that never changes; numbers do all the time.
      if (actor.name === '') Object.assign(actor, { name: ship.name, colour: ship.colour, bot: ship.bot });
      const speed = Math.hypot(vx, vy);
      actor.burn += (Math.min(1, speed / 300) - actor.burn) * (1 - Math.exp(-elapsedMs / 120));
      actor.hull = turned(actor.hull, speed > 25 ? Math.atan2(vy, vx) : aim, elapsedMs);
      Object.assign(actor, { x, y, vx, vy, aim, hp, shield, score, rapidUntil, safeUntil, backAt });
      actor.lobbedAt = ship.lobbedAt ?? 0;
      leaveTrail(actor, nowMs);
    }
    for (const id of this.#all.keys()) if (!here.has(id)) this.#all.delete(id);
    this.#isFirst = false;
  }

  clear(): void {
    this.#all.clear();
    this.#isFirst = true;
  }

  #enter(id: number, x: number, y: number, aim: number): Actor {
    const actor: Actor = {
      id,
      name: '',
      colour: 0,
      bot: false,
      x,
      y,
      vx: 0,
      vy: 0,
      aim,
      hp: 0,
      shield: 0,
      score: 0,
      rapidUntil: 0,
      safeUntil: 0,
      backAt: 0,
      lobbedAt: 0,
      hull: aim,
      burn: 0,
      hitAtMs: Number.NEGATIVE_INFINITY,
      hitFrom: 0,
      shotAtMs: Number.NEGATIVE_INFINITY,
      appearedAtMs: Number.NEGATIVE_INFINITY,
      trail: [],
      trailAtMs: 0,
    };
    this.#all.set(id, actor);
    return actor;
  }
}

function leaveTrail(actor: Actor, nowMs: number): void {
  if (actor.hp === 0) {
    actor.trail.length = 0;
    return;
  }
  if (nowMs - actor.trailAtMs < TRAIL_EVERY_MS) return;
  actor.trailAtMs = nowMs;
  actor.trail.push(actor.x, actor.y);
  if (actor.trail.length > TRAIL_POINTS * 2) actor.trail.splice(0, 2);
}

function turned(from: number, to: number, elapsedMs: number): number {
  const turn = Math.PI * 2;
  const way = (to - from) % turn;
  const shorter = way > Math.PI ? way - turn : way < -Math.PI ? way + turn : way;
  return from + shorter * (1 - Math.exp(-elapsedMs / HULL_MS));
}
