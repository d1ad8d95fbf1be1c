/**
 * One server's way into its journal. Rooms hand over records as they tick and never wait; what has gathered is committed as one, at
 * most every 75 ms, or at once where a strict room waits for it. One commit is under way at a time, so that a slow disk makes commits
 * larger and not more.
 *
 * A commit that fails is repeated with growing waits: entries carry numbers, so nothing is written twice. Where too much has gathered
 * meanwhile, or where what was written cannot be trusted any more (a failed sync: retrying it would only seem to work), what rooms had
 * to say is dropped, and each is asked for a snapshot to go on from, once it can be written. Snapshots that wait are not counted: there
 * is one of each room at most, and the last one of a room that has stopped is all there is of it.
 * Source of the latter: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
 */
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournalCommit, JournalEnd, JournalEntry } from '../ports/journal.ts';
import type { Random } from '../ports/random.ts';
import { StoreError } from '../ports/store-error.ts';

/** Time between two commits of rooms that do not wait for them. */
const GROUP_MS = 75;

/** Bytes of all rooms' ticks that may wait to be committed. */
const WAITING_BYTES_MAX = 32 * 1024 * 1024;

/** Waits before a commit is tried again: the first, and the longest. */
const FIRST_RETRY_MS = 20;
const LONGEST_RETRY_MS = 2_000;

export interface JournalFeedOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly wallNowMs: () => number;
  readonly random: Random;
  readonly log: Logger;
}

/** A room, as its journal knows it. */
export interface LaneOptions {
  readonly roomId: string;
  readonly game: string;
  readonly epoch: number;
  /** The last entry that is there. */
  readonly seq: number;
  /** The room waits for each commit. */
  readonly isStrict: boolean;
  /** What was written before a snapshot is kept, for a recording. */
  readonly keepsHistory: boolean;
  /** All up to this tick is durable. */
  durable(tick: number): void;
  /** What was handed over was dropped: the next must begin with a snapshot. */
  restart(): void;
  /** Another process has the room. */
  lost(): void;
}

/** A room's way in. */
export interface Lane {
  /** Takes whole records up to this tick over. `isSnapshot`: they begin with one. */
  put(bytes: Uint8Array, tick: number, isSnapshot: boolean): void;
  /** What was written before the next snapshot is not kept, then or later: a recording has become too long. */
  forget(): void;
  /** The room has ended: nothing more comes. */
  end(isKept: boolean): void;
  /** The room is left as it is, to be gone on with by another process: nothing more comes. */
  leave(): void;
}

export class JournalFeed {
  /** Commits that were done and that failed, and the bytes that were written. */
  commits = 0;
  failures = 0;
  writtenBytes = 0;
  /** How often rooms were asked to begin anew. */
  restarts = 0;
  /** How long the last commit took that was done. */
  commitMs = 0;

  readonly #options: JournalFeedOptions;
  readonly #lanes = new Map<string, RoomLane>();
  /** Lanes with something to commit. */
  readonly #waiting = new Set<RoomLane>();
  /** Lanes that have to begin anew with a snapshot. */
  readonly #stale = new Set<RoomLane>();
  #waitingBytes = 0;
  #tickBytes = 0;
  #committingBytes = 0;
  #isCommitting = false;
  #lastBeganMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  #failuresInARow = 0;
  #onIdle: (() => void)[] = [];
  #isStopped = false;

  constructor(options: JournalFeedOptions) {
    this.#options = options;
  }

  /** True from a commit that failed until one is done. */
  get isDegraded(): boolean {
    return this.#failuresInARow > 0;
  }

  /** Bytes that wait to be committed. */
  get pendingBytes(): number {
    return this.#waitingBytes + this.#committingBytes;
  }

  /** Opens a room's way in. */
  open(options: LaneOptions): Lane {
    const lane = new RoomLane(options);
    this.#lanes.set(options.roomId, lane);
    return {
      put: (bytes, tick, isSnapshot) => {
        if (lane.isOver || this.#isStopped) return;
        // What follows on what was dropped cannot be read without it.
        if (this.#stale.has(lane) && !isSnapshot) return;
        this.#stale.delete(lane);
        // A snapshot says all that waits before it.
        if (isSnapshot && !lane.keepsHistory) this.#clear(lane);
        lane.put(bytes, tick, isSnapshot);
        this.#waitingBytes += bytes.length;
        if (!isSnapshot) this.#tickBytes += bytes.length;
        if (this.#tickBytes > WAITING_BYTES_MAX) this.#dropAll('too much waits to be written');
        this.#await(lane);
      },
      forget: () => {
        lane.keepsHistory = false;
      },
      end: (isKept) => {
        if (lane.isOver || this.#isStopped) return;
        lane.isOver = true;
        this.#stale.delete(lane);
        lane.end = isKept;
        this.#await(lane);
      },
      leave: () => {
        lane.isOver = true;
        this.#stale.delete(lane);
        if (!lane.isWaiting) this.#forget(lane);
      },
    };
  }

  /** Resolves once all that was handed over is durable, or after `deadlineMs`: true where it is. */
  flush(deadlineMs: number): Promise<boolean> {
    if (!this.#hasWork && !this.#isCommitting) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(deadlineMs, () => resolve(false));
      this.#onIdle.push(() => {
        cancel();
        resolve(true);
      });
      this.#schedule(0);
    });
  }

  /** Commits nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #await(lane: RoomLane): void {
    this.#waiting.add(lane);
    if (this.#isCommitting) return;
    const sinceMs = this.#options.clock.nowMs() - this.#lastBeganMs;
    // While commits fail the wait between them is the longer one, which is running.
    if (this.#failuresInARow > 0 && this.#cancelTimer !== null) return;
    this.#schedule(lane.options.isStrict ? 0 : Math.max(0, GROUP_MS - sinceMs));
  }

  /** Commits after this long, or sooner where that was planned already. */
  #schedule(afterMs: number): void {
    if (this.#isStopped || this.#isCommitting) return;
    if (afterMs <= 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = null;
      return this.#commit();
    }
    this.#cancelTimer ??= this.#options.clock.after(afterMs, () => {
      this.#cancelTimer = null;
      this.#commit();
    });
  }

  get #hasWork(): boolean {
    return this.#waiting.size > 0 || this.#stale.size > 0;
  }

  #commit(): void {
    // Each answers with a snapshot, and is not stale any more.
    for (const lane of [...this.#stale]) {
      this.#isCommitting = true;
      lane.options.restart();
    }
    this.#isCommitting = false;
    if (this.#waiting.size === 0) return this.#idle();
    const { clock, wallNowMs } = this.#options;
    const wallMs = wallNowMs();
    const lanes = [...this.#waiting];
    this.#waiting.clear();
    const taken = lanes.map((lane) => lane.take(wallMs));
    const entries = taken.flatMap((one) => one.entries);
    const ends = taken.flatMap((one) => one.ends);
    const isSynced = lanes.some(({ options }) => options.isStrict);
    this.#lastBeganMs = clock.nowMs();
    this.#isCommitting = true;
    this.#committingBytes = this.#waitingBytes;
    this.#waitingBytes = 0;
    this.#tickBytes = 0;
    this.#try({ entries, ends, isSynced }, lanes);
  }

  #try(commit: JournalCommit, lanes: readonly RoomLane[]): void {
    const { journal, clock } = this.#options;
    const beganMs = clock.nowMs();
    journal.commit(commit).then(
      ({ lost }) => {
        this.commitMs = clock.nowMs() - beganMs;
        this.#done(commit, lanes, lost);
      },
      (problem: unknown) => this.#failed(commit, lanes, problem),
    );
  }

  #done(commit: JournalCommit, lanes: readonly RoomLane[], lost: readonly string[]): void {
    if (this.#failuresInARow > 0) this.#options.log.warn('the journal is written again');
    this.#failuresInARow = 0;
    this.commits++;
    for (const { bytes } of commit.entries) this.writtenBytes += bytes.length;
    this.#committingBytes = 0;
    for (const lane of lanes) {
      // What a room does with it is its own: the others' ticks are written all the same.
      try {
        if (lost.includes(lane.options.roomId)) {
          this.#drop(lane);
          lane.options.lost();
        } else lane.committed();
      } catch (err) {
        this.#options.log.error({ err, room: lane.options.roomId }, 'a room failed over what was written of it');
      }
      if (lane.isOver && !this.#waiting.has(lane)) this.#forget(lane);
    }
    this.#next();
  }

  #failed(commit: JournalCommit, lanes: readonly RoomLane[], problem: unknown): void {
    const { log, clock, random } = this.#options;
    const kind = problem instanceof StoreError ? problem.kind : 'refused';
    this.failures++;
    if (this.#failuresInARow++ === 0) log.error({ err: problem, kind }, 'the journal cannot be written');
    if (this.#isStopped) return;
    const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(16, this.#failuresInARow));
    const jitteredMs = waitMs * (0.5 + random.u32() / 2 ** 33);
    if (kind === 'io' || kind === 'corrupt' || kind === 'refused') {
      // Repeating it would be answered from memory that never reached the disk, or refused again.
      this.#committingBytes = 0;
      for (const lane of lanes) lane.untake();
      this.#dropAll(`a commit failed (${kind})`);
      for (const lane of lanes) if (lane.isOver) this.#putBack(lane, commit);
      this.#isCommitting = false;
      this.#schedule(jitteredMs);
      return;
    }
    this.#cancelTimer = clock.after(jitteredMs, () => {
      this.#cancelTimer = null;
      this.#try(commit, lanes);
    });
  }

  #next(): void {
    this.#isCommitting = false;
    if (!this.#hasWork) return this.#idle();
    const isUrgent =
      this.#onIdle.length > 0 || [...this.#waiting, ...this.#stale].some(({ options }) => options.isStrict);
    const sinceMs = this.#options.clock.nowMs() - this.#lastBeganMs;
    this.#schedule(isUrgent ? 0 : Math.max(1, GROUP_MS - sinceMs));
  }

  #idle(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Nothing that waits is kept, save of rooms that have no more to say; the others begin anew with the next commit. */
  #dropAll(because: string): void {
    this.restarts++;
    this.#options.log.error({ because, bytes: this.#waitingBytes }, 'rooms begin their journals anew');
    for (const lane of this.#lanes.values()) {
      if (lane.isOver) continue;
      this.#clear(lane);
      this.#waiting.delete(lane);
      this.#stale.add(lane);
    }
  }

  /** What a room said last that has no more to say: under new numbers, since nobody knows what became of it. */
  #putBack(lane: RoomLane, { entries }: JournalCommit): void {
    for (const { roomId, bytes, tick, isSnapshot } of entries) {
      if (roomId !== lane.options.roomId) continue;
      lane.put(bytes, tick, isSnapshot);
      this.#waitingBytes += bytes.length;
    }
    this.#waiting.add(lane);
  }

  #clear(lane: RoomLane): void {
    this.#tickBytes -= lane.tickBytes;
    this.#waitingBytes -= lane.drop();
  }

  /** What somebody else's room, or one that is gone, still has to say is not written. */
  #drop(lane: RoomLane): void {
    lane.isOver = true;
    lane.end = null;
    this.#clear(lane);
    this.#waiting.delete(lane);
    this.#stale.delete(lane);
  }

  #forget(lane: RoomLane): void {
    if (this.#lanes.get(lane.options.roomId) === lane) this.#lanes.delete(lane.options.roomId);
  }
}

/** What one room has handed over and is not durable yet. */
class RoomLane {
  readonly options: LaneOptions;
  keepsHistory: boolean;
  isOver = false;
  /** Whether it becomes a recording, once it has ended. */
  end: boolean | null = null;
  #seq: number;
  /** A new room, until a commit of it was answered. */
  #isNew: boolean;
  #runs: { readonly isSnapshot: boolean; tick: number; readonly chunks: Uint8Array[] }[] = [];
  /** The tick up to which the commit under way goes. */
  #takenTick: number | null = null;
  #isEndTaken = false;

  constructor(options: LaneOptions) {
    this.options = options;
    this.keepsHistory = options.keepsHistory;
    this.#seq = options.seq;
    this.#isNew = options.seq === 0 && options.epoch === 1;
  }

  put(bytes: Uint8Array, tick: number, isSnapshot: boolean): void {
    const last = this.#runs.at(-1);
    if (last === undefined || isSnapshot) this.#runs.push({ isSnapshot, tick, chunks: [bytes] });
    else {
      last.tick = tick;
      last.chunks.push(bytes);
    }
  }

  /** What waits, as entries with their numbers. */
  take(wallMs: number): { readonly entries: readonly JournalEntry[]; readonly ends: readonly JournalEnd[] } {
    const { roomId, game, epoch } = this.options;
    const { keepsHistory } = this;
    const entries = this.#runs.map(({ isSnapshot, tick, chunks }) => {
      const bytes = joined(chunks);
      const begins = this.#isNew && isSnapshot;
      return { roomId, game, epoch, seq: ++this.#seq, tick, isSnapshot, begins, keepsHistory, wallMs, bytes };
    });
    this.#takenTick = entries.at(-1)?.tick ?? null;
    this.#runs = [];
    this.#isEndTaken = this.end !== null;
    return { entries, ends: this.end === null ? [] : [{ roomId, epoch, isKept: this.end, wallMs }] };
  }

  /** What was taken is not going to be committed. Its numbers are not used again: it may have been written for all we know. */
  untake(): void {
    this.#takenTick = null;
    this.#isEndTaken = false;
  }

  committed(): void {
    if (this.#isEndTaken) this.end = null;
    const tick = this.#takenTick;
    this.#takenTick = null;
    if (tick === null) return;
    this.#isNew = false;
    this.options.durable(tick);
  }

  /** True while something is to be committed, or is being. */
  get isWaiting(): boolean {
    return this.#runs.length > 0 || this.#takenTick !== null || this.end !== null;
  }

  /** Bytes of ticks that wait, without snapshots. */
  get tickBytes(): number {
    let bytes = 0;
    for (const { isSnapshot, chunks } of this.#runs) {
      for (const [index, { length }] of chunks.entries()) if (!isSnapshot || index > 0) bytes += length;
    }
    return bytes;
  }

  /** Forgets what waits, and answers how many bytes that were. */
  drop(): number {
    const chunks = this.#runs.flatMap((run) => run.chunks);
    this.#runs = [];
    return chunks.reduce((sum, { length }) => sum + length, 0);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
