/** A state that follows another: for copies that are published to others than the first. */
import type { GridStore } from './grid-store.ts';
import type { StateStore } from './state-store.ts';
import { STRUCTURAL, type TableStore } from './table-store.ts';

/**
 * Makes a server's state equal to another of the same schema, and marks what that changed as rules do that write, so that a
 * publication tells of it. What was marked before stays marked. Takes time in rows and cells, not in changes.
 */
export function adopt(state: StateStore, from: StateStore): void {
  state.parts.forEach((part, index) => {
    const other = from.parts[index];
    if (part.type === 'table' && other?.type === 'table') adoptTable(part, other);
    else if (part.type === 'grid' && other?.type === 'grid') adoptGrid(part, other);
  });
}

function adoptTable(table: TableStore, other: TableStore): void {
  const marks: { readonly place: number; readonly bits: number }[] = [];
  let { hasAccessChanges } = table;
  for (let i = 0; i < table.touchedCount; i++) {
    const place = table.touched[i] ?? 0;
    marks.push({ place, bits: table.dirty[place] ?? 0 });
  }
  const highest = Math.max(table.highest, other.highest);
  for (let place = 1; place <= highest; place++) {
    const isSameRow = table.alive[place] === other.alive[place] && table.idAt(place) === other.idAt(place);
    const bits = isSameRow ? changedColumns(table, other, place) : STRUCTURAL;
    if (bits !== 0) marks.push({ place, bits });
    if ((bits & table.accessMask) !== 0) hasAccessChanges = true;
  }
  table.copyFrom(other);
  for (const { place, bits } of marks) {
    const written = bits & ~STRUCTURAL;
    if (written !== 0) table.mark(place, written);
    if (written !== bits) table.mark(place, STRUCTURAL);
  }
  table.hasAccessChanges = hasAccessChanges;
}

function changedColumns(table: TableStore, other: TableStore, place: number): number {
  if (table.alive[place] !== 1) return 0;
  let bits = 0;
  table.columns.forEach((column, index) => {
    const mine = column.data[place];
    const its = other.columns[index]?.data[place];
    if (column.store === 'boxed' ? !column.codec.isSame(mine, its) : !Object.is(mine, its)) bits |= 1 << index;
  });
  return bits;
}

function adoptGrid(grid: GridStore, other: GridStore): void {
  for (let index = 0; index < other.cells.length; index++) {
    const cell = other.cells[index] ?? 0;
    if (grid.cells[index] !== cell) grid.set(index % grid.width, Math.floor(index / grid.width), cell);
  }
}
