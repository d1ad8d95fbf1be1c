/** The directory of a single node. */
import type { Directory, RoomListing } from '../ports/directory.ts';
import { queryRooms, type RoomQuery } from '../ports/room-query.ts';

export class MemoryDirectory implements Directory {
  readonly #rooms = new Map<string, RoomListing>();
  readonly #watchers = new Set<(roomId: string, room: RoomListing | null) => void>();

  async publish(room: RoomListing): Promise<void> {
    this.#rooms.set(room.id, room);
    for (const run of [...this.#watchers]) run(room.id, room);
  }

  async withdraw(roomId: string): Promise<void> {
    if (!this.#rooms.delete(roomId)) return;
    for (const run of [...this.#watchers]) run(roomId, null);
  }

  async list(query: RoomQuery): Promise<readonly RoomListing[]> {
    return queryRooms(this.#rooms.values(), query);
  }

  watch(run: (roomId: string, room: RoomListing | null) => void): () => void {
    // A function of its own per call, so that the same `run` given twice is called twice.
    const own = (roomId: string, room: RoomListing | null): void => run(roomId, room);
    this.#watchers.add(own);
    return () => this.#watchers.delete(own);
  }
}
