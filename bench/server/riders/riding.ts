/** What a rider needs of a client, whatever server it is the client of. */
import type { LoadStart } from '../load/orders.ts';
import type { Mover } from '../setting.ts';

/** A client that plays: it has a mover, and its own copy of what it is shown. */
export interface Ride {
  /** Asks to walk in this direction, 0 to 3, until the next asking. As a player's program would, by the client's own interface. */
  ask(direction: number): void;
}

/** What a client tells its rider. */
export interface RideEvents {
  /** Its copy has taken in a state. `own` is the key of its mover among these; the movers may be changed after the call. */
  state(own: string, movers: Iterable<readonly [id: string, mover: Mover]>): void;
  /** The connection has ended. */
  lost(why: string): void;
}

/** Takes a seat. Resolves once it may ask; states may come before that. */
export type BeginRide = (start: LoadStart, on: RideEvents) => Promise<Ride>;
