/** Which rooms there are: what lists and joins look at. One node keeps it in memory; several share it. */
import type { JsonObject } from '@madang/core';
import type { RoomQuery } from './room-query.ts';

/** A room as others see it. */
export interface RoomListing {
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
  /** Counts the rooms of a server, in the order of their opening. */
  readonly serial: number;
  /** The record that the game names in `listed`, as everyone may see it. */
  readonly about: JsonObject;
}

export interface Directory {
  /** Adds a room or replaces what is known of it. */
  publish(room: RoomListing): Promise<void>;
  /** Takes a room off; one that is not listed is fine. */
  withdraw(roomId: string): Promise<void>;
  /** Rooms that are looked for, in order; at most 100. */
  list(query: RoomQuery): Promise<readonly RoomListing[]>;
  /** Calls `run` after each change, with null for a room that is not listed any more. Answers how to undo it. */
  watch(run: (roomId: string, room: RoomListing | null) => void): () => void;
}
