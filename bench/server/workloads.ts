/** What is asked of every server: how many people in which rooms, and what they do. */
import { DIRECTIONS, type Setting, STEPS, WORDS } from './setting.ts';

export const WORKLOAD_IDS = ['arena-50', 'small-6', 'nakama-10', 'world', 'spectators', 'idle', 'churn'] as const;

export type WorkloadId = (typeof WORKLOAD_IDS)[number];

/** One workload, for so many players. */
export interface Workload {
  readonly setting: Setting;
  /** Clients that play; the rest of the players of a cell watch. */
  readonly movers: number;
  readonly watchers: number;
  /** Whether server and load have a core each; otherwise both have the whole machine. */
  readonly isPinned: boolean;
  /** Players who come and, as many, who go each second while it is measured. */
  readonly churnPerSecond: number;
}

/** Movers that a player of the world sees, about. */
const VISIBLE = 50;
const WORLD_RADIUS = 100;
/** Players of the world walk round squares of this many steps, so that who is near changes all the time. */
const WORLD_TURN_TICKS = 25;
const WORLD_MARGIN = 400;

const CHURN_PER_SECOND = 200;

const ROOMS = {
  kind: 'arena',
  seats: 50,
  tickRateHz: 20,
  sendRateHz: 20,
  isMoving: true,
  spectators: 0,
  turnEveryTicks: 1,
  side: 1_000,
  margin: 300,
  world: null,
  steps: STEPS,
  directions: DIRECTIONS,
  words: WORDS,
} as const satisfies Setting;

/** The workload of this name for so many clients in all, whether they play or watch. */
export function workloadOf(id: WorkloadId, players: number): Workload {
  const rooms = (changes: Partial<Setting> = {}): Workload => ({
    setting: { ...ROOMS, ...changes },
    movers: players,
    watchers: 0,
    isPinned: true,
    churnPerSecond: 0,
  });
  switch (id) {
    case 'arena-50':
      return rooms();
    case 'small-6':
      return rooms({ seats: 6 });
    case 'nakama-10':
      return { ...rooms({ seats: 10, tickRateHz: 10, sendRateHz: 10 }), isPinned: false };
    case 'world':
      return rooms(worldOf(players));
    case 'spectators': {
      const seats = 10;
      return { ...rooms({ seats, spectators: players - seats }), movers: seats, watchers: players - seats };
    }
    case 'idle':
      return rooms({ isMoving: false });
    case 'churn':
      return { ...rooms(), churnPerSecond: CHURN_PER_SECOND };
  }
}

/** A world in which each of so many sees about as many others as in a world of any other size. */
function worldOf(players: number): Partial<Setting> {
  return {
    kind: 'world',
    seats: players,
    turnEveryTicks: WORLD_TURN_TICKS,
    margin: WORLD_MARGIN,
    side: Math.ceil(WORLD_RADIUS / nearShareRadius(Math.min(1, VISIBLE / players))) + 2 * WORLD_MARGIN,
    world: { radius: WORLD_RADIUS, visible: Math.min(players, VISIBLE) },
  };
}

/** The radius, in sides of a square, within which two points of the square are with this probability. */
function nearShareRadius(share: number): number {
  let [low, high] = [0, 1];
  while (high - low > 1e-6) {
    const radius = (low + high) / 2;
    // Discs around points near the edge are cut off by it.
    const near = Math.PI * radius ** 2 - (8 / 3) * radius ** 3 + radius ** 4 / 2;
    if (near < share) low = radius;
    else high = radius;
  }
  return high;
}
