/** Where a tick is among the states that are remembered. */
import type { TableHistory, TableMoment } from './table-history.ts';

/** Two moments of a history, and how far from one to the other: 0 to 1, more where nothing newer is known yet. */
export interface Between {
  readonly from: TableMoment;
  readonly to: TableMoment;
  readonly part: number;
  /** Ticks from one to the other. */
  readonly ticks: number;
}

/**
 * Where a tick is in a history. A state that followed a silence was preceded by what the silence began with, until
 * `intervalTicks` before it: servers say nothing while nothing changes. Beyond the newest state the last movement goes
 * on for at most `aheadTicks`. Null for a history without states.
 */
export function between(
  history: TableHistory,
  tick: number,
  intervalTicks: number,
  aheadTicks: number,
): Between | null {
  const { moments } = history;
  let index = moments.length - 1;
  while (index > 0 && (moments[index]?.tick ?? 0) > tick) index--;
  const isNewest = index === moments.length - 1;
  const from = moments[isNewest && index > 0 ? index - 1 : index];
  const to = moments[isNewest ? index : index + 1];
  if (from === undefined || to === undefined) return null;
  if (from === to) return { from, to, part: 1, ticks: 1 };
  const begin = Math.max(from.tick, to.tick - intervalTicks);
  const ticks = to.tick - begin;
  const at = Math.max(begin, Math.min(tick, to.tick + aheadTicks));
  return { from, to, part: (at - begin) / ticks, ticks };
}

/** The moment that says which rows there are. */
export function presentOf({ from, to, part }: Between): TableMoment {
  return part >= 1 ? to : from;
}
