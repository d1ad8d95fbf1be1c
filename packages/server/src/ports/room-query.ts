/** What one looks for in a list of rooms: typed filters only, the same for a list and for news of it. */
import type { JsonValue } from '@madang/core';
import type { RoomListing } from './directory.ts';

/** Rooms of one answer, at most. */
export const ROOMS_LISTED_MAX = 100;

export const ROOM_SORTS = ['id', 'fullest', 'emptiest', 'newest', 'oldest'] as const;
export type RoomSort = (typeof ROOM_SORTS)[number];

export interface RoomQuery {
  readonly game?: string;
  /** Only rooms of which these fields of `about` have exactly these values. */
  readonly where?: Readonly<Record<string, JsonValue>>;
  /** True: only rooms that somebody new can join. */
  readonly isOpen?: boolean;
  /** `id` unless given. */
  readonly sort?: RoomSort;
  /** At most 100. */
  readonly limit?: number;
}

/** True where a room is one of those that are looked for. */
export function isRoomOf({ game, where = {}, isOpen = false }: RoomQuery, room: RoomListing): boolean {
  if (game !== undefined && room.game !== game) return false;
  if (isOpen && (room.isLocked || room.taken >= room.seats)) return false;
  return Object.entries(where).every(
    ([field, value]) => Object.hasOwn(room.about, field) && JSON.stringify(room.about[field]) === JSON.stringify(value),
  );
}

/** The rooms that are looked for, in order. */
export function queryRooms(rooms: Iterable<RoomListing>, query: RoomQuery): readonly RoomListing[] {
  const { sort = 'id', limit = ROOMS_LISTED_MAX } = query;
  const found = [...rooms].filter((room) => isRoomOf(query, room));
  const compare = COMPARE[sort];
  found.sort((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1));
  return found.slice(0, Math.max(0, Math.min(ROOMS_LISTED_MAX, Math.floor(limit))));
}

const COMPARE: Readonly<Record<RoomSort, (a: RoomListing, b: RoomListing) => number>> = {
  id: () => 0,
  fullest: (a, b) => b.taken / b.seats - a.taken / a.seats,
  emptiest: (a, b) => a.taken / a.seats - b.taken / b.seats,
  newest: (a, b) => b.serial - a.serial,
  oldest: (a, b) => a.serial - b.serial,
};
