/** Whose avatar is which: one pass over the table for all seats. */
import type { Fields, Row, TableStore } from '@madang/core';

/** For each seat number up to `seats`, the first row it owns. */
export function avatarsBySeat(table: TableStore, seats: number): readonly (Row<Fields> | undefined)[] {
  const rows = new Array<Row<Fields> | undefined>(seats + 1).fill(undefined);
  for (const row of table) if (row.owner <= seats) rows[row.owner] ??= row;
  return rows;
}
