/**
 * Where stones appear between two ticks. A stone glides from where it is seen to where the server put it in one
 * tick's time, so what is shown is never more than a tick behind and never jumps, however unevenly states arrive.
 */
import type { Heading, Stone } from './world.ts';

/** A stone that moved farther than this in one tick was put there, it did not walk. */
const WALK_CELLS_MAX = 3;

export interface Glide {
  readonly id: number;
  name: string;
  colour: number;
  bot: boolean;
  score: number;
  wins: number;
  heading: Heading;
  /** Shown position, in cells, fractional. */
  x: number;
  y: number;
  /** Zero at rest, up to one in the middle of a step: how high the stone hops. */
  hop: number;
  readonly sinceMs: number;
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
  startMs: number;
  durationMs: number;
}

export class Motion {
  readonly #glides = new Map<number, Glide>();

  get(id: number): Glide | undefined {
    return this.#glides.get(id);
  }

  values(): Iterable<Glide> {
    return this.#glides.values();
  }

  /** Takes over the rows of one tick. Answers the stones that are gone, so that somebody can wave goodbye. */
  take(stones: Iterable<Stone>, nowMs: number, tickMs: number): readonly Glide[] {
    const here = new Set<number>();
    for (const stone of stones) {
      here.add(stone.id);
      const glide = this.#glides.get(stone.id);
      if (glide === undefined) this.#glides.set(stone.id, arrival(stone, nowMs));
      else advance(glide, stone, nowMs, tickMs);
    }
    const gone = [...this.#glides.values()].filter((glide) => !here.has(glide.id));
    for (const glide of gone) this.#glides.delete(glide.id);
    return gone;
  }

  /** Moves every stone to where it is seen at `nowMs`. */
  glide(nowMs: number): void {
    for (const glide of this.#glides.values()) {
      // A frame's time may lie a little before a state that arrived since.
      const share = Math.min(1, Math.max(0, (nowMs - glide.startMs) / glide.durationMs));
      glide.x = between(glide.fromX, glide.toX, share);
      glide.y = between(glide.fromY, glide.toY, share);
      const walks = glide.fromX !== glide.toX || glide.fromY !== glide.toY;
      glide.hop = walks && share < 1 ? Math.sin(share * Math.PI) : 0;
    }
  }
}

/** Exact at both ends: a stone at rest lies on its cell and not a rounding error beside it. */
function between(from: number, to: number, share: number): number {
  return share === 1 ? to : from + (to - from) * share;
}

function arrival(stone: Stone, nowMs: number): Glide {
  const { id, name, colour, bot, score, wins, x, y } = stone;
  return {
    id,
    name,
    colour,
    bot,
    score,
    wins,
    heading: 'none',
    x,
    y,
    hop: 0,
    sinceMs: nowMs,
    fromX: x,
    fromY: y,
    toX: x,
    toY: y,
    startMs: nowMs,
    durationMs: 1,
  };
}

function advance(glide: Glide, stone: Stone, nowMs: number, tickMs: number): void {
  glide.name = stone.name;
  glide.colour = stone.colour;
  glide.bot = stone.bot;
  glide.score = stone.score;
  glide.wins = stone.wins;
  const dx = stone.x - glide.toX;
  const dy = stone.y - glide.toY;
  if (dx === 0 && dy === 0) {
    // A pause of one late state must not turn the eyes; standing still for a few ticks does.
    if (nowMs - glide.startMs > tickMs * 4) glide.heading = 'none';
    return;
  }
  const walks = Math.abs(dx) + Math.abs(dy) <= WALK_CELLS_MAX;
  if (walks) glide.heading = Math.abs(dx) >= Math.abs(dy) ? (dx > 0 ? 'right' : 'left') : dy > 0 ? 'down' : 'up';
  glide.fromX = walks ? glide.x : stone.x;
  glide.fromY = walks ? glide.y : stone.y;
  glide.toX = stone.x;
  glide.toY = stone.y;
  glide.startMs = nowMs;
  // A little longer than a tick: the next state usually arrives before the glide ends, and the stone never stutters.
  glide.durationMs = tickMs * 1.12;
}
