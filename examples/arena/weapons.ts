/** What beams and bolts do to ships. `step` only: who was hit is for the server to say. */
import { cos, hypot, type RoomScope, type Seat, type StepMoment, sin } from '@madang/core';
import { push } from './flight.ts';
import { BEAM, BOLT, SHIP } from './measures.ts';
import type { ArenaState, Bolt, events, Ship, state } from './state.ts';
import { freeWay } from './walls.ts';

export type ArenaRoom = RoomScope<typeof state, typeof events>;
export type ArenaMoment = StepMoment<typeof state>;

/**
 * Judges the beams of this tick against what each shooter saw: whoever was under the beam on the shooter's screen is
 * hit. All beams are looked at before the first of them harms anybody, so of two who fire at once neither is too
 * late.
 */
export function judgeBeams(room: ArenaRoom, moment: ArenaMoment): void {
  const hits: { by: Ship; on: Ship }[] = [];
  for (const seat of room.seats) {
    const by = room.state.ships.ownedBy(seat);
    if (by === undefined || by.firedAt !== moment.tick) continue;
    const on = struckBy(room.state, seat, by, moment);
    if (on !== undefined) hits.push({ by, on });
  }
  for (const { by, on } of hits) harm(room, moment.tick, { by: by.id, on, damage: BEAM.damage, how: 'beam' });
}

/** The first ship that a beam meets before a wall does, or undefined. */
function struckBy({ ships }: ArenaState, seat: Seat, by: Ship, { tick, seenBy }: ArenaMoment): Ship | undefined {
  const dx = cos(by.aim);
  const dy = sin(by.aim);
  const length = freeWay(by.x, by.y, dx, dy, BEAM.range);
  // The shooter is where it is now: its own client plays ahead. The others are where it saw them.
  return seenBy(seat, (past) => {
    for (const { row } of past.ships.alongRay({ x: by.x, y: by.y, dx, dy, length, radius: BEAM.hitRadius })) {
      const now = row.id === by.id || row.hp === 0 ? undefined : ships.get(row.id);
      if (now !== undefined && isMortal(now, tick)) return now;
    }
    return undefined;
  });
}

/** Bolts burst at ships and when their time is up. They are slow enough to be judged where they are. */
export function burstBolts(room: ArenaRoom, { tick }: ArenaMoment): void {
  const { bolts, ships } = room.state;
  for (const bolt of bolts) {
    if (tick < bolt.endsAt && !isTouching(bolt, ships, tick)) continue;
    const { by, x, y } = bolt;
    bolts.remove(bolt);
    room.emit('burst', { by, x, y });
    for (const ship of ships) blast(room, tick, ship, { by, x, y });
  }
}

function isTouching(bolt: Bolt, ships: Iterable<Ship>, tick: number): boolean {
  for (const ship of ships) {
    if (ship.id === bolt.by || !isMortal(ship, tick)) continue;
    if (hypot(ship.x - bolt.x, ship.y - bolt.y) < SHIP.radius + BOLT.radius) return true;
  }
  return false;
}

/** A blast pushes every ship near it, and harms all but its own. */
function blast(room: ArenaRoom, tick: number, ship: Ship, { by, x, y }: { by: number; x: number; y: number }): void {
  const awayX = ship.x - x;
  const awayY = ship.y - y;
  const distance = hypot(awayX, awayY);
  if (!isMortal(ship, tick) || distance >= BOLT.blastRadius) return;
  const share = 1 - distance / BOLT.blastRadius;
  if (distance > 0) push(ship, (awayX / distance) * share * BOLT.push, (awayY / distance) * share * BOLT.push);
  const damage = Math.ceil(share * BOLT.damage);
  if (ship.id !== by) harm(room, tick, { by, on: ship, damage, how: 'bolt' });
}

/** True for a ship that can be harmed. */
export function isMortal(ship: { readonly hp: number; readonly safeUntil: number }, tick: number): boolean {
  return ship.hp > 0 && ship.safeUntil <= tick;
}

/** The shield takes what it can, the hull the rest; without a hull the ship is destroyed, to the credit of `by`. */
function harm(
  room: ArenaRoom,
  tick: number,
  { by, on, damage, how }: { by: number; on: Ship; damage: number; how: 'beam' | 'bolt' },
): void {
  // It may have been destroyed a moment ago, by another beam of this tick.
  if (on.hp === 0) return;
  const absorbed = Math.min(on.shield, damage);
  on.shield -= absorbed;
  on.hp -= Math.min(on.hp, damage - absorbed);
  room.emit('hit', { by, on: on.id, damage, isShield: absorbed === damage });
  if (on.hp > 0) return;
  on.vx = 0;
  on.vy = 0;
  on.deaths += 1;
  on.backAt = tick + SHIP.backTicks;
  const winner = room.state.ships.get(by);
  if (winner !== undefined) winner.score += 1;
  room.emit('destroyed', { by, on: on.id, x: on.x, y: on.y, how });
}
