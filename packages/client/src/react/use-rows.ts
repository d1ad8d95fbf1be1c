/** `useRows` and `useRow`: what a room's state says, as copies that may be drawn, kept and compared. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { feedOf, type Watched } from './room-feed.ts';
import { copyRow, copyRows, type Identified } from './rows-store.ts';

const NO_ROWS: readonly never[] = Object.freeze([]);
const noRows = (): typeof NO_ROWS => NO_ROWS;
const noRow = (): undefined => undefined;
const neverChanges = (): (() => void) => () => {};

/**
 * The rows that `select` chooses, in its order, as frozen copies: `useRows(room, (state) => state.players)`. Renders when
 * one of them comes, goes, changes places or changes a field, at most once per animation frame. A row without a change is
 * the same object as before, so `memo` holds; its `id` is the key. Empty without a room, and where pages are rendered on
 * a server.
 *
 * `select` may be a new function each time. It may filter, sort and slice, `pick` the fields that are drawn, and make
 * objects of its own that have an `id`; what it hands out of the live rows must not be kept.
 */
export function useRows<W extends Watched, R extends Identified>(
  room: W | null,
  select: (state: W['state'], room: W) => Iterable<R>,
): readonly R[] {
  const copy = useCallback(
    (from: W, before: readonly R[] | undefined) => copyRows(select(from.state, from), before ?? NO_ROWS),
    [select],
  );
  return useCopy(room, copy, NO_ROWS, noRows);
}

/**
 * One row, record or object made from them, as a frozen copy: `useRow(room, (state) => state.round)`,
 * `useRow(room, (_state, { me }) => me)`. Undefined where `select` finds none; otherwise as `useRows`.
 */
export function useRow<W extends Watched, R extends object>(
  room: W | null,
  select: (state: W['state'], room: W) => R | undefined,
): R | undefined {
  const copy = useCallback(
    (from: W, before: R | undefined) => {
      const live = select(from.state, from);
      return live === undefined ? undefined : copyRow(live, before);
    },
    [select],
  );
  return useCopy<W, R | undefined>(room, copy, undefined, noRow);
}

/** What `copy` makes of the room, again after each change; it is given what was last shown, to use again. */
function useCopy<W extends Watched, T>(
  room: W | null,
  copy: (room: W, before: T | undefined) => T,
  empty: T,
  onServer: () => T,
): T {
  const feed = room === null ? null : feedOf(room);
  const shown = useRef<T>(undefined);
  const read = useMemo(() => {
    let last: { readonly value: T; readonly version: number | null } | null = null;
    return (): T => {
      if (room === null || feed === null) return empty;
      const { version } = feed;
      if (last !== null && version !== null && last.version === version) return last.value;
      // Without a version the state has to be looked at; where it says the same, the copy is the same.
      last = { value: copy(room, last === null ? shown.current : last.value), version };
      return last.value;
    };
  }, [room, feed, copy, empty]);
  const subscribe = useMemo(() => feed?.subscribe.bind(feed) ?? neverChanges, [feed]);
  const value = useSyncExternalStore(subscribe, read, onServer);
  // The next `read`, made for another `select`, begins with what was really shown and not with what was only tried.
  useEffect(() => {
    shown.current = value;
  }, [value]);
  return value;
}
