/** The directory of a single node. */
import type { Directory, RoomListing } from '../ports/directory.ts';

export class MemoryDirectory implements Directory {
  readonly #rooms = new Map<string, RoomListing>();

  async publish(room: RoomListing): Promise<void> {
    this.#rooms.set(room.id, room);
  }

  async withdraw(roomId: string): Promise<void> {
    this.#rooms.delete(roomId);
  }

  async list({ game, limit }: { game?: string; limit: number }): Promise<readonly RoomListing[]> {
    return [...this.#rooms.values()]
      .filter((room) => game === undefined || room.game === game)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }
}
