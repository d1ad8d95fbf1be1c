/** How a ship flies, and how a bolt does: what the server runs, and its owner's client ahead of it. */
import { clamp, hypot } from '@madang/core';
import { BOLT, SHIP } from './measures.ts';
import type { Bolt, Ship } from './state.ts';
import { type Body, keptOut } from './walls.ts';

/** One tick towards the speed the stick asks for, where walls let the ship. */
export function fly(ship: Ship, stick: { readonly moveX: number; readonly moveY: number }, dt: number): void {
  const push = hypot(stick.moveX, stick.moveY);
  // The corners of a square stick are no faster than its sides.
  const speed = push > 1 ? SHIP.speed / push : SHIP.speed;
  const changeX = stick.moveX * speed - ship.vx;
  const changeY = stick.moveY * speed - ship.vy;
  const change = hypot(changeX, changeY);
  const most = (push > 0 ? SHIP.thrust : SHIP.drag) * dt;
  const share = change > most ? most / change : 1;
  const vx = ship.vx + changeX * share;
  const vy = ship.vy + changeY * share;
  Object.assign(ship, keptOut({ x: ship.x + vx * dt, y: ship.y + vy * dt, vx, vy }, SHIP.radius, SHIP.bounce));
}

/** Adds to a ship's speed what a blast gives it. */
export function push(ship: Ship, byX: number, byY: number): void {
  ship.vx = clamp(ship.vx + byX, -SHIP.speedMax, SHIP.speedMax);
  ship.vy = clamp(ship.vy + byY, -SHIP.speedMax, SHIP.speedMax);
}

export function flyBolt(bolt: Bolt, dt: number): void {
  const { vx, vy } = bolt;
  Object.assign(bolt, keptOut({ x: bolt.x + vx * dt, y: bolt.y + vy * dt, vx, vy }, BOLT.radius, BOLT.bounce));
}

/** Where a bolt begins: before the ship's nose, or where the wall is that the nose touches. */
export function boltFrom(ship: Ship, dx: number, dy: number): Body {
  const nose = SHIP.radius + BOLT.radius;
  const bolt = { x: ship.x + dx * nose, y: ship.y + dy * nose, vx: dx * BOLT.speed, vy: dy * BOLT.speed };
  return keptOut(bolt, BOLT.radius, BOLT.bounce);
}
