/**
 * Interest: which rows of a table a player is told about. A definition names it per table; without one everybody is told
 * of all rows, which is the cheapest where it fits, because one frame then serves all.
 *
 * Whatever the interest, the owner of a row is always told of it, and rows that are not of interest never reach the wire.
 */
import type { Fields } from './field.ts';
import { badSchema, type Row } from './state-schema.ts';

/** Rows within a distance of the player's avatar. */
export interface NearInterest<X extends string = string> {
  readonly kind: 'near';
  readonly x: X;
  readonly y: X;
  /** A row comes into view at this distance or less, and goes out of it beyond `leave`, both in the fields' units. */
  readonly radius: number;
  readonly leave: number;
}

/** Rows of the player's team: those whose team field equals the seat's team. */
export interface TeamInterest {
  readonly kind: 'team';
}

/** What the author's own function says. */
export type CustomInterest<F extends Fields = Fields> = {
  sees(row: Readonly<Row<F>>, viewer: InterestViewer): boolean;
}['sees'];

/** All rows, as without an interest. */
export interface AllInterest {
  readonly kind: 'all';
}

/** Who looks, as a custom interest sees it. */
export interface InterestViewer {
  readonly seat: number;
  readonly team: number;
}

export type Interest<F extends Fields = Fields> =
  | NearInterest<keyof F & string>
  | TeamInterest
  | CustomInterest<F>
  | AllInterest;

/** How much further than `radius` a row must go before it leaves, unless `leave` says so. */
const LEAVE_FACTOR = 1.2;

/**
 * Rows within `radius` of the player's own avatar, which must have fields of the same names. A player without an avatar
 * goes on looking from where it was last. `leave` must be greater than `radius`, so that a row on the edge does not come
 * and go with every step; it is 1.2 x `radius` unless given.
 */
export function near<const X extends string>(options: { x: X; y: X; radius: number; leave?: number }): NearInterest<X> {
  const { x, y, radius, leave = radius * LEAVE_FACTOR } = options;
  if (!(radius > 0) || !(leave > radius) || !Number.isFinite(leave)) {
    throw badSchema('near', 'radius must be positive, and leave a finite number greater than radius');
  }
  return { kind: 'near', x, y, radius, leave };
}

/** Rows of the player's own team; the table must name its team field. A seat without a team sees its own rows only. */
export const byTeam: TeamInterest = { kind: 'team' };

/**
 * Rows for which `sees` answers true. It is asked for every row and every player each time state is sent, so its cost is
 * rows x players: for small tables. It is shown rows as players are told of them, which
 * with `sendEvery` is not always as they are, and cannot write; where it throws, the row is not told. The function may stand for
 * itself, and then knows its row's type: `interest: { notes: (note, { seat }) => note.to === seat }`.
 */
export function custom<F extends Fields>(sees: CustomInterest<F>): CustomInterest<F> {
  return sees;
}

/** Every row. */
export const all: AllInterest = { kind: 'all' };
