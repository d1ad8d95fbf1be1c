/**
 * How the yard's bots play: they walk loops that close on their own ground, always turning the same way, and go for
 * the nearest foreign cell when their own ground surrounds them. They see what players see and answer an input.
 */
import type { SeededRandom } from '@madang/core';
import type { Player, SeenYard } from './game.ts';
import { type Direction, isInYard, STEPS } from './yard.ts';

/** Beginners must be able to beat them: in this share of ticks a bot stands and thinks. */
const PAUSE = 0.22;

/** How likely a bot turns at each step on foreign ground: legs of about seven cells, loops a player can still cut. */
const TURN = 0.14;

const CLOCKWISE: readonly Direction[] = ['up', 'right', 'down', 'left'];

export function thinkAhead(me: Readonly<Player>, state: SeenYard, held: Direction, random: SeededRandom): Direction {
  if (state.round.phase === 'over' || random.chance(PAUSE)) return 'none';
  const heading = held === 'none' ? lastHeading(me, state) : held;
  const isAtHome = state.tiles.at(me.x + STEPS[heading].dx, me.y + STEPS[heading].dy) === me.colour;
  if (isAtHome && random.chance(0.5)) return towardsForeign(me, state, random);
  if (isFree(me, state, heading) && !random.chance(TURN)) return heading;
  const turned = turn(heading, me.colour % 2 === 0 ? 1 : -1);
  if (isFree(me, state, turned)) return turned;
  const free = CLOCKWISE.filter((dir) => isFree(me, state, dir));
  return free.length === 0 ? 'none' : random.pick(free);
}

/** After a pause: away from the own ground behind, or up. */
function lastHeading(me: Readonly<Player>, state: SeenYard): Direction {
  const behind = CLOCKWISE.find((dir) => state.tiles.at(me.x + STEPS[dir].dx, me.y + STEPS[dir].dy) === me.colour);
  return behind === undefined ? 'up' : turn(behind, 2);
}

function turn(dir: Direction, quarters: number): Direction {
  return CLOCKWISE[(CLOCKWISE.indexOf(dir) + quarters + 4) % 4] ?? 'up';
}

function isFree(me: Readonly<Player>, state: SeenYard, dir: Direction): boolean {
  const x = me.x + STEPS[dir].dx;
  const y = me.y + STEPS[dir].dy;
  if (!isInYard(x, y)) return false;
  for (const other of state.players) if (other.x === x && other.y === y) return false;
  return true;
}

/** The way along which foreign ground is nearest in a straight line; of equals, one drawn by chance. */
function towardsForeign(me: Readonly<Player>, state: SeenYard, random: SeededRandom): Direction {
  let best: Direction[] = [];
  let nearest = Number.POSITIVE_INFINITY;
  for (const dir of CLOCKWISE) {
    const { dx, dy } = STEPS[dir];
    let distance = 1;
    while (isInYard(me.x + dx * distance, me.y + dy * distance) && isMine(me, state, dx * distance, dy * distance)) {
      distance++;
    }
    if (!isInYard(me.x + dx * distance, me.y + dy * distance) || !isFree(me, state, dir)) continue;
    if (distance < nearest) best = [];
    if (distance <= nearest) best.push(dir);
    nearest = Math.min(nearest, distance);
  }
  return best.length === 0 ? 'none' : random.pick(best);
}

function isMine(me: Readonly<Player>, state: SeenYard, dx: number, dy: number): boolean {
  return state.tiles.at(me.x + dx, me.y + dy) === me.colour;
}
