/**
 * [I5] What a client has at a tick is what the server showed it at that tick. The server's side is noted as the tick ends;
 * the client's is compared with it when its state comes in, however late.
 */
import type { Room } from '@madang/server';

/** Notes per client. One that hears nothing for so long is compared again from the next note on. */
const NOTES_MAX = 512;

/** A client as far as it is compared. */
export interface Compared {
  readonly name: string;
  /** The server process that tells it what it has. */
  readonly process: number;
  readonly room: { readonly id: string; readonly seat: number; readonly tick: number; hash(): string } | null;
}

interface Notes {
  /** The client's room. */
  readonly of: object;
  /** By the process that showed it, since one that goes on from a journal may go back: by tick. */
  readonly hashes: Map<number, Map<number, string>>;
}

export class Agreement {
  /** Comparisons so far. */
  compared = 0;
  readonly #notes = new Map<Compared, Notes>();

  /** Notes what each of these clients, which sit in this room of this process, was shown in the tick that has just ended. */
  note(room: Room, process: number, clients: readonly Compared[]): void {
    const isSameForAll = isShownAlike(room);
    let hash: string | null = null;
    for (const client of clients) {
      if (client.room?.id !== room.id) continue;
      if (!isSameForAll || hash === null) hash = shownTo(room, client.room.seat);
      if (hash === null) continue;
      let notes = this.#notes.get(client);
      // One that left and came back into the same room may sit elsewhere: what its old seat was shown is not its own.
      if (notes?.of !== client.room) {
        notes = { of: client.room, hashes: new Map() };
        this.#notes.set(client, notes);
      }
      const hashes = notes.hashes.get(process) ?? new Map<number, string>();
      notes.hashes.set(process, hashes);
      hashes.set(room.tick, hash);
      if (hashes.size <= NOTES_MAX) continue;
      const [oldest] = hashes.keys();
      if (oldest !== undefined) hashes.delete(oldest);
    }
  }

  /** Answers what is wrong with the state that a client has just received, or null. */
  compare(client: Compared): string | null {
    const { room } = client;
    const notes = this.#notes.get(client);
    if (room === null || notes?.of !== room) return null;
    // What processes before showed will not come any more.
    for (const process of notes.hashes.keys()) if (process < client.process) notes.hashes.delete(process);
    const hashes = notes.hashes.get(client.process) ?? new Map<number, string>();
    const expected = hashes.get(room.tick);
    for (const tick of hashes.keys()) {
      // In order of ticks; what is older will not come any more.
      if (tick > room.tick) break;
      hashes.delete(tick);
    }
    return expected === undefined ? null : this.#judge(client, room.seat, room.tick, expected, room.hash());
  }

  /** As `compare`, with what the client was shown last: for when nothing is on its way. */
  compareNow(client: Compared, room: Room): string | null {
    if (client.room === null) return null;
    const { seat, tick } = client.room;
    const expected = shownTo(room, seat);
    if (expected === null) return null;
    return this.#judge(client, seat, tick, expected, client.room.hash());
  }

  #judge({ name }: Compared, seat: number, tick: number, expected: string, actual: string): string | null {
    this.compared++;
    if (expected === actual) return null;
    return `[I5] ${name} on seat ${seat} has ${actual} at tick ${tick}; the server showed it ${expected}`;
  }
}

/** A fingerprint of what a seat was shown last; null where nobody sits there, or where rows wait to be told. */
function shownTo(room: Room, seat: number): string | null {
  if (isWaiting(room, seat)) return null;
  try {
    return room.hashFor(seat);
  } catch (problem) {
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}

/** Without interest and private fields one fingerprint serves for all. */
function isShownAlike({ game, state }: Room): boolean {
  if (Object.keys(game.interest ?? {}).length > 0) return false;
  return state.parts.every((part) => part.type === 'grid' || part.privateMask === 0);
}

/** Only tables with interest keep rows waiting. */
function isWaiting(room: Room, seat: number): boolean {
  for (const name of Object.keys(room.game.interest ?? {})) {
    for (const row of room.state.table(name)) if (room.explain(seat, name, row.id).isWaiting) return true;
  }
  return false;
}
