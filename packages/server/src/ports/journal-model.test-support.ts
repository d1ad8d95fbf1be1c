/** A journal that is nothing but a list of all that was accepted, and steps to lead it and a real one through. */
import * as fc from 'fast-check';
import type { JournalCommit, JournalEnd, JournalEntry, JournaledRoom } from './journal.ts';

export type Entry = Pick<JournalEntry, 'roomId' | 'seq'> & Partial<JournalEntry>;

/** An entry whose bytes say which it is; a first one begins with a snapshot. */
export function anEntry(entry: Entry): JournalEntry {
  const { seq, roomId, epoch = 1 } = entry;
  return {
    game: 'chess',
    epoch,
    tick: seq * 10,
    isSnapshot: seq === 1,
    begins: seq === 1,
    keepsHistory: false,
    wallMs: 1_000 + seq,
    bytes: new TextEncoder().encode(`${roomId}:${seq}`),
    ...entry,
  };
}

export const ROOMS = ['a', 'b', 'c'];

/** How an entry stands to what its room has: `by` 1 is the next, 0 the last again, 3 leaves a gap. */
interface Written {
  readonly room: string;
  readonly by: number;
  readonly epochBack: number;
  readonly isSnapshot: boolean;
  readonly begins: boolean;
  readonly keepsHistory: boolean;
}

interface Ended {
  readonly room: string;
  readonly epochBack: number;
  readonly isKept: boolean;
}

export type Step =
  | {
      readonly what: 'commit';
      readonly entries: readonly Written[];
      readonly ends: readonly Ended[];
      readonly isSynced: boolean;
    }
  | { readonly what: 'claim' | 'remove'; readonly roomId: string };

export function anyStep(): fc.Arbitrary<Step> {
  const room = fc.constantFrom(...ROOMS);
  const mostly = <T>(often: T, ...seldom: T[]): fc.Arbitrary<T> => fc.constantFrom(...Array(8).fill(often), ...seldom);
  const entry: fc.Arbitrary<Written> = fc.record({
    room,
    by: mostly(1, 0, -1, 3),
    epochBack: mostly(0, 1, -1),
    isSnapshot: fc.boolean(),
    begins: fc.boolean(),
    keepsHistory: fc.boolean(),
  });
  const end: fc.Arbitrary<Ended> = fc.record({ room, epochBack: mostly(0, 1, -1), isKept: fc.boolean() });
  const commit = fc.record({
    what: fc.constant('commit' as const),
    entries: fc.array(entry, { maxLength: 5 }),
    ends: fc.uniqueArray(end, { maxLength: 1, selector: (one) => one.room }),
    isSynced: fc.boolean(),
  });
  return fc.oneof(
    { weight: 8, arbitrary: commit },
    { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('claim' as const, 'remove' as const), roomId: room }) },
  );
}

interface ModelRoom {
  epoch: number;
  isEnded: boolean;
  readonly accepted: JournalEntry[];
}

/** Keeps every entry that was ever accepted, and finds what is left of them when it is asked. */
export class Model {
  /** In the order of their beginning. */
  readonly rooms = new Map<string, ModelRoom>();
  readonly #prefix: string;
  /** A number is written again as it was written first: that is what makes it a repetition. */
  readonly #written = new Map<string, JournalEntry>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  made({ entries, ends, isSynced }: Step & { what: 'commit' }): JournalCommit {
    const last = new Map<string, number>();
    const lastOf = (roomId: string): number => last.get(roomId) ?? this.rooms.get(roomId)?.accepted.at(-1)?.seq ?? 0;
    const epochOf = (roomId: string, back: number): number => Math.max(1, (this.rooms.get(roomId)?.epoch ?? 1) - back);
    return {
      entries: entries.map(({ room, by, epochBack, isSnapshot, begins, keepsHistory }) => {
        const roomId = this.#prefix + room;
        const seq = Math.max(1, lastOf(roomId) + by);
        last.set(roomId, seq);
        const epoch = epochOf(roomId, epochBack);
        const entry =
          this.#written.get(`${roomId} ${seq}`) ?? anEntry({ roomId, seq, isSnapshot, begins, keepsHistory });
        this.#written.set(`${roomId} ${seq}`, entry);
        return { ...entry, epoch };
      }),
      ends: ends.map(({ room, epochBack, isKept }) => ({
        roomId: this.#prefix + room,
        epoch: epochOf(this.#prefix + room, epochBack),
        isKept,
        wallMs: 9_000,
      })),
      isSynced,
    };
  }

  commit({ entries, ends }: JournalCommit): readonly string[] {
    const refused = entries.filter((entry, index) => {
      const isFirst = entries.findIndex(({ roomId }) => roomId === entry.roomId) === index;
      if (!this.rooms.has(entry.roomId) && isFirst && entry.begins && entry.isSnapshot) {
        this.rooms.set(entry.roomId, { epoch: entry.epoch, isEnded: false, accepted: [] });
      }
      const room = this.rooms.get(entry.roomId);
      const last = room?.accepted.at(-1)?.seq ?? 0;
      const fits = entry.isSnapshot ? entry.seq > last : entry.seq === last + 1;
      if (room === undefined || room.isEnded || room.epoch !== entry.epoch || !fits) return true;
      room.accepted.push(entry);
      return false;
    });
    for (const { roomId, epoch, isKept } of ends) {
      const room = this.rooms.get(roomId);
      if (room === undefined || room.isEnded || room.epoch !== epoch) continue;
      if (isKept) room.isEnded = true;
      else this.rooms.delete(roomId);
    }
    const lost = [
      ...refused.filter((entry) => this.#isLost(entry, ends)),
      ...ends.filter(({ roomId, epoch }) => (this.rooms.get(roomId)?.epoch ?? epoch) !== epoch),
    ];
    return [...new Set(lost.map(({ roomId }) => roomId))].sort();
  }

  #isLost({ roomId, epoch, seq }: JournalEntry, ends: readonly JournalEnd[]): boolean {
    const room = this.rooms.get(roomId);
    if (room === undefined) return !ends.some((end) => end.roomId === roomId);
    if (room.epoch !== epoch) return true;
    if (room.isEnded) return false;
    const same = this.#left(room).find((one) => one.seq === seq);
    return seq > (room.accepted.at(-1)?.seq ?? 0) || (same !== undefined && same.epoch !== epoch);
  }

  claim(roomId: string): number | null {
    const room = this.rooms.get(roomId);
    if (room === undefined || room.isEnded) return null;
    room.epoch += 1;
    return room.epoch;
  }

  read(roomId: string, from: 'start' | 'last-snapshot'): readonly string[] {
    const left = this.#left(this.rooms.get(roomId));
    const first =
      from === 'start'
        ? 0
        : Math.max(
            0,
            left.findLastIndex(({ isSnapshot }) => isSnapshot),
          );
    return left.slice(first).map(({ seq }) => `${roomId}:${seq}`);
  }

  unfinished(): readonly string[] {
    return [...this.rooms].filter(([, { isEnded }]) => !isEnded).map(([roomId, room]) => this.#summary(roomId, room));
  }

  recordings(): readonly string[] {
    const ended = [...this.rooms].filter(([, { isEnded }]) => isEnded);
    return ended.map(([roomId, room]) => this.#summary(roomId, room)).sort();
  }

  #summary(roomId: string, room: ModelRoom): string {
    const left = this.#left(room);
    const sizeBytes = left.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const { seq, tick } = left.at(-1) ?? { seq: 0, tick: 0 };
    return summary({ roomId, epoch: room.epoch, seq, tick, sizeBytes });
  }

  #left(room: ModelRoom | undefined): readonly JournalEntry[] {
    const accepted = room?.accepted ?? [];
    return accepted.slice(
      Math.max(
        0,
        accepted.findLastIndex((one) => one.isSnapshot && !one.keepsHistory),
      ),
    );
  }
}

export function summary({
  roomId,
  epoch,
  seq,
  tick,
  sizeBytes,
}: Pick<JournaledRoom, 'roomId' | 'epoch' | 'seq' | 'tick' | 'sizeBytes'>): string {
  return `${roomId} epoch ${epoch} seq ${seq} tick ${tick}: ${sizeBytes} bytes`;
}
