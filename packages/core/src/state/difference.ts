/** Where two mirrors of one seat differ: what a failed checksum is followed up with. */
import type { StateSchema } from '../schema/state-schema.ts';
import type { PartStore, StateStore } from './state-store.ts';
import type { Column, TableStore } from './table-store.ts';

/** A place in a state. */
export interface Difference {
  readonly table: string;
  /** A row's id; in a grid, the cell's index. */
  readonly row: number;
  /** '' where one of the two has no such row. */
  readonly field: string;
}

/** The first difference in schema order, by ascending places, or null for equal states of one schema. */
export function firstDifference<S extends StateSchema>(a: StateStore<S>, b: StateStore<S>): Difference | null {
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index];
    const found = other === undefined ? null : differenceIn(part, other);
    if (found !== null) return found;
  }
  return null;
}

function differenceIn(a: PartStore, b: PartStore): Difference | null {
  if (a.type === 'grid' && b.type === 'grid') {
    const cell = a.cells.findIndex((value, index) => value !== b.cells[index]);
    return cell < 0 ? null : { table: a.name, row: cell, field: 'cells' };
  }
  if (a.type !== 'table' || b.type !== 'table') return null;
  for (let place = 1; place <= Math.max(a.highest, b.highest); place++) {
    const [mine, other] = [a, b].map((one) => (one.alive[place] === 1 ? one.idAt(place) : 0));
    if (mine !== other) return { table: a.name, row: mine || other || 0, field: '' };
    const column = mine === 0 ? undefined : a.columns.find((_, index) => !isSame(a, b, index, place));
    if (column !== undefined) return { table: a.name, row: mine ?? 0, field: column.name };
  }
  return null;
}

function isSame(a: TableStore, b: TableStore, index: number, place: number): boolean {
  const bit = 1 << index;
  const isGranted = (table: TableStore): boolean =>
    (table.privateMask & bit) === 0 || ((table.granted[place] ?? 0) & bit) !== 0;
  if (isGranted(a) !== isGranted(b)) return false;
  const [mine, other] = [a.columns[index], b.columns[index]];
  return mine === undefined || other === undefined || isSameValue(mine, other, place);
}

function isSameValue(a: Column, b: Column, place: number): boolean {
  return a.store === 'boxed' ? a.codec.isSame(a.data[place], b.data[place]) : a.data[place] === b.data[place];
}
