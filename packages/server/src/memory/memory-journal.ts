/** A journal that lives as long as the process: for tests and simulations. What is asked is done at the call; only the answer waits. */
import type {
  Journal,
  JournalCommit,
  JournalEnd,
  JournalEntry,
  JournaledRoom,
  RecordingPlace,
} from '../ports/journal.ts';
import { StoreError } from '../ports/store-error.ts';

interface Room {
  readonly roomId: string;
  readonly game: string;
  readonly openedWallMs: number;
  epoch: number;
  endedWallMs: number | null;
  entries: JournalEntry[];
}

/** A journal that lasts as long as the process: for tests and simulations. */
export class MemoryJournal implements Journal {
  /** In the order of their beginning. */
  readonly #rooms = new Map<string, Room>();
  #isClosed = false;

  async commit({ entries, ends }: JournalCommit): Promise<{ readonly lost: readonly string[] }> {
    this.#refuseWhenClosed();
    const ending = new Set(ends.map(({ roomId }) => roomId));
    const seen = new Set<string>();
    const left: JournalEntry[] = [];
    for (const entry of entries) {
      const isFirst = !seen.has(entry.roomId);
      seen.add(entry.roomId);
      if (!this.#append(entry, isFirst)) left.push(entry);
    }
    const lostEnds = ends.filter((end) => !this.#end(end));
    const lost = [...left.filter((entry) => this.#isLost(entry, ending)), ...lostEnds];
    return { lost: [...new Set(lost.map(({ roomId }) => roomId))] };
  }

  async unfinished(): Promise<readonly JournaledRoom[]> {
    this.#refuseWhenClosed();
    return [...this.#rooms.values()].filter(({ endedWallMs }) => endedWallMs === null).map(toRoom);
  }

  async claim(roomId: string): Promise<number | null> {
    this.#refuseWhenClosed();
    const room = this.#rooms.get(roomId);
    if (room === undefined || room.endedWallMs !== null) return null;
    room.epoch += 1;
    return room.epoch;
  }

  async read(roomId: string, from: 'last-snapshot' | 'start'): Promise<readonly Uint8Array[]> {
    this.#refuseWhenClosed();
    const entries = this.#rooms.get(roomId)?.entries ?? [];
    const first =
      from === 'start'
        ? 0
        : Math.max(
            0,
            entries.findLastIndex(({ isSnapshot }) => isSnapshot),
          );
    return entries.slice(first).map(({ bytes }) => bytes.slice());
  }

  async recordings(limit: number, after?: RecordingPlace): Promise<readonly JournaledRoom[]> {
    this.#refuseWhenClosed();
    const ended = this.#recordings().filter((room) => after === undefined || byPlace(room, after) > 0);
    return ended.slice(0, limit).map(toRoom);
  }

  async remove(roomId: string): Promise<void> {
    this.#refuseWhenClosed();
    this.#rooms.delete(roomId);
  }

  async prune(limits: { readonly endedBeforeWallMs: number; readonly maxBytes: number }): Promise<number> {
    this.#refuseWhenClosed();
    let soFar = 0;
    let count = 0;
    for (const room of this.#recordings()) {
      soFar += sizeOf(room);
      if (Number(room.endedWallMs) >= limits.endedBeforeWallMs && soFar <= limits.maxBytes) continue;
      this.#rooms.delete(room.roomId);
      count += 1;
    }
    return count;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  /** False where it was not written. */
  #append(entry: JournalEntry, isFirst: boolean): boolean {
    const { roomId, game, epoch, seq, isSnapshot, begins, keepsHistory, wallMs } = entry;
    if (isFirst && !this.#rooms.has(roomId) && begins && isSnapshot) {
      this.#rooms.set(roomId, { roomId, game, openedWallMs: wallMs, epoch, endedWallMs: null, entries: [] });
    }
    const room = this.#rooms.get(roomId);
    if (room === undefined || room.epoch !== epoch || room.endedWallMs !== null) return false;
    const last = room.entries.at(-1)?.seq ?? 0;
    if (seq !== last + 1 && !(isSnapshot && seq > last)) return false;
    const owned = { ...entry, bytes: new Uint8Array(entry.bytes) };
    if (isSnapshot && !keepsHistory) room.entries = [];
    room.entries.push(owned);
    return true;
  }

  /** Of an entry that was not written. */
  #isLost({ roomId, epoch, seq }: JournalEntry, ending: ReadonlySet<string>): boolean {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return !ending.has(roomId);
    if (room.epoch !== epoch) return true;
    if (room.endedWallMs !== null) return false;
    const same = room.entries.find((entry) => entry.seq === seq);
    return (same !== undefined && same.epoch !== epoch) || seq > (room.entries.at(-1)?.seq ?? 0);
  }

  /** False where somebody else has the room. */
  #end({ roomId, epoch, isKept, wallMs }: JournalEnd): boolean {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return true;
    if (room.epoch !== epoch) return false;
    if (room.endedWallMs !== null) return true;
    if (isKept) room.endedWallMs = wallMs;
    else this.#rooms.delete(roomId);
    return true;
  }

  #recordings(): readonly Room[] {
    return [...this.#rooms.values()].filter(({ endedWallMs }) => endedWallMs !== null).sort(byPlace);
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new StoreError('closed', 'the journal is closed');
  }
}

/** The newest first; of those that ended at one time, by their ids, descending. */
function byPlace(a: Pick<Room, 'endedWallMs' | 'roomId'>, b: Pick<Room, 'endedWallMs' | 'roomId'>): number {
  const later = Number(b.endedWallMs) - Number(a.endedWallMs);
  if (later !== 0 || a.roomId === b.roomId) return later;
  return a.roomId > b.roomId ? -1 : 1;
}

function sizeOf({ entries }: Room): number {
  return entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function toRoom(room: Room): JournaledRoom {
  const { roomId, game, epoch, openedWallMs, endedWallMs, entries } = room;
  const last = entries.at(-1);
  const { seq, tick } = last ?? { seq: 0, tick: 0 };
  return { roomId, game, epoch, seq, tick, sizeBytes: sizeOf(room), openedWallMs, endedWallMs };
}
