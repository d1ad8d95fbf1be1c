/**
 * Which rows go now where not all of them fit a peer's budget: own rows first, then by distance, by how long they have
 * waited and whether they changed just now. Rows are put into classes of urgency and classes are served in order, which
 * takes two passes and no sorting. The others are held back, and go whole when their turn comes: what changes meanwhile is
 * coalesced, and waiting raises urgency, so every row's turn comes.
 */
import type { TableChanges } from '@madang/core';
import { IN_SYNC, type VisibleRows } from './visible-rows.ts';

/** Classes, of which the first is for own rows. Four of them halve or double the urgency. */
const CLASSES = 64;
const CLASSES_PER_DOUBLING = 4;
const MIDDLE_CLASS = 24;

/** A row next to the eye is not infinitely urgent: distances count from this part of the radius on. */
const NEAREST = 0.05;

/** Bytes that a row's place and columns take beside its slice, and a whole row per column. Estimates. */
const HEAD_BYTES = 2;
const WHOLE_BYTES_PER_COLUMN = 3;

/** Sets `rows.held` for those that wait. All go where they fit; where some budget is left at least one goes. */
export function chooseRows(rows: VisibleRows, changes: TableChanges, budget: number, number: number): void {
  const bytesByClass = new Float64Array(CLASSES);
  let total = 0;
  for (let i = 0; i < rows.count; i++) {
    const cost = costOf(rows, changes, i);
    if (cost === 0) continue;
    total += cost;
    const urgency = classOf(rows, changes, i, number);
    bytesByClass[urgency] = (bytesByClass[urgency] ?? 0) + cost;
  }
  rows.isHolding = total > budget;
  if (!rows.isHolding) return;
  let last = 0;
  let left = budget;
  while (last < CLASSES - 1 && left > (bytesByClass[last] ?? 0)) left -= bytesByClass[last++] ?? 0;
  rows.hold(number, (i) => {
    const cost = costOf(rows, changes, i);
    const urgency = classOf(rows, changes, i, number);
    if (cost === 0 || urgency < last) return false;
    if (urgency > last || left <= 0) return true;
    left -= cost;
    return false;
  });
}

/** Bytes an entry takes if it goes now; 0 where there is nothing to say of it. */
function costOf(rows: VisibleRows, changes: TableChanges, entry: number): number {
  if (rows.waits[entry] !== IN_SYNC) return HEAD_BYTES + WHOLE_BYTES_PER_COLUMN * changes.table.columns.length;
  const place = rows.places[entry] ?? 0;
  return changes.sliceAt[place] === 0 ? 0 : HEAD_BYTES + (changes.sliceLength[place] ?? 0);
}

function classOf(rows: VisibleRows, { table }: TableChanges, entry: number, number: number): number {
  const place = rows.places[entry] ?? 0;
  if (table.sentOwnerAt(place) === rows.seat) return 0;
  const wait = rows.waits[entry] ?? 0;
  const waited = wait === IN_SYNC ? 0 : number - Math.abs(wait);
  const isRecent = table.changedAt[place] === number;
  const urgency = ((1 + waited) * (isRecent ? 2 : 1)) / (NEAREST + rows.distanceAt(entry));
  const rank = MIDDLE_CLASS - Math.floor(CLASSES_PER_DOUBLING * Math.log2(urgency));
  return Math.min(CLASSES - 1, Math.max(1, rank));
}
