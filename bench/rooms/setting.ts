/** What every server of the bench runs, said once: the same rooms, the same rates, the same motion. */

/** One kind of room. */
export interface Kind {
  readonly seats: number;
  readonly tickRateHz: number;
  readonly sendRateHz: number;
}

/** Kinds of rooms by name, as the servers' processes get them. */
export type Setting = Readonly<Record<string, Kind>>;

/** Names of kinds. */
export const PLAYERS = 'players';
export const BYSTANDERS = 'bystanders';

/** Movers walk in a square of this side, in units. */
export const SIDE = 1_000;
const STEP = 4;

export interface Walker {
  x: number;
  y: number;
}

/** Where the walker is a tick later: all walk, and turn at the edges. */
export function walk(walker: Walker, tick: number, number: number): void {
  const heading = (tick >> 5) + number;
  walker.x = Math.min(SIDE, Math.max(0, walker.x + STEP * Math.cos(heading)));
  walker.y = Math.min(SIDE, Math.max(0, walker.y + STEP * Math.sin(heading)));
}

/** The setting a server's process was started with. */
export function settingOf(argument: string | undefined): Setting {
  return JSON.parse(argument ?? '{}') as Setting;
}
