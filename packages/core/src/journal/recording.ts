/**
 * A recording to look at: which ticks it has, and the whole state and the room's facts at any of them. Seeking reads from the
 * snapshot before; going on reads only what follows.
 */
import { ByteReader } from '../codec/bytes.ts';
import { readSavedState } from '../codec/saved-state.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts';
import type { RandomState } from '../random.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import { neutral } from '../schema/message.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import { createState, type StateStore } from '../state/state-store.ts';
import { fieldsFrom, openSchema, schemaOf } from './described-schema.ts';
import { badRecording, type RawRecord, RECORD, recordsOf, tickOf } from './records.ts';
import { readChange } from './state-recorder.ts';
import { type PlayedInput, readInputs, readObject, readRandom, readTick, type TickRecord } from './tick-record.ts';

/** Where a recording has a snapshot. */
interface Chapter {
  readonly tick: number;
  /** The place of its SNAPSHOT among the records. */
  readonly index: number;
  readonly head: RecordingHead;
  /** False where the room went on from the chapter before; true where it was opened or resumed here. */
  readonly isFresh: boolean;
}

/** What a HEAD says. */
export interface RecordingHead {
  readonly game: string;
  readonly roomId: string;
  readonly tickRateHz: number;
  /** The state as it was described, hidden fields as such. */
  readonly state: StateSchema;
  readonly input: Fields;
  readonly events: Readonly<Record<string, Fields>>;
  /** All of it, as JSON. */
  readonly json: JsonObject;
}

/** A recording of all fields, as journals are. Records are held as they came and read when they are needed. */
export class Recording {
  readonly firstTick: number;
  readonly lastTick: number;
  /** Why the room ended; null for one that has not, or whose recording stops before. */
  readonly end: string | null;
  /** Where it stops being readable, if it does; what is before that is good. */
  readonly torn: string | null;
  readonly #records: readonly RawRecord[];
  readonly #chapters: readonly Chapter[];

  /** Reads what may be anything. Throws BAD_RECORDING where not even a first snapshot can be read. */
  constructor(bytes: Uint8Array) {
    const records: RawRecord[] = [];
    const chapters: Chapter[] = [];
    let torn: string | null = null;
    let head: { readonly body: Uint8Array; readonly read: RecordingHead } | null = null;
    let lastTick = 0;
    let end: string | null = null;
    try {
      for (const record of recordsOf(bytes)) {
        if (record.kind === RECORD.HEAD) {
          // A head is repeated with each snapshot, and is another only where another process goes on.
          if (head === null || !isSame(head.body, record.body)) head = { body: record.body, read: headOf(record) };
        } else {
          lastTick = tickOf(record);
          if (record.kind === RECORD.SNAPSHOT && head !== null) {
            const isFresh = chapters.at(-1)?.head !== head.read;
            chapters.push({ tick: lastTick, index: records.length, head: head.read, isFresh });
          }
          end = record.kind === RECORD.END ? endOf(record) : null;
        }
        records.push(record);
      }
    } catch (problem) {
      torn = problem instanceof Error ? problem.message : String(problem);
    }
    const [first] = chapters;
    if (first === undefined) throw badRecording(torn ?? 'there is no snapshot in it', 0);
    this.#records = records;
    this.#chapters = chapters;
    this.torn = torn;
    this.firstTick = first.tick;
    this.lastTick = lastTick;
    this.end = end;
  }

  /** What the last HEAD says: that of the newest version of the game that played it. */
  get head(): RecordingHead {
    const last = this.#chapters.at(-1);
    if (last === undefined) throw badRecording('there is no snapshot in it', 0);
    return last.head;
  }

  /** Ticks at which the room was opened or resumed: what was in flight then is not in the recording. */
  get freshTicks(): readonly number[] {
    return this.#chapters.filter(({ isFresh }) => isFresh).map(({ tick }) => tick);
  }

  /** The recording as it was at its first tick. */
  open(): RecordedMoment {
    return this.at(this.firstTick);
  }

  /** The recording at a tick, or at the nearest that it has. Throws BAD_RECORDING, BAD_FRAME for spoiled records. */
  at(tick: number): RecordedMoment {
    const chapter = this.#chapters.findLast((one) => one.tick <= tick) ?? this.#chapters[0];
    if (chapter === undefined) throw badRecording('there is no snapshot in it', 0);
    const moment = new RecordedMoment(this.#records, this.#chapters, chapter);
    while (moment.nextTick !== null && moment.nextTick <= tick) moment.next();
    return moment;
  }
}

/** What a seat plays until something else is written down. */
export interface Playing {
  readonly input: ValuesOf<Fields>;
  /** Where its player's screen was at `atTick`; it goes on by one a tick. Null where nothing was known of it. */
  readonly viewTick: number | null;
  readonly atTick: number;
}

/** Puts what a tick says of a seat's input over what was known. */
export function nowPlaying(before: Playing | undefined, tick: number, change: PlayedInput, fields: Fields): Playing {
  const input = change.input ?? before?.input ?? neutral(fields);
  if (change.viewTick === undefined && before !== undefined) return { ...before, input };
  return { input, viewTick: change.viewTick ?? null, atTick: tick };
}

/** One moment of a recording, which can go on to the next. */
export class RecordedMoment {
  /** What is said of the room at this moment: another head where another process, perhaps of a newer version, went on. */
  head: RecordingHead;
  tick = 0;
  /** Every field, of the open schema of `head`. */
  state: StateStore;
  /** Whatever the room wrote down of itself beside its state: the snapshot's facts, with what changed since put over them. */
  facts: JsonObject = {};
  random: RandomState = [0, 0, 0, 0];
  /** What seats played last, by their number, as far as it was written down: bots, and people where inputs are kept. */
  readonly playing = new Map<number, Playing>();
  readonly #records: readonly RawRecord[];
  readonly #chapters: ReadonlyMap<number, Chapter>;
  #index: number;

  constructor(records: readonly RawRecord[], chapters: readonly Chapter[], from: Chapter) {
    this.#records = records;
    this.#chapters = new Map(chapters.map((chapter) => [chapter.index, chapter]));
    this.#index = from.index;
    this.head = from.head;
    this.state = createState(openSchema(from.head.state), { badWrites: 'clamp' });
    this.#readSnapshot(from);
  }

  /** The tick that `next` goes to; null at the end. */
  get nextTick(): number | null {
    for (let index = this.#index + 1; index < this.#records.length; index++) {
      const record = this.#records[index];
      if (record === undefined || record.kind === RECORD.HEAD || record.kind === RECORD.END) continue;
      const tick = tickOf(record);
      if (tick > this.tick) return tick;
    }
    return null;
  }

  /** Goes on to the next tick that is written down, and answers its record; null where a snapshot led there, or at the end. */
  next(): TickRecord | null {
    const before = this.tick;
    for (this.#index++; this.#index < this.#records.length; this.#index++) {
      const record = this.#records[this.#index];
      if (record?.kind === RECORD.TICK) return this.#readTick(record);
      const chapter = this.#chapters.get(this.#index);
      if (chapter === undefined || !(chapter.isFresh || chapter.tick > before)) continue;
      this.#readSnapshot(chapter);
      if (this.tick > before) return null;
    }
    return null;
  }

  #readSnapshot({ head, index }: Chapter): void {
    const from = new ByteReader(this.#records[index]?.body ?? new Uint8Array());
    const schema = openSchema(head.state);
    if (head !== this.head) this.state = createState(schema, { badWrites: 'clamp' });
    this.head = head;
    this.tick = from.varint();
    this.facts = readObject(from);
    this.random = readRandom(from);
    this.playing.clear();
    this.#play(readInputs(from, head.input));
    readSavedState(from, schema, this.state);
    from.end();
  }

  #readTick({ body }: RawRecord): TickRecord {
    const record = readTick(body, this.head.input);
    this.tick = record.tick;
    if (record.change !== undefined) readChange(new ByteReader(record.change), this.state);
    if (record.random !== undefined) this.random = record.random;
    if (record.inputs !== undefined) this.#play(record.inputs);
    if (record.facts !== undefined) this.facts = { ...this.facts, ...record.facts };
    return record;
  }

  #play(inputs: readonly PlayedInput[]): void {
    for (const one of inputs) {
      this.playing.set(one.seat, nowPlaying(this.playing.get(one.seat), this.tick, one, this.head.input));
    }
  }
}

/** A HEAD's body as what it says. Throws BAD_FRAME, BAD_MESSAGE, BAD_SCHEMA for what is none. */
export function headOf({ body, at }: RawRecord): RecordingHead {
  const json = readObject(new ByteReader(body));
  const { game, roomId, tickRateHz, state, input, events } = json;
  if (typeof game !== 'string' || typeof roomId !== 'string' || typeof tickRateHz !== 'number') {
    throw badRecording('its head names no game and no room', at);
  }
  return { game, roomId, tickRateHz, state: schemaOf(state), input: fieldsFrom(input), events: eventsOf(events), json };
}

function eventsOf(events: JsonValue | undefined): Readonly<Record<string, Fields>> {
  if (!isJsonObject(events)) return {};
  return Object.fromEntries(Object.entries(events).map(([name, fields]) => [name, fieldsFrom(fields)]));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Why the room ended. */
function endOf({ body }: RawRecord): string {
  const from = new ByteReader(body);
  from.varint();
  return from.text(from.left);
}
