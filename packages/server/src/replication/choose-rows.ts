/**
 * Which rows go now where not all of them fit a peer's budget: own rows first, whatever they cost; then by distance, by how
 * long they have waited, by whether they changed just now, and the short before the long. Rows are put into classes of
 * urgency and classes are served in order, which takes two passes and no sorting. The others are held back and go whole
 * when their turn comes: what changes meanwhile is coalesced. Waiting raises urgency, so the turn of every row comes, as
 * long as own rows alone do not take all there is.
 */
import { SLICE_WORDS, type TableChanges } from '@madang/core/codec';
import { IN_SYNC, type VisibleRows } from './visible-rows.ts';

/** The class of own rows. */
const OWN = 0;

/** Classes, of which the first is for own rows. Four of them halve or double the urgency. */
const CLASSES = 128;
const CLASSES_PER_DOUBLING = 4;
const MIDDLE_CLASS = 48;

/** A row next to the eye is not infinitely urgent: distances count from this part of the radius on. */
const NEAREST = 0.05;

/** Bytes that a row's place and columns take beside its slice. */
const HEAD_BYTES = 2;

/** One table with interest, as one seat sees it. */
export interface Choice {
  readonly rows: VisibleRows;
  readonly changes: TableChanges;
  /** What a row of this table takes when it is told whole, as of late. */
  readonly wholeBytes: number;
}

/** Sets `rows.held` for those that wait, of all tables together. Own rows always go, and are paid for afterwards. */
export function chooseRows(choices: readonly Choice[], budget: number, number: number): void {
  const bytesByClass = new Float64Array(CLASSES);
  let total = 0;
  for (const choice of choices) {
    for (let i = 0; i < choice.rows.count; i++) {
      const cost = costOf(choice, i);
      if (cost === 0) continue;
      total += cost;
      const urgency = classOf(choice, i, cost, number);
      bytesByClass[urgency] = (bytesByClass[urgency] ?? 0) + cost;
    }
  }
  let last = OWN;
  let left = budget;
  while (last < CLASSES - 1 && (last === OWN || left > (bytesByClass[last] ?? 0))) left -= bytesByClass[last++] ?? 0;
  for (const choice of choices) {
    choice.rows.isHolding = total > budget;
    if (!choice.rows.isHolding) continue;
    choice.rows.hold(number, (i) => {
      const cost = costOf(choice, i);
      if (cost === 0) return false;
      const urgency = classOf(choice, i, cost, number);
      if (urgency < last) return false;
      if (urgency > last || left <= 0) return true;
      left -= cost;
      return false;
    });
  }
}

/** Bytes an entry takes if it goes now; 0 where there is nothing to say of it. */
function costOf({ rows, changes, wholeBytes }: Choice, entry: number): number {
  if (rows.waits[entry] !== IN_SYNC) return wholeBytes;
  const length = changes.sliceWords[(rows.places[entry] ?? 0) * SLICE_WORDS] ?? 0;
  return length === 0 ? 0 : HEAD_BYTES + length;
}

function classOf({ rows, changes: { table } }: Choice, entry: number, cost: number, number: number): number {
  const place = rows.places[entry] ?? 0;
  if (table.sentOwnerAt(place) === rows.seat) return OWN;
  const wait = rows.waits[entry] ?? 0;
  const waited = wait === IN_SYNC ? 0 : number - Math.abs(wait);
  const isRecent = table.changedAt[place] === number;
  const urgency = ((1 + waited) * (isRecent ? 2 : 1)) / ((NEAREST + rows.distanceAt(entry)) * cost);
  const rank = MIDDLE_CLASS - Math.floor(CLASSES_PER_DOUBLING * Math.log2(urgency));
  return Math.min(CLASSES - 1, Math.max(OWN + 1, rank));
}
