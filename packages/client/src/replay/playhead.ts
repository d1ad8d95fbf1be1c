/**
 * A place in a recording, and what was true there. It goes to any tick by way of the snapshot before, and on from where it is by
 * reading only what follows. A record that cannot be read ends the recording: what is before it is good.
 */
import {
  applyServerFrame,
  ByteReader,
  createMirror,
  type JsonObject,
  type JsonValue,
  type Person,
  readSavedState,
  type StateMirror,
  type StateSchema,
} from '@madang/core';
import {
  badRecording,
  peopleIn,
  type RawRecord,
  RECORD,
  readChange,
  readInputs,
  readObject,
  readRandom,
  readTick,
} from '@madang/core/journal';
import { type Chapter, frameIn, type Reel, type ReelHead } from './reel.ts';
import { eventIn, type ReplayEvent } from './replay-event.ts';

type Told = (event: ReplayEvent) => void;

export class Playhead {
  tick = 0;
  /** Those on seats, by number; another map whenever somebody came, changed or went. */
  people: ReadonlyMap<number, Person> = new Map();
  head: ReelHead;
  readonly #reel: Reel;
  #mirror: StateMirror<StateSchema>;
  /** The tick that the mirror was brought to last. */
  #stateTick = -1;
  /** The record that is read next. */
  #next = 0;
  /** Of a journal: what the room wrote down of itself. */
  #facts: JsonObject = {};

  /** At the recording's beginning. Throws BAD_RECORDING where not even that can be read. */
  constructor(reel: Reel) {
    this.#reel = reel;
    this.head = reel.chapterAt(0).head;
    this.#mirror = mirrorFor(this.head);
    this.#jump(reel.chapterAt(0));
    this.seek(reel.firstTick);
  }

  /** As of the tick: another object only where the room went on with another schema. */
  get mirror(): StateMirror<StateSchema> {
    return this.#mirror;
  }

  /** Goes to a tick, or to the nearest there is, without telling of anything on the way. */
  seek(tick: number): void {
    this.#reading(tick, (to) => {
      const chapter = this.#reel.chapterAt(to);
      if (to < this.tick || chapter.index >= this.#next) this.#jump(chapter);
      this.#walk(to, null);
    });
  }

  /** Goes on to a tick that lies ahead, and tells what happened on the way. */
  advance(tick: number, told: Told): void {
    this.#reading(Math.max(this.tick, tick), (to) => this.#walk(to, told));
  }

  #reading(tick: number, read: (to: number) => void): void {
    for (;;) {
      const { firstTick, lastTick } = this.#reel;
      const to = Math.min(lastTick, Math.max(firstTick, Math.round(tick)));
      try {
        return read(to);
      } catch (problem) {
        this.#reel.cut(this.#next, problem);
        // What was half applied is not looked at.
        this.tick = Number.POSITIVE_INFINITY;
        tick = to;
        read = (end) => {
          this.#jump(this.#reel.chapterAt(end));
          this.#walk(end, null);
        };
      }
    }
  }

  #jump(chapter: Chapter): void {
    this.#enter(chapter.head);
    this.#stateTick = -1;
    this.#facts = {};
    this.#next = chapter.index;
  }

  #enter(head: ReelHead): void {
    if (head.shape !== this.head.shape) this.#mirror = mirrorFor(head);
    this.head = head;
  }

  #walk(to: number, told: Told | null): void {
    const { records, ticks } = this.#reel;
    for (; this.#next < records.length && (ticks[this.#next] ?? 0) <= to; this.#next++) {
      const record = records[this.#next];
      if (record !== undefined) this.#read(record, told);
    }
    this.tick = to;
  }

  #read(record: RawRecord, told: Told | null): void {
    const chapter = this.#reel.chapterFrom(this.#next);
    if (chapter !== undefined) this.#enter(chapter.head);
    if (record.kind === RECORD.FRAME) this.#readFrame(record, told);
    else if (record.kind === RECORD.TICK) this.#readTick(record, told);
    // A snapshot in the middle of what was read up to there says nothing new.
    else if (chapter !== undefined && (chapter.isFresh || this.#stateTick !== chapter.tick)) this.#readSnapshot(record);
  }

  #readFrame(record: RawRecord, told: Told | null): void {
    const from = new ByteReader(frameIn(record));
    const frame = applyServerFrame(this.head.frames, this.#mirror.store, this.#stateTick, from);
    switch (frame.kind) {
      case 'snapshot':
      case 'delta':
        this.#stateTick = frame.tick;
        return;
      case 'people':
        this.people = new Map(frame.here.map((person) => [person.id, person]));
        return;
      case 'event':
        return told?.({ tick: frame.tick, name: frame.name, payload: frame.payload });
      default:
        throw badRecording(`a frame of kind ${frame.kind} does not belong there`, record.at);
    }
  }

  #readSnapshot({ body }: RawRecord): void {
    const from = new ByteReader(body);
    this.#stateTick = from.varint();
    this.#facts = readObject(from);
    // What rules go on from, which nobody looks at here.
    readRandom(from);
    readInputs(from, this.head.recorded.input);
    readSavedState(from, this.head.frames.state, this.#mirror.store);
    from.end();
    this.people = peopleBy(this.#facts);
  }

  #readTick({ body }: RawRecord, told: Told | null): void {
    const { tick, change, facts, events } = readTick(body, this.head.recorded.input);
    this.#stateTick = tick;
    if (change !== undefined) readChange(new ByteReader(change), this.#mirror.store);
    if (facts !== undefined) this.#takeFacts(facts);
    if (told === null || events === undefined) return;
    for (const { frame } of events) {
      const event = eventIn(this.head.frames, frame);
      if (event !== null) told(event);
    }
  }

  #takeFacts(facts: Readonly<Record<string, JsonValue>>): void {
    this.#facts = { ...this.#facts, ...facts };
    if (Object.keys(facts).some((key) => key === 'host' || key.startsWith('seat '))) {
      this.people = peopleBy(this.#facts);
    }
  }
}

function mirrorFor({ frames, eyes }: ReelHead): StateMirror<StateSchema> {
  return createMirror(frames.state, eyes === 'all' ? 0 : eyes.seat);
}

function peopleBy(facts: JsonObject): ReadonlyMap<number, Person> {
  return new Map(peopleIn(facts).map((person) => [person.id, person]));
}
