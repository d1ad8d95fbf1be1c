/** What a definition says about time: which tables remember their past, and how the past can be asked. */
import type { Fields } from './field.ts';
import type { GameDefinition, Messages, PartNames, TableNames } from './game.ts';
import { badSchema, isNumber, type Row, type StateSchema, type TableSchema } from './state-schema.ts';

/**
 * How far back `seenBy` goes unless a game says otherwise, and at most: a shot from further back feels unfair to its
 * target.
 */
export const REWIND_MS = 250;
const REWIND_MS_MAX = 1_000;

/** The fields that say where the rows of a table are. */
export interface PlaceFields<X extends string = string> {
  readonly x: X;
  readonly y: X;
}

/** A row as it was: to read only, good as long as the past it is from. */
export type PastRow<F extends Fields> = Readonly<Row<F>>;

/** A row that a ray meets. */
export interface RayHit<F extends Fields> {
  readonly row: PastRow<F>;
  /** From the ray's start to where it enters the row's circle; 0 where it starts inside. */
  readonly distance: number;
}

/** A table as a player saw it. Numbers are between those of two states, as they were drawn. */
export interface PastTable<F extends Fields> {
  readonly size: number;
  get(id: number): PastRow<F> | undefined;
  [Symbol.iterator](): Iterator<PastRow<F>>;
  /** Rows whose place is at most `radius` away, nearest first. */
  inCircle(x: number, y: number, radius: number): readonly PastRow<F>[];
  /** Rows whose place is in the box, edges included, in the order of the table. */
  inBox(minX: number, minY: number, maxX: number, maxY: number): readonly PastRow<F>[];
  /**
   * Rows that a ray meets on its way of `length` from a start in a direction of any length, nearest first. A row is a
   * circle of `radius` around its place. A direction of 0 meets what the start is in.
   */
  alongRay(ray: { x: number; y: number; dx: number; dy: number; length: number; radius: number }): readonly RayHit<F>[];
}

/** The past that `seenBy` shows. A table that `rewind` does not name refuses with BAD_SCHEMA. */
export type PastOf<S extends StateSchema> = {
  readonly [K in TableNames<S>]: S[K] extends TableSchema<infer F> ? PastTable<F> : never;
};

/** Checks what a definition says about prediction and the past. Throws BAD_SCHEMA with the place and the reason. */
export function checkNetcode<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages>(
  definition: GameDefinition<S, I, C, E, PartNames<S>>,
): void {
  const { state, predict, control, rewindMs = REWIND_MS } = definition;
  if (predict !== undefined && !['self', 'world', 'none'].includes(predict)) {
    throw badSchema('predict', 'it must be self, world or none');
  }
  if (predict !== undefined && predict !== 'none' && control === undefined) {
    throw badSchema('predict', 'what is predicted is what `control` does with the input, and there is no control');
  }
  if (!(rewindMs > 0 && rewindMs <= REWIND_MS_MAX)) throw badSchema('rewindMs', `it must be up to ${REWIND_MS_MAX}`);
  const rewind: Readonly<Record<string, PlaceFields | undefined>> = definition.rewind ?? {};
  if (predict === 'world' && Object.keys(rewind).length > 0) {
    throw badSchema('rewind', 'a client that predicts the world has no past of it: it goes with predict self or none');
  }
  for (const [name, place] of Object.entries(rewind)) {
    const part = state[name];
    if (part?.type !== 'table') throw badSchema(`rewind ${name}`, 'there is no table of that name');
    for (const field of [place?.x ?? '', place?.y ?? '']) {
      if (!isNumber(part.fields[field]))
        throw badSchema(`rewind ${name}`, 'x and y must name number fields of its rows');
    }
  }
  for (const [name, rule] of Object.entries(definition.advance ?? {})) {
    if (state[name]?.type !== 'table') throw badSchema(`advance ${name}`, 'there is no table of that name');
    if (typeof rule !== 'function') throw badSchema(`advance ${name}`, 'it must be a function');
  }
}
