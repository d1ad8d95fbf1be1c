/**
 * The game that every server of the bench plays, said once: movers in rooms, each walking one step a tick in the direction it last
 * asked for. Steps and places are whole 64ths of a unit, so that every server, whatever numbers it computes and sends with, has the
 * very same positions.
 */

/** What a server's process is started with, as JSON, in its last argument. Plain data: some servers are not written in TypeScript. */
export interface Setting {
  /** The name of the one kind of room there is. Whoever comes is put into any such room with a free seat, or into a new one. */
  readonly kind: string;
  /** Movers a room takes. */
  readonly seats: number;
  readonly tickRateHz: number;
  /** States sent per second: `tickRateHz`, in every workload so far. */
  readonly sendRateHz: number;
  /** Whether movers walk and players send inputs; where not, nothing changes but who is there. */
  readonly isMoving: boolean;
  /** How many a room takes who have no mover and only watch, beside its seats. */
  readonly spectators: number;
  /** Ticks in which a player keeps asking for one direction before it asks for the next: it walks round a square. */
  readonly turnEveryTicks: number;
  /** Places are from 0 to this, on both axes. */
  readonly side: number;
  /**
   * Movers start at least this far from the walls: far enough for the square they walk, and for going on in one direction while a busy
   * machine holds their inputs up. Nobody reaches a wall, where steps would be shorter.
   */
  readonly margin: number;
  /** In a world players see only what is near them; null where all see all. */
  readonly world: World | null;
  /** By x, then by y: how far a mover walks in a tick that it holds direction 0, 1, 2 or 3. */
  readonly steps: readonly (readonly [x: number, y: number])[];
  /** What clients of servers that speak JSON emit for each direction as `{"dir":"up"}`. */
  readonly directions: readonly string[];
  /** What clients of servers that speak text send for each direction. */
  readonly words: readonly string[];
}

/** What a player of a world sees. */
export interface World {
  /** Movers no farther than this. */
  readonly radius: number;
  /** About how many those are. */
  readonly visible: number;
}

/** One of the four ways to walk: an index of `steps`. */
export type Direction = 0 | 1 | 2 | 3;

/** The unit of places on the wire of servers that quantise. */
export const PLACE_STEP = 1 / 64;

const LONG = 222 / 64;
const SHORT = 2;

/** 4 units at 30 degrees and its turns, in whole 64ths: both x and y change whatever the direction is. */
export const STEPS: readonly (readonly [x: number, y: number])[] = [
  [LONG, SHORT],
  [-SHORT, LONG],
  [-LONG, -SHORT],
  [SHORT, -LONG],
];

/** How far a mover goes in a tick. */
export const STEP_LENGTH = Math.hypot(LONG, SHORT);

/** Right, up, left and down, tilted by 30 degrees. */
export const DIRECTIONS = ['right', 'up', 'left', 'down'] as const;

/** The same in the words of the text protocol. */
export const WORDS = ['우', '상', '좌', '하'] as const;

/** A thing with a place. */
export interface Mover {
  x: number;
  y: number;
}

/** Where the mover is a tick later. */
export function walk(mover: Mover, direction: number, side: number): void {
  const [x, y] = STEPS[direction] ?? [0, 0];
  mover.x = Math.min(side, Math.max(0, mover.x + x));
  mover.y = Math.min(side, Math.max(0, mover.y + y));
}

/** Where somebody new begins. */
export function startPlace({ side, margin }: Setting, chance: () => number = Math.random): Mover {
  const anywhere = (): number => margin + Math.floor((chance() * (side - 2 * margin)) / PLACE_STEP) * PLACE_STEP;
  return { x: anywhere(), y: anywhere() };
}

/** The setting that this process was started with. */
export function settingOf(argument: string | undefined = process.argv.at(-1)): Setting {
  return JSON.parse(argument ?? '') as Setting;
}
