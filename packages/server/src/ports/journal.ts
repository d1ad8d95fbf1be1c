/**
 * Where rooms are written down as they are played, so that they outlive their process. A room's journal is a sequence of entries,
 * each a run of whole records (`@madang/core/journal`); an entry that begins with a snapshot can be read without those before it.
 */

/** A run of records of one room. */
export interface JournalEntry {
  readonly roomId: string;
  readonly game: string;
  /** Who writes this room: one more with each process that takes it over. What an earlier one still writes is refused. */
  readonly epoch: number;
  /** Ascends from 1 over all epochs. Numbers are left out before a snapshot only, where entries were given up. */
  readonly seq: number;
  /** The tick of its last record. */
  readonly tick: number;
  /** True where it begins with a snapshot. */
  readonly isSnapshot: boolean;
  /**
   * True where its room may be begun with it, if it is not there and this is a snapshot: until the first commit of a new room was answered.
   * Elsewhere a room that is not there has ended or was removed, and stays so.
   */
  readonly begins: boolean;
  /** True where the entries before a snapshot are kept, for a recording; otherwise they go as it is written. */
  readonly keepsHistory: boolean;
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
  readonly bytes: Uint8Array;
}

/** A room ends: its journal goes, or becomes a recording. */
export interface JournalEnd {
  readonly roomId: string;
  readonly epoch: number;
  readonly isKept: boolean;
  readonly wallMs: number;
}

/** What is written at once. */
export interface JournalCommit {
  readonly entries: readonly JournalEntry[];
  readonly ends: readonly JournalEnd[];
  /** True where it must be on the disk when the commit resolves, and not only safe from the end of this process. */
  readonly isSynced: boolean;
}

/** A room whose journal there is. */
export interface JournaledRoom {
  readonly roomId: string;
  readonly game: string;
  /** Its last epoch. */
  readonly epoch: number;
  /** Its last entry, and the last tick in it. */
  readonly seq: number;
  readonly tick: number;
  readonly sizeBytes: number;
  readonly openedWallMs: number;
  /** When it ended, of a recording; null for one that has not. */
  readonly endedWallMs: number | null;
}

/** Where a recording stands among all of them. */
export interface RecordingPlace {
  readonly endedWallMs: number;
  readonly roomId: string;
}

/** Rejections are `StoreError`s, whose kind says whether trying again helps. */
export interface Journal {
  /**
   * Writes all of it or nothing, and resolves once it is durable. Entries that are there already, by room and `seq`, and rooms that have
   * ended already are passed over: a commit whose outcome is unknown can be repeated. A room whose epoch is not the latest is left out and
   * answered: somebody else has it, or it is gone. Rooms are begun by entries that say so.
   */
  commit(commit: JournalCommit): Promise<{ readonly lost: readonly string[] }>;
  /** Rooms that were begun and did not end, in the order of their beginning. */
  unfinished(): Promise<readonly JournaledRoom[]>;
  /** Takes a room over: from now on earlier epochs are refused. Answers the new epoch; null for a room that is not there or has ended. */
  claim(roomId: string): Promise<number | null>;
  /**
   * A room's entries, from its last snapshot on or from the first; in order. Of a room that is not there, or is removed meanwhile, none. Of
   * one that is written meanwhile, some of what is new may be there, and what is compacted may be missing before a snapshot.
   */
  read(roomId: string, from: 'last-snapshot' | 'start'): Promise<readonly Uint8Array[]>;
  /**
   * Recordings: rooms that ended and are kept, the newest first and of those that ended at one time by their ids, descending. At most
   * `limit` of them, of those that come after `after`, the last of the page before.
   */
  recordings(limit: number, after?: RecordingPlace): Promise<readonly JournaledRoom[]>;
  /** Deletes a room's journal, whether it has ended or not; one that is not there is fine. */
  remove(roomId: string): Promise<void>;
  /** Deletes recordings that ended before a time, and the oldest beyond so many bytes. Answers how many went. */
  prune(limits: { readonly endedBeforeWallMs: number; readonly maxBytes: number }): Promise<number>;
  /** Frees what the journal holds, after what was asked before. Calling twice is fine; other calls are refused afterwards. */
  close(): Promise<void>;
}
