/**
 * How the arena's bots play. They see what players see and answer an input: they circle whom they fight, turn their
 * guns no faster than a hand, waver, fire in bursts, and leave a fight for repairs. Somebody who keeps moving beats
 * them.
 */
import {
  angleBetween,
  atan2,
  type BotMoment,
  cos,
  hypot,
  type SeededRandom,
  sin,
  turnTowards,
  type ValuesOf,
} from '@madang/core';
import { DISCS, type Place, STARTS } from './arena-map.ts';
import type { input } from './input.ts';
import { BEAM, SHIP, TICK_RATE_HZ } from './measures.ts';
import { isOfUse } from './pickups.ts';
import type { SeenArena, SeenPickup, SeenShip, Ship, state } from './state.ts';
import { freeWay, isInSight } from './walls.ts';
import { isMortal } from './weapons.ts';

/** How far a bot looks for somebody to fight: not quite as far as its beam goes. */
const SIGHT = BEAM.range * 0.94;

/** The distance it keeps from whom it fights. */
const ORBIT = 270;

/** Radians its guns turn in a tick, how far off it still fires, and how far its hand wavers. */
const TURN = 0.13;
const FIRES_WITHIN = 0.2;
const WAVER = 0.15;

/** Ticks of one burst and the pause after it. */
const BURST_TICKS = 26;
const PAUSE_TICKS = 34;

/** Ticks a bot stays with one way to wander, or one way round its enemy. */
const MIND_TICKS = 5 * TICK_RATE_HZ;

/** How far ahead it feels for walls, and the ways it may turn aside, in sixteenths of a circle. */
const FEEL = 110;
const ASIDE = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6] as const;

type Wish = Partial<ValuesOf<typeof input>>;

export function thinkAhead(me: Readonly<Ship>, moment: BotMoment<typeof state, typeof input>): Wish {
  const { tick, state: seen, random, held } = moment;
  if (me.hp === 0) return { moveX: 0, moveY: 0, fire: false, bolt: false };
  const enemy = enemyOf(me, seen, tick);
  const goal = goalOf(me, seen, tick, enemy);
  const move = aside(me, atan2(goal.y - me.y, goal.x - me.x));
  return { moveX: cos(move), moveY: sin(move), ...aimAt(me, enemy, held.aim, tick, random, move) };
}

/** The nearest ship in sight that can be harmed. */
function enemyOf(me: Readonly<Ship>, { ships, round }: SeenArena, tick: number): SeenShip | undefined {
  let nearest: SeenShip | undefined;
  let least = SIGHT;
  if (round.phase === 'over') return undefined;
  for (const ship of ships) {
    const distance = hypot(ship.x - me.x, ship.y - me.y);
    if (ship.id === me.id || distance >= least || !isMortal(ship, tick)) continue;
    if (!isInSight(me.x, me.y, ship.x, ship.y)) continue;
    nearest = ship;
    least = distance;
  }
  return nearest;
}

/** Where it wants to be: at something it needs, at its distance from an enemy, or somewhere else for a while. */
function goalOf(me: Readonly<Ship>, seen: SeenArena, tick: number, enemy: SeenShip | undefined): Place {
  const needs = pickupFor(me, seen, tick, enemy === undefined ? 900 : me.hp < SHIP.hp / 2 ? 520 : 200);
  if (needs !== undefined) return needs;
  const mind = me.id + Math.floor(tick / MIND_TICKS);
  if (enemy === undefined) return STARTS[(mind * 7) % STARTS.length] ?? me;
  const bearing = atan2(me.y - enemy.y, me.x - enemy.x) + (mind % 2 === 0 ? 0.7 : -0.7);
  return { x: enemy.x + cos(bearing) * ORBIT, y: enemy.y + sin(bearing) * ORBIT };
}

/** The nearest thing to pick up that is ready, of use and within so far. */
function pickupFor(me: Readonly<Ship>, seen: SeenArena, tick: number, within: number): SeenPickup | undefined {
  let nearest: SeenPickup | undefined;
  let least = within;
  for (const pickup of seen.pickups) {
    const distance = hypot(pickup.x - me.x, pickup.y - me.y);
    if (tick < pickup.readyAt || distance >= least || !isOfUse(pickup.kind, me)) continue;
    nearest = pickup;
    least = distance;
  }
  return nearest;
}

/** The direction nearest to the wanted one in which no wall is close. */
function aside(me: Readonly<Ship>, wanted: number): number {
  for (const sixteenths of ASIDE) {
    const way = wanted + (sixteenths * Math.PI) / 8;
    const dx = cos(way);
    const dy = sin(way);
    // A ship is as wide as its sides: feel along both.
    const left = freeWay(me.x - dy * SHIP.radius, me.y + dx * SHIP.radius, dx, dy, FEEL);
    const right = freeWay(me.x + dy * SHIP.radius, me.y - dx * SHIP.radius, dx, dy, FEEL);
    if (left >= FEEL && right >= FEEL) return way;
  }
  const middle = DISCS[0] ?? me;
  return atan2(middle.y - me.y, middle.x - me.x);
}

function aimAt(
  me: Readonly<Ship>,
  enemy: SeenShip | undefined,
  heldAim: number,
  tick: number,
  random: SeededRandom,
  move: number,
): Pick<Wish, 'aim' | 'fire' | 'bolt'> {
  if (enemy === undefined) return { aim: turnTowards(heldAim, move, TURN), fire: false, bolt: false };
  const bearing = atan2(enemy.y - me.y, enemy.x - me.x);
  const wanted = bearing + WAVER * sin(tick * 0.17 + me.id);
  const aim = turnTowards(heldAim, wanted, TURN);
  const isOnTarget = Math.abs(angleBetween(aim, bearing)) < FIRES_WITHIN;
  const isBurst = (tick + me.id * 19) % (BURST_TICKS + PAUSE_TICKS) < BURST_TICKS;
  return { aim, fire: isOnTarget && isBurst, bolt: isOnTarget && random.chance(0.006) };
}
