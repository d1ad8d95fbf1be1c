/** The memory of one room's state: a store per part of the schema, in schema order, and the view that rules hold. */
import type { GameError } from '../errors.ts';
import type { SeatRef, SeenStateOf, StateOf, StateSchema } from '../schema/state-schema.ts';
import { GridStore } from './grid-store.ts';
import { type Holder, TableStore, type WritePolicy } from './table-store.ts';

export type PartStore = TableStore | GridStore;

/** What holds a state: its parts, for codecs, and `view`, for game code. */
export class StateStore<S extends StateSchema = StateSchema> {
  readonly parts: readonly PartStore[];
  readonly holder: Holder;
  /** What game code sees: `view.ships.get(id)`, `view.round.phase`, `view.tiles.at(x, y)`. */
  readonly view: StateOf<S>;

  constructor(schema: S, holder: Holder, policy: WritePolicy) {
    this.holder = holder;
    this.parts = Object.entries(schema).map(([name, part]) =>
      part.type === 'grid' ? new GridStore(name, part, holder, policy) : new TableStore(name, part, holder, policy),
    );
    const view: Record<string, unknown> = {};
    for (const part of this.parts) {
      view[part.name] = part.type === 'table' && part.isRecord ? part.viewAt(1) : part;
    }
    this.view = Object.freeze(view) as StateOf<S>;
  }

  /** The table of this name. */
  table(name: string): TableStore {
    const part = this.parts.find((one) => one.name === name);
    if (part?.type !== 'table') throw new RangeError(`the state has no table ${name}`);
    return part;
  }

  /** The state was replaced as a whole: what is true now is what viewers know, whatever was marked. */
  settleAll(): void {
    for (const part of this.parts) part.settleAll();
  }

  /** Becomes what another state of the same schema is, by copies of its columns. Views of rows that are still there stay good. */
  copyFrom(other: StateStore<S>): void {
    this.parts.forEach((part, index) => {
      const from = other.parts[index];
      if (part.type === 'table' && from?.type === 'table') part.copyFrom(from);
      else if (part.type === 'grid' && from?.type === 'grid') part.copyFrom(from);
    });
  }

  /** Takes a seat's rows from it, in every table. */
  disown(seat: SeatRef): void {
    for (const part of this.parts) if (part.type === 'table' && !part.isRecord) part.disown(seat);
  }
}

/** The state a room owns: every field, written by rules. */
export function createState<S extends StateSchema>(
  schema: S,
  options: { badWrites?: 'throw' | 'clamp'; onClamp?: (problem: GameError<'BAD_WRITE'>) => void } = {},
): StateStore<S> {
  const { badWrites = 'throw', onClamp = () => {} } = options;
  return new StateStore(schema, 'server', { badWrites, onClamp });
}

/** The mirror a client keeps: what `seat` may see, written only by frames. */
export interface StateMirror<S extends StateSchema> {
  readonly store: StateStore<S>;
  readonly view: SeenStateOf<S>;
}

/** The mirror of one seat: it sees what that seat may see, and only frames write it. */
export function createMirror<S extends StateSchema>(schema: S, seat: number): StateMirror<S> {
  const store = new StateStore(schema, seat, { badWrites: 'throw', onClamp: () => {} });
  return { store, view: store.view as unknown as SeenStateOf<S> };
}
