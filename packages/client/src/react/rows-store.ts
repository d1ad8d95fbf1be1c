/**
 * Rows as React wants them: copies that never change, the same object for as long as its row says the same.
 *
 * A room's rows are live views, so nothing drawn from them could be compared with what was drawn before. Here each row
 * is copied, once per change: a row without a change keeps its copy, a list without a change keeps its array, and so
 * neither `memo` nor the store underneath sees news where there is none.
 */

/** Anything with an id: a row, or an object made from one. */
export interface Identified {
  readonly id: number;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Copies of `live`, in its order. Of `before`, what still holds is used again: rows by id and, where nothing at all
 * changed, the list itself. Ids may repeat, as those of two tables do.
 */
export function copyRows<R extends Identified>(live: Iterable<R>, before: readonly R[]): readonly R[] {
  const rows: R[] = [];
  let byId: Map<number, R> | null = null;
  let isSame = true;
  for (const row of live) {
    const inPlace = before[rows.length];
    let known = inPlace;
    if (known?.id !== row.id) {
      byId ??= new Map(before.map((one) => [one.id, one]));
      known = byId.get(row.id);
    }
    const copy = copyRow(row, known);
    if (copy !== inPlace) isSame = false;
    rows.push(copy);
  }
  return isSame && rows.length === before.length ? before : Object.freeze(rows);
}

/** A copy of one row or record: `before`, where that still says the same. */
export function copyRow<R extends object>(live: R, before: R | undefined): R {
  if (before !== undefined && saysTheSame(before as Values, live as Values)) return before;
  const copy: Record<string, unknown> = {};
  // A row's fields are accessors of its prototype, which spreading would not look at.
  for (const name in live) copy[name] = live[name];
  return Object.freeze(copy) as R;
}

function saysTheSame(copy: Values, live: Values): boolean {
  let count = 0;
  for (const name in live) {
    if (!Object.hasOwn(copy, name) || !isSameValue(copy[name], live[name])) return false;
    count++;
  }
  return count === Object.keys(copy).length;
}

/** Lists, bytes and JSON come as new objects with every reading, so these are compared by what is in them. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b) || a instanceof Uint8Array !== b instanceof Uint8Array) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isSameValue((a as Values)[name], (b as Values)[name]));
}

/**
 * Rows with these fields and their id only, so that a change of another field is none:
 * `useRows(room, (state) => pick(state.players, 'name', 'score'))`.
 */
export function* pick<R extends Identified, K extends keyof R>(
  rows: Iterable<R>,
  ...fields: readonly K[]
): Generator<Pick<R, K | 'id'>, undefined> {
  for (const row of rows) {
    const picked: Record<PropertyKey, unknown> = { id: row.id };
    for (const name of fields) picked[name] = row[name];
    yield picked as Pick<R, K | 'id'>;
  }
}
