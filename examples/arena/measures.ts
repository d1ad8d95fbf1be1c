/**
 * How large, how fast, how strong: every number of the arena that rules, bots and pictures share. Lengths are units.
 */

export const TICK_RATE_HZ = 30;

/** Ticks that last so many seconds. */
const seconds = (count: number): number => Math.round(count * TICK_RATE_HZ);

export const ARENA_SIZE = 2048;

export const SHIP = {
  radius: 16,
  /** Units a second; a blast can make it more for a moment. */
  speed: 340,
  speedMax: 900,
  /** Units a second, each second, while a stick is pushed and while it is not. */
  thrust: 1150,
  drag: 640,
  /** How much of its speed into a wall a ship keeps, outwards. */
  bounce: 0.35,
  hp: 100,
  shieldAtStart: 30,
  shieldMax: 80,
  backTicks: seconds(2.6),
  safeTicks: seconds(2),
} as const;

export const BEAM = {
  /** Ticks from one shot to the next, and the same with rapid fire. */
  everyTicks: 5,
  rapidTicks: 3,
  range: 640,
  damage: 9,
  /** What counts as the target's radius: a little more than is drawn, for a beam has no width. */
  hitRadius: SHIP.radius + 4,
} as const;

export const BOLT = {
  everyTicks: seconds(1.5),
  lastsTicks: seconds(1.6),
  speed: 470,
  radius: 8,
  /** How much of its speed into a wall a bolt keeps, outwards. */
  bounce: 0.9,
  blastRadius: 120,
  /** In the middle of the blast; at its rim nothing. */
  damage: 56,
  push: 460,
} as const;

export const PICKUP = {
  /** Between the middles of a ship and of what it takes. */
  reach: SHIP.radius + 20,
  repair: 50,
  shield: 50,
  rapidTicks: seconds(8),
  backTicks: { repair: seconds(11), shield: seconds(14), rapid: seconds(20) },
} as const;

export const ROUND = { playTicks: seconds(180), boardTicks: seconds(8) } as const;
