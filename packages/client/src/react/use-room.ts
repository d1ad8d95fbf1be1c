/** `useRoom`: a seat in a room for as long as a component is on the page. */
import type { Fields, Game, Messages, StateSchema } from '@madang/core';
import { useSyncExternalStore } from 'react';
import type { Connection, JoinOptions } from '../connection.ts';
import type { Room } from '../room.ts';
import { useKept } from './kept.ts';
import { JOINING, RoomSession, type RoomState } from './room-session.ts';

/** The room of a game, to name what a component is given: `{ room }: { room: RoomOf<typeof landGrab> }`. */
export type RoomOf<G> = G extends Game<infer S, infer I, infer C, infer E, infer A> ? Room<S, I, C, E, A> : never;

const joining = (): typeof JOINING => JOINING;

/**
 * Takes a seat when the component is mounted and gives it up when it is unmounted. Another connection, game or wish is another
 * seat: the old one is left. Where the line breaks or the page is loaded again, the seat is held and returned to:
 * `isReturning` says so meanwhile, and the room stays the same object. Otherwise never joins again by itself; a closed
 * state has `rejoin` for that. Renders when the status or `isReturning` changes and not when the room's state does: see
 * `useRows`.
 *
 * `game` and `connection` belong outside the component or into `useConnection`: made anew with each rendering, they would
 * be joined anew. Throws to the nearest error boundary what is no answer of a server, such as an address that is none.
 */
export function useRoom<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
>(connection: Connection, game: Game<S, I, C, E, A>, wish: JoinOptions = {}): RoomState<Room<S, I, C, E, A>> {
  const session = useKept(
    [connection, game, wish.room, wish.ticket, wish.name, wish.spectate, wish.resume],
    // In an async function, so that a mistake in the wish becomes a rejection like any other.
    () => new RoomSession(async () => connection.join(game, wish)),
  );
  const state = useSyncExternalStore(session.subscribe, session.read, joining);
  if (state.status === 'failed') throw state.error;
  return state;
}
