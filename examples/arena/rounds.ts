/** Rounds, and how ships come into them: at the free place farthest from everybody. */
import { hypot, type Moment, type Seat } from '@madang/core';
import { type Place, STARTS } from './arena-map.ts';
import { ROUND, SHIP } from './measures.ts';
import type { ArenaState, Ship } from './state.ts';
import type { ArenaMoment, ArenaRoom } from './weapons.ts';

export function openRound({ round }: ArenaState, tick: number, number: number): void {
  round.number = number;
  round.phase = 'play';
  round.endsAtTick = tick + ROUND.playTicks;
  round.winner = 0;
}

/** The ship of a player who has just come. */
export function addShip(state: ArenaState, seat: Seat, moment: Moment): void {
  const start = startPlace(state, moment);
  const ship = state.ships.add(
    { name: seat.name, colour: seat.number, bot: seat.isBot, x: start.x, y: start.y },
    { owner: seat },
  );
  makeWhole(ship, moment.tick);
}

/** A destroyed ship comes back elsewhere, safe until it had time to look around. */
export function bringBack(state: ArenaState, ship: Ship, moment: Moment): void {
  const start = startPlace(state, moment);
  ship.x = start.x;
  ship.y = start.y;
  makeWhole(ship, moment.tick);
}

/** Ends the round and begins the next when their time has come. */
export function stepRound(room: ArenaRoom, moment: ArenaMoment): void {
  const { state } = room;
  const { round } = state;
  if (moment.tick < round.endsAtTick) return;
  if (round.phase === 'play') {
    const winner = leaderOf(state.ships);
    if (winner !== undefined) winner.wins += 1;
    round.phase = 'over';
    round.endsAtTick = moment.tick + ROUND.boardTicks;
    round.winner = winner?.id ?? 0;
    for (const bolt of state.bolts) state.bolts.remove(bolt);
    const { id = 0, name = '', score = 0 } = winner ?? {};
    room.emit('roundOver', { winner: id, name, score, number: round.number });
    return;
  }
  openRound(state, moment.tick, (round.number % 0xffff) + 1);
  for (const pickup of state.pickups) pickup.readyAt = moment.tick;
  for (const ship of state.ships) {
    ship.score = 0;
    ship.deaths = 0;
    bringBack(state, ship, moment);
  }
  room.emit('roundStarted', { number: round.number });
}

/** Most destroyed wins, of equals who was destroyed less; nobody where nothing was destroyed. */
export function leaderOf<S extends { readonly score: number; readonly deaths: number }>(
  ships: Iterable<S>,
): S | undefined {
  let best: S | undefined;
  for (const ship of ships) {
    if (ship.score === 0) continue;
    const isBetter =
      best === undefined || ship.score > best.score || (ship.score === best.score && ship.deaths < best.deaths);
    if (isBetter) best = ship;
  }
  return best;
}

function makeWhole(ship: Ship, tick: number): void {
  ship.hp = SHIP.hp;
  ship.shield = SHIP.shieldAtStart;
  ship.vx = 0;
  ship.vy = 0;
  ship.rapidUntil = tick;
  ship.safeUntil = tick + SHIP.safeTicks;
  ship.backAt = tick;
}

/** Of all places to begin at, the one farthest from the next living ship; the search begins at one drawn by chance. */
function startPlace({ ships }: ArenaState, { random }: Moment): Place {
  const first = random.below(STARTS.length);
  let best: Place = { x: 0, y: 0 };
  let farthest = -1;
  for (const start of [...STARTS.slice(first), ...STARTS.slice(0, first)]) {
    let nearest = Number.POSITIVE_INFINITY;
    for (const { hp, x, y } of ships) if (hp > 0) nearest = Math.min(nearest, hypot(x - start.x, y - start.y));
    if (nearest <= farthest) continue;
    best = start;
    farthest = nearest;
  }
  return best;
}
