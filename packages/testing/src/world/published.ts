/** Whether viewers are told what is: a change of state that no publication took over would stay unseen for good. */
import type { Difference, GridStore, StateStore, TableStore } from '@madang/core';

/**
 * The first place where what was published is not what the rules left, among parts in which nothing waits to be
 * published; null where there is none. For right after a tick.
 */
export function firstUnpublished(state: StateStore): Difference | null {
  for (const part of state.parts) {
    if (part.touchedCount > 0) continue;
    const found = part.type === 'grid' ? unpublishedCell(part) : unpublishedRow(part);
    if (found !== null) return found;
  }
  return null;
}

function unpublishedCell({ name, isShared, cells, sent }: GridStore): Difference | null {
  if (!isShared) return null;
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell] !== sent[cell]) return { table: name, row: cell, field: 'cells' };
  }
  return null;
}

function unpublishedRow(table: TableStore): Difference | null {
  for (let place = 1; place <= Math.max(table.highest, table.highestSent); place++) {
    const id = table.alive[place] === 1 ? table.idAt(place) : 0;
    if (id !== table.sentId[place]) return { table: table.name, row: id || (table.sentId[place] ?? 0), field: '' };
    const field = id === 0 ? null : unpublishedField(table, place);
    if (field !== null) return { table: table.name, row: id, field };
  }
  return null;
}

function unpublishedField({ columns }: TableStore, place: number): string | null {
  for (const column of columns) {
    if (column.type.visibility === 'nobody') continue;
    const isSame =
      column.store === 'boxed'
        ? column.codec.isSame(column.data[place], column.sent[place])
        : column.data[place] === column.sent[place];
    if (!isSame) return column.name;
  }
  return null;
}
