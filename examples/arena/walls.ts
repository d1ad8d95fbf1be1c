/** What walls do: they keep ships and bolts out, and end beams. Only arithmetic that gives the same bits everywhere. */
import { clamp, hypot } from '@madang/core';
import { BOXES, type Box, DISCS, type Disc, type Place } from './arena-map.ts';
import { ARENA_SIZE } from './measures.ts';

export interface Body {
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
}

/** Walls are looked up by squares of this side: for every body and tick, here and on clients that play ahead. */
const SQUARE = 128;
const SQUARES = ARENA_SIZE / SQUARE;

/** Walls as far from a square as this are among its own: more than a body and what it flies in a tick. */
const NEAR = 192;

/** One wall may push into the next: so often all are gone through until none pushes. */
const MOST_PUSHES = 4;

interface Walls {
  readonly boxes: readonly Box[];
  readonly discs: readonly Disc[];
}

const WALLS: readonly Walls[] = Array.from({ length: SQUARES * SQUARES }, (_, index) => {
  const x = ((index % SQUARES) + 0.5) * SQUARE;
  const y = (Math.floor(index / SQUARES) + 0.5) * SQUARE;
  const isNear = (wall: Place, halfWidth: number, halfHeight: number): boolean =>
    Math.abs(wall.x - x) < halfWidth + SQUARE / 2 + NEAR && Math.abs(wall.y - y) < halfHeight + SQUARE / 2 + NEAR;
  return {
    boxes: BOXES.filter((box) => isNear(box, box.halfWidth, box.halfHeight)),
    discs: DISCS.filter((disc) => isNear(disc, disc.radius, disc.radius)),
  };
});

/** The walls that a body at a place could touch. */
function wallsNear(x: number, y: number): Walls {
  const column = clamp(Math.floor(x / SQUARE), 0, SQUARES - 1);
  const row = clamp(Math.floor(y / SQUARE), 0, SQUARES - 1);
  return WALLS[row * SQUARES + column] ?? { boxes: BOXES, discs: DISCS };
}

/**
 * Where a round body is after walls have pushed it out, and how it goes on: without its speed into the wall, of which
 * it keeps `bounce` outwards. Right for bodies that go less than half a wall's thickness and their radius in a tick.
 */
export function keptOut(body: Body, radius: number, bounce: number): Body {
  let free = body;
  for (let pushes = 0; pushes < MOST_PUSHES; pushes++) {
    const before = free;
    const { boxes, discs } = wallsNear(before.x, before.y);
    for (const box of boxes) free = keptOutOf(box, free, radius, bounce);
    for (const disc of discs) free = pushed(free, disc.x, disc.y, disc.radius + radius, bounce);
    if (free === before) break;
  }
  return keptInside(free, radius, bounce);
}

/** How far a ray gets on its way of at most `length`; `dx` and `dy` are its direction, of length 1. */
export function freeWay(x: number, y: number, dx: number, dy: number, length: number): number {
  let way = Math.min(length, wayInside(x, dx), wayInside(y, dy));
  for (const box of BOXES) {
    const enter = enterBox(x - box.x, y - box.y, dx, dy, box.halfWidth, box.halfHeight);
    if (enter < way) way = enter;
  }
  for (const disc of DISCS) {
    const enter = enterDisc(x - disc.x, y - disc.y, dx, dy, disc.radius);
    if (enter < way) way = enter;
  }
  return way;
}

/** True where nothing stands between two places. */
export function isInSight(fromX: number, fromY: number, toX: number, toY: number): boolean {
  const distance = hypot(toX - fromX, toY - fromY);
  if (distance === 0) return true;
  return freeWay(fromX, fromY, (toX - fromX) / distance, (toY - fromY) / distance, distance) >= distance;
}

function keptOutOf({ x, y, halfWidth, halfHeight }: Box, body: Body, radius: number, bounce: number): Body {
  const besideX = body.x - x;
  const besideY = body.y - y;
  const deepX = halfWidth - Math.abs(besideX);
  const deepY = halfHeight - Math.abs(besideY);
  if (deepX <= -radius || deepY <= -radius) return body;
  if (deepX < 0 || deepY < 0) {
    const nearestX = clamp(body.x, x - halfWidth, x + halfWidth);
    const nearestY = clamp(body.y, y - halfHeight, y + halfHeight);
    return pushed(body, nearestX, nearestY, radius, bounce);
  }
  // What flies fast may be in with its middle: out by the nearest side.
  const outX = deepX < deepY ? (besideX < 0 ? -1 : 1) : 0;
  const outY = deepX < deepY ? 0 : besideY < 0 ? -1 : 1;
  return {
    x: body.x + outX * (deepX + radius),
    y: body.y + outY * (deepY + radius),
    ...turnedBack(body, outX, outY, bounce),
  };
}

/** A body moved to `distance` from a point it is too near to. */
function pushed(body: Body, x: number, y: number, distance: number, bounce: number): Body {
  const awayX = body.x - x;
  const awayY = body.y - y;
  if (Math.abs(awayX) >= distance || Math.abs(awayY) >= distance) return body;
  const apart = hypot(awayX, awayY);
  if (apart >= distance) return body;
  // In the very middle no way out is nearer than another.
  const outX = apart === 0 ? 1 : awayX / apart;
  const outY = apart === 0 ? 0 : awayY / apart;
  return { x: x + outX * distance, y: y + outY * distance, ...turnedBack(body, outX, outY, bounce) };
}

function keptInside(body: Body, radius: number, bounce: number): Body {
  const most = ARENA_SIZE - radius;
  const x = clamp(body.x, radius, most);
  const y = clamp(body.y, radius, most);
  if (x === body.x && y === body.y) return body;
  let { vx, vy } = body;
  if (x !== body.x) ({ vx, vy } = turnedBack({ vx, vy }, x < body.x ? -1 : 1, 0, bounce));
  if (y !== body.y) ({ vx, vy } = turnedBack({ vx, vy }, 0, y < body.y ? -1 : 1, bounce));
  return { x, y, vx, vy };
}

function turnedBack(
  { vx, vy }: { readonly vx: number; readonly vy: number },
  outX: number,
  outY: number,
  bounce: number,
): { vx: number; vy: number } {
  const out = vx * outX + vy * outY;
  if (out >= 0) return { vx, vy };
  const change = -(1 + bounce) * out;
  return { vx: vx + outX * change, vy: vy + outY * change };
}

/** How far until the arena's edge, along one axis. */
function wayInside(from: number, direction: number): number {
  if (direction === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, direction > 0 ? (ARENA_SIZE - from) / direction : -from / direction);
}

/** Where a ray enters a box around 0, 0: the slab method. Infinite where it does not, 0 from inside. */
function enterBox(x: number, y: number, dx: number, dy: number, halfWidth: number, halfHeight: number): number {
  let enter = 0;
  let leave = Number.POSITIVE_INFINITY;
  for (const [from, direction, half] of [
    [x, dx, halfWidth],
    [y, dy, halfHeight],
  ] as const) {
    if (direction === 0) {
      if (from < -half || from > half) return Number.POSITIVE_INFINITY;
      continue;
    }
    const one = (-half - from) / direction;
    const other = (half - from) / direction;
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? enter : Number.POSITIVE_INFINITY;
}

/** Where a ray enters a disc around 0, 0; as `enterBox`. */
function enterDisc(x: number, y: number, dx: number, dy: number, radius: number): number {
  const along = x * dx + y * dy;
  const outside = x * x + y * y - radius * radius;
  if (outside <= 0) return 0;
  const reach = along * along - outside;
  if (along >= 0 || reach < 0) return Number.POSITIVE_INFINITY;
  return -along - Math.sqrt(reach);
}
