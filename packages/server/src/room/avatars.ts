/** Whose avatar is which: one pass over the table for all seats. */
import type { Fields, Row, TableStore } from '@madang/core';

/** For each seat number up to `seats`, the first row it owns: in `rows`, whatever that held before. */
export function avatarsBySeat(
  table: TableStore,
  seats: number,
  rows: (Row<Fields> | undefined)[] = [],
): readonly (Row<Fields> | undefined)[] {
  for (let seat = 0; seat <= seats; seat++) rows[seat] = undefined;
  // By hand: this is asked in every tick, and each step of an iterator is an object.
  for (let place = 1; place <= table.highest; place++) {
    if (table.alive[place] !== 1) continue;
    const row = table.viewAt(place) as unknown as Row<Fields>;
    const { owner } = row;
    if (owner <= seats) rows[owner] ??= row;
  }
  return rows;
}
