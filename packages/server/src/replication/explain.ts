/** Why a player is or is not told of a row: the question that interest, visibility and budgets leave authors with. */
import type { TableStore } from '@madang/core';
import type { Replication } from './replication.ts';
import type { SeatView } from './seat-view.ts';

export interface Explanation {
  /** True when the player has the row as it was last published. */
  readonly isTold: boolean;
  /**
   * - `gone`: there is no row of this id, or it was not published yet.
   * - `no-player`: nobody is connected on this seat.
   * - `all`: everybody is told of all rows of this table.
   * - `own`, `near`, `team`, `custom`: the interest that shows it.
   * - `far`, `other-team`, `not-chosen`: the interest that does not.
   */
  readonly because:
    | 'gone'
    | 'no-player'
    | 'all'
    | 'own'
    | 'near'
    | 'team'
    | 'custom'
    | 'far'
    | 'other-team'
    | 'not-chosen';
  /** True when it is to be told, and waits: for the connection to drain, or for its turn in the budget. */
  readonly isWaiting: boolean;
  /** The private fields of the row that this player may see. */
  readonly privateFields: readonly string[];
}

const SHOWN = { near: 'near', team: 'team', custom: 'custom', all: 'all' } as const;
const HIDDEN = { near: 'far', team: 'other-team', custom: 'not-chosen', all: 'gone' } as const;

export function explain(
  replication: Replication,
  table: TableStore,
  rowId: number,
  view: SeatView | null,
): Explanation {
  const place = rowId & 0xffff;
  const untold = { isTold: false, isWaiting: false, privateFields: [] };
  if (rowId === 0 || table.sentId[place] !== rowId) return { ...untold, because: 'gone' };
  if (view === null) return { ...untold, because: 'no-player' };
  const interest = replication.interestOf(table);
  const kind = interest === null ? 'all' : typeof interest === 'function' ? 'custom' : interest.kind;
  const standing = view.standing(table, place);
  if (standing === 'unseen') return { ...untold, because: HIDDEN[kind] };
  const access = table.accessAt(place, view.seat, view.team);
  return {
    isTold: standing === 'told',
    isWaiting: standing === 'waiting',
    because: kind !== 'all' && table.sentOwnerAt(place) === view.seat ? 'own' : SHOWN[kind],
    privateFields: table.columns.filter((_, index) => (access & (1 << index)) !== 0).map((column) => column.name),
  };
}
