/**
 * Clocks: each player has time of its own for the whole round, and every stone gives some back (Fischer's increment).
 * One number is all there is to a player's time, so what is bid for black is really given up; with byo-yomi a player
 * could bid everything and play on for ever. Source: R. J. Fischer, US patent 4,884,255 (1989).
 *
 * Times are ticks of the room. While a clock runs nothing is written: its time left follows from the tick.
 */

export const TICK_RATE_HZ = 10;

/** Time controls a room may have; the first is the one it has unless told otherwise. */
export const PACES = ['standard', 'quick', 'slow'] as const;
export type Pace = (typeof PACES)[number];

export interface TimeControl {
  readonly mainSeconds: number;
  /** Given back for each stone. */
  readonly incrementSeconds: number;
}

export const TIME_CONTROLS: Readonly<Record<Pace, TimeControl>> = {
  standard: { mainSeconds: 300, incrementSeconds: 5 },
  quick: { mainSeconds: 120, incrementSeconds: 2 },
  slow: { mainSeconds: 900, incrementSeconds: 10 },
};

export function ticksOf(seconds: number): number {
  return seconds * TICK_RATE_HZ;
}

/** Ticks left at `tick` on a clock that had `leftTicks` and runs from `sinceTick` on, which may be yet to come. */
export function ticksLeft(leftTicks: number, sinceTick: number, tick: number): number {
  return Math.max(0, leftTicks - Math.max(0, tick - sinceTick));
}
