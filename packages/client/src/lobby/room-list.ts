/** A live list of rooms as a client has it, and what can be looked for in one. */
import type { Fields, Game, RecordNames, RecordSchema, SeenRecord, StateSchema } from '@madang/core';
import type { Tell } from './tells.ts';

/** The order of a list; of rooms that are alike in it, by their ids. */
export type RoomSort = 'id' | 'fullest' | 'emptiest' | 'newest' | 'oldest';

/** What a game lists of its rooms: the fields of the record that it names in `listed`. Where it has several records, of any. */
export type AboutOf<G> = G extends { readonly state: infer S extends StateSchema } ? ListedRecords<S> : never;

type ListedRecords<S extends StateSchema> = {
  [K in RecordNames<S>]: S[K] extends RecordSchema<infer F extends Fields> ? SeenRecord<F> : never;
}[RecordNames<S>];

/** What is looked for. All of it where nothing is said. */
export interface RoomQuery<G> {
  /** Only rooms that list exactly these values. */
  readonly where?: Partial<AboutOf<G>>;
  /** True: only rooms that somebody new can join. */
  readonly isOpen?: boolean;
  /** `id` unless given. */
  readonly sort?: RoomSort;
  /** 1 to 100, which it is unless given. */
  readonly limit?: number;
}

/** A room as lists show it. */
export interface ListedRoom<G = Game> {
  readonly id: string;
  readonly game: string;
  readonly seats: number;
  /** Seats taken by people. */
  readonly taken: number;
  /** Seats taken by bots, which give them up to people. */
  readonly bots: number;
  readonly spectators: number;
  /** True while nobody new is let in. */
  readonly isLocked: boolean;
  /** Nothing for a game that lists nothing. */
  readonly about: AboutOf<G>;
}

/** The rooms of a list, from first to last, after each change that is told. */
export class RoomList {
  #rooms: ReadonlyMap<string, ListedRoom> = new Map();

  apply({ rooms, order }: Tell & { readonly type: 'rooms' }): readonly ListedRoom[] {
    const changed = new Map(rooms.map((room) => [room.id, room]));
    const listed = order.flatMap((id) => changed.get(id) ?? this.#rooms.get(id) ?? []);
    this.#rooms = new Map(listed.map((room) => [room.id, room]));
    return listed;
  }
}
