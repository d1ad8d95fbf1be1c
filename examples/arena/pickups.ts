/** What lies about to be picked up, and what it does for whoever comes first. */
import { hypot } from '@madang/core';
import { PICKUPS } from './arena-map.ts';
import { PICKUP, SHIP } from './measures.ts';
import type { ArenaState, Ship } from './state.ts';
import type { ArenaMoment, ArenaRoom } from './weapons.ts';

export function layPickups({ pickups }: ArenaState, tick: number): void {
  for (const { kind, x, y } of PICKUPS) pickups.add({ kind, x, y, readyAt: tick });
}

/** Each pickup that is ready goes to the nearest ship that reaches it and that it does some good. */
export function takePickups(room: ArenaRoom, { tick }: ArenaMoment): void {
  for (const pickup of room.state.pickups) {
    if (tick < pickup.readyAt) continue;
    let taker: Ship | undefined;
    let nearest: number = PICKUP.reach;
    for (const ship of room.state.ships) {
      const distance = hypot(ship.x - pickup.x, ship.y - pickup.y);
      if (ship.hp === 0 || distance >= nearest || !isOfUse(pickup.kind, ship)) continue;
      taker = ship;
      nearest = distance;
    }
    if (taker === undefined) continue;
    give(pickup.kind, taker, tick);
    pickup.readyAt = tick + PICKUP.backTicks[pickup.kind];
    room.emit('picked', { by: taker.id, kind: pickup.kind, x: pickup.x, y: pickup.y });
  }
}

/** A repair is left to those who need one. */
export function isOfUse(kind: keyof typeof PICKUP.backTicks, ship: { readonly hp: number; readonly shield: number }) {
  switch (kind) {
    case 'repair':
      return ship.hp < SHIP.hp;
    case 'shield':
      return ship.shield < SHIP.shieldMax;
    case 'rapid':
      return true;
  }
}

function give(kind: keyof typeof PICKUP.backTicks, ship: Ship, tick: number): void {
  switch (kind) {
    case 'repair':
      ship.hp = Math.min(SHIP.hp, ship.hp + PICKUP.repair);
      return;
    case 'shield':
      ship.shield = Math.min(SHIP.shieldMax, ship.shield + PICKUP.shield);
      return;
    case 'rapid':
      ship.rapidUntil = tick + PICKUP.rapidTicks;
  }
}
