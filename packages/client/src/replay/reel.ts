/** A recording's records in their order, and where in them one can begin to read. Bytes may be anybody's. */
import { ByteReader, type FrameSchema, isGameError, isJsonObject, isSnapshot, type JsonValue } from '@madang/core';
import {
  badRecording,
  headOf,
  openSchema,
  type RawRecord,
  RECORD,
  type RecordingHead,
  recordsOf,
  tickOf,
} from '@madang/core/journal';

/** Whose eyes a recording is for: all fields, or what one seat could see. Seat 0 is everyone's. */
export type ReplayEyes = 'all' | { readonly seat: number };

/** What is said of the room at the beginning of a chapter. */
export interface ReelHead {
  readonly recorded: RecordingHead;
  readonly eyes: ReplayEyes;
  /** What frames are made of: the state as these eyes see it. */
  readonly frames: FrameSchema;
  /** Equal for heads whose states are made of the same. */
  readonly shape: string;
}

/** A place that can be read without what is before. */
export interface Chapter {
  readonly tick: number;
  /** The place of its snapshot among the records. */
  readonly index: number;
  readonly head: ReelHead;
  /** True where the room was opened, or another process went on with it. */
  readonly isFresh: boolean;
}

export class Reel {
  readonly records: RawRecord[] = [];
  /** The tick of each record; a HEAD has that of the record before. */
  readonly ticks: number[] = [];
  readonly chapters: Chapter[] = [];
  readonly #chapterOf = new Map<number, Chapter>();
  /** Why the room ended; null for one that has not, or whose recording stops before. */
  end: string | null = null;
  /** Why the recording stops being readable; null where it does not. */
  torn: string | null = null;

  /** Throws BAD_RECORDING where there is not even a beginning. */
  constructor(bytes: Uint8Array) {
    try {
      let head: ReelHead | null = null;
      for (const record of recordsOf(bytes)) {
        const isHead = record.kind === RECORD.HEAD;
        const tick = isHead ? (this.ticks.at(-1) ?? 0) : tickOf(record);
        if (isHead) head = headFrom(record, head);
        else this.#take(record, tick, head);
        this.ticks.push(tick);
        this.records.push(record);
      }
    } catch (problem) {
      this.torn = reasonOf(problem);
    }
    if (this.chapters.length === 0) throw badRecording(this.torn ?? 'there is no snapshot in it', 0);
  }

  get firstTick(): number {
    return this.chapters[0]?.tick ?? 0;
  }

  get lastTick(): number {
    return Math.max(this.firstTick, this.ticks.at(-1) ?? 0);
  }

  /** The last chapter that begins at this tick or before; the first, where none does. */
  chapterAt(tick: number): Chapter {
    let low = 0;
    let high = this.chapters.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chapters[middle]?.tick ?? 0) <= tick) low = middle;
      else high = middle - 1;
    }
    const found = this.chapters[low];
    if (found === undefined) throw badRecording('there is no snapshot in it', 0);
    return found;
  }

  /** The chapter that begins with this record, if one does. */
  chapterFrom(index: number): Chapter | undefined {
    return this.#chapterOf.get(index);
  }

  /** The recording ends before this record, which cannot be read. Throws BAD_RECORDING where nothing is left. */
  cut(index: number, problem: unknown): void {
    this.records.length = Math.min(index, this.records.length);
    this.ticks.length = this.records.length;
    while ((this.chapters.at(-1)?.index ?? -1) >= index) this.chapters.pop();
    this.end = null;
    this.torn = reasonOf(problem);
    if (this.chapters.length === 0) throw badRecording(this.torn, 0);
  }

  #take(record: RawRecord, tick: number, head: ReelHead | null): void {
    this.end = record.kind === RECORD.END ? reasonIn(record) : null;
    const isWhole = record.kind === RECORD.SNAPSHOT || (record.kind === RECORD.FRAME && isSnapshot(frameIn(record)));
    if (!isWhole || head === null) return;
    const index = this.records.length;
    const chapter = { tick, index, head, isFresh: this.chapters.at(-1)?.head !== head };
    this.chapters.push(chapter);
    this.#chapterOf.set(index, chapter);
  }
}

/** The frame in a FRAME record, behind its tick. */
export function frameIn({ body }: RawRecord): Uint8Array {
  const from = new ByteReader(body);
  from.varint();
  return from.bytes(from.left);
}

function reasonIn({ body }: RawRecord): string {
  const from = new ByteReader(body);
  from.varint();
  return from.text(from.left);
}

/** Heads are repeated with snapshots: the same one is made once. */
function headFrom(record: RawRecord, before: ReelHead | null): ReelHead {
  const recorded = headOf(record);
  if (before !== null && JSON.stringify(before.recorded.json) === JSON.stringify(recorded.json)) return before;
  const eyes = eyesOf(recorded.json.eyes);
  const state = eyes === 'all' ? openSchema(recorded.state) : recorded.state;
  return {
    recorded,
    eyes,
    shape: JSON.stringify([eyes === 'all', recorded.json.state ?? null]),
    frames: { state, input: {}, commands: {}, events: recorded.events },
  };
}

/** A journal, which says nothing of eyes, is for all of them. */
function eyesOf(given: JsonValue | undefined): ReplayEyes {
  const seat = isJsonObject(given) ? given.seat : undefined;
  return typeof seat === 'number' ? { seat } : 'all';
}

/** What is wrong with the bytes. Throws what is wrong with us. */
function reasonOf(problem: unknown): string {
  if (isGameError(problem)) return problem.message;
  throw problem;
}
