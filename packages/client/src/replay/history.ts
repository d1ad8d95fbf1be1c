/** What one field of one row was over a stretch of a recording. */
import { Playhead } from './playhead.ts';
import type { Reel } from './reel.ts';

/** Moments that are looked at, at most: more than any chart has room for. */
const MOMENTS_MAX = 4_096;

/** Ticks that are read for it, at most: an hour at 60 Hz. */
const TICKS_MAX = 216_000;

/** From this tick on the field had this value; undefined while the row was not there, or was not to be seen. */
export interface HistoryPoint {
  readonly tick: number;
  readonly value: unknown;
}

/** A point at the beginning, and one for each change. Of a longer stretch, moments some ticks apart are looked at. */
export function historyOn(
  reel: Reel,
  table: string,
  rowId: number,
  field: string,
  from: number,
  to: number,
): readonly HistoryPoint[] {
  const playhead = new Playhead(reel);
  const first = Math.max(reel.firstTick, Math.round(from));
  const last = Math.min(reel.lastTick, Math.round(to), first + TICKS_MAX);
  const apart = Math.max(1, Math.ceil((last - first + 1) / MOMENTS_MAX));
  const points: HistoryPoint[] = [];
  for (let tick = first; tick <= last; tick += apart) {
    playhead.seek(tick);
    const value = valueAt(playhead, table, rowId, field);
    const before = points.at(-1);
    if (before === undefined || !isSame(before.value, value)) points.push({ tick, value });
  }
  return points;
}

function valueAt({ mirror }: Playhead, name: string, rowId: number, field: string): unknown {
  const part = mirror.store.parts.find((one) => one.name === name);
  if (part?.type !== 'table') return undefined;
  const row = part.isRecord ? part.viewAt(1) : part.get(rowId);
  // Names come from outside: only what is a column is looked at.
  return row !== undefined && part.columns.some((column) => column.name === field)
    ? Reflect.get(row, field)
    : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
