/**
 * One full client that rides along: checks that what it is shown is right, and measures how long it takes from asking for a direction to
 * the first state in which its own mover went that way.
 */
import type { LoadStart } from '../load/orders.ts';
import { type Mover, STEPS } from '../setting.ts';
import type { BeginRide, Ride } from './riding.ts';

/** What servers that quantise may be off by, in units: more than the coarsest step, far less than a tick's walk. */
const TOLERANCE = 0.05;
/** Between the answer to an asking and the next one. Any moment of a tick is as likely as any other. */
const REST_MIN_MS = 60;
const REST_MAX_MS = 220;
/** A rider that is farther from where it began does not turn outward: walls are 50 units off. */
const AWAY_MAX = 15;

/** What a rider has seen since `reset`. */
export interface Ridden {
  updates: number;
  moves: number;
  rightMoves: number;
  roundTripsMs: number[];
}

export class Rider {
  readonly #lost: (why: string) => void;
  #ridden: Ridden = nothingYet();
  #ride: Ride | null = null;
  /** Where everybody was in the state before. */
  #before = new Map<string, Mover>();
  #home: Mover | null = null;
  /** How far the own mover is from where it began. */
  #away: Mover = { x: 0, y: 0 };
  #direction = 0;
  /** Null where nothing was asked that is not answered yet. */
  #askedAtMs: number | null = null;

  constructor(lost: (why: string) => void) {
    this.#lost = lost;
  }

  /** What was seen since the last `reset`. */
  get ridden(): Ridden {
    return this.#ridden;
  }

  reset(): void {
    this.#ridden = nothingYet();
  }

  /** Takes a seat, and plays from then on. */
  async begin(begin: BeginRide, start: LoadStart): Promise<void> {
    this.#ride = await begin(start, { state: (own, movers) => this.#see(own, movers), lost: this.#lost });
    if (start.setting.isMoving) this.#rest();
  }

  #see(own: string, movers: Iterable<readonly [string, Mover]>): void {
    const nowMs = performance.now();
    const now = new Map<string, Mover>();
    for (const [id, { x, y }] of movers) {
      now.set(id, { x, y });
      const before = this.#before.get(id);
      if (before === undefined) continue;
      const moved = { x: x - before.x, y: y - before.y };
      if (id === own) this.#seeOwn(moved, nowMs);
      else {
        this.#ridden.moves++;
        if (isOneStep(moved)) this.#ridden.rightMoves++;
      }
    }
    this.#ridden.updates++;
    this.#before = now;
    const mine = now.get(own);
    if (mine === undefined) return;
    this.#home ??= mine;
    this.#away = { x: mine.x - this.#home.x, y: mine.y - this.#home.y };
  }

  #seeOwn(moved: Mover, nowMs: number): void {
    if (this.#askedAtMs === null || !isToward(moved, this.#direction)) return;
    this.#ridden.roundTripsMs.push(nowMs - this.#askedAtMs);
    this.#askedAtMs = null;
    this.#rest();
  }

  #rest(): void {
    setTimeout(() => this.#turn(), REST_MIN_MS + Math.random() * (REST_MAX_MS - REST_MIN_MS));
  }

  #turn(): void {
    const opposite = (this.#direction + 2) % STEPS.length;
    if (Math.hypot(this.#away.x, this.#away.y) > AWAY_MAX && isToward(this.#away, opposite)) return this.#rest();
    this.#direction = opposite;
    this.#askedAtMs = performance.now();
    this.#ride?.ask(opposite);
  }
}

function nothingYet(): Ridden {
  return { updates: 0, moves: 0, rightMoves: 0, roundTripsMs: [] };
}

function isOneStep(moved: Mover): boolean {
  return STEPS.some(([x, y]) => Math.abs(moved.x - x) <= TOLERANCE && Math.abs(moved.y - y) <= TOLERANCE);
}

function isToward(way: Mover, direction: number): boolean {
  const [x, y] = STEPS[direction] ?? [0, 0];
  return way.x * x + way.y * y > 0;
}
