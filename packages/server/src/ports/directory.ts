/** Which rooms there are: what lists and joins look at. One node keeps it in memory; several share it. */

/** A room as others see it. */
export interface RoomListing {
  readonly id: string;
  readonly game: string;
  readonly seats: number;
  /** Seats taken by people. */
  readonly taken: number;
  /** Seats taken by bots, which give them up to people. */
  readonly bots: number;
}

export interface Directory {
  /** Adds a room or replaces what is known of it. */
  publish(room: RoomListing): Promise<void>;
  /** Takes a room off; one that is not listed is fine. */
  withdraw(roomId: string): Promise<void>;
  /** Rooms of one game or of all, in the order of their ids; at most `limit`. */
  list(options: { game?: string; limit: number }): Promise<readonly RoomListing[]>;
}
