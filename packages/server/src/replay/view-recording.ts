/**
 * A recording for certain eyes, made from a room's journal, which holds all fields: for players and spectators, and for browsers, where
 * no more may be than what is to be seen there. See `@madang/core/journal` for its records, and `@madang/client/replay` for who reads it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteWriter, encodePeople, type Game, isGameError, type JsonObject, type StateStore } from '@madang/core';
import {
  peopleIn,
  RECORD,
  type RecordedEvent,
  type RecordedMoment,
  type RecordedSeat,
  type RecordingHead,
  seatsIn,
  type TickRecord,
  writeRecord,
} from '@madang/core/journal';
import { chaptersIn, readChapter } from './chapters.ts';
import { placeOf, type RecordingEyes, Witness } from './witness.ts';

/** Time between two whole states, so that seeking reads little. */
const SNAPSHOT_SECONDS = 10;

/** A whole state is not worth its bytes where much less than it takes was told since the last. */
const SNAPSHOT_SHARE = 0.25;

/** How long the event loop is kept at a stretch. */
const STRETCH_MS = 2;

/** Bytes that are handed out at once, or a few more. */
const CHUNK_BYTES = 64 * 1024;

/** What of a head everybody may know. */
const PUBLIC_KEYS = [
  'format',
  'game',
  'title',
  'roomId',
  'tickRateHz',
  'sendRateHz',
  'seats',
  'avatars',
  'openedWallMs',
];

export interface ViewOptions {
  /** The game as it is now; null for one that is not there any more. */
  readonly game: Game | null;
  /** Milliseconds since an arbitrary moment. */
  readonly nowMs: () => number;
}

/**
 * Reads a room's journal entries from the start and hands out the recording of it for these eyes, in chunks. Keeps the event loop for a
 * few milliseconds at a stretch, and holds one piece of the recording at a time. What is spoiled is left out, up to the next whole state.
 * Hands out nothing where nothing can be read.
 */
export async function* viewRecording(
  entries: readonly Uint8Array[],
  eyes: RecordingEyes,
  { game, nowMs }: ViewOptions,
): AsyncGenerator<Uint8Array, undefined> {
  const film = new Film(eyes, game);
  let sinceMs = nowMs();
  for (const chapter of chaptersIn(entries)) {
    const moments = momentsOf(chapter, film);
    for (let isMore = moments.next().done !== true; isMore; isMore = moments.next().done !== true) {
      if (nowMs() - sinceMs < STRETCH_MS) continue;
      if (film.sizeBytes >= CHUNK_BYTES) yield film.develop();
      await nextTurn();
      sinceMs = nowMs();
    }
  }
  if (film.sizeBytes > 0) yield film.develop();
}

/** Films one chapter, tick by tick. */
function* momentsOf(chapter: readonly Uint8Array[], film: Film): Generator<undefined, undefined> {
  try {
    const recording = readChapter(chapter);
    if (recording === null) return;
    const moment = recording.open();
    film.begin(moment);
    yield;
    while (moment.nextTick !== null) {
      film.take(moment, moment.next());
      yield;
    }
    if (recording.end !== null) film.end(recording.lastTick, recording.end);
  } catch (problem) {
    // What was written down is not what was true: the next chapter begins anew.
    if (!isGameError(problem)) throw problem;
  }
}

/** Writes down what a witness is told. */
class Film {
  readonly #eyes: RecordingEyes;
  readonly #game: Game | null;
  readonly #out = new ByteWriter(CHUNK_BYTES);
  #witness: Witness | null = null;
  #head: RecordingHead | null = null;
  #headText = '';
  #tick = -1;
  #facts: JsonObject = {};
  #seats: readonly RecordedSeat[] = [];
  #place = placeOf({ seat: 0 }, []);
  /** The frame that tells of who is here, and of whom the last one told. */
  #people = encodePeople({ isWhole: true, here: [], gone: [] });
  #toldPeople: Uint8Array | null = null;
  #snapshotTick = 0;
  #snapshotBytes = 0;
  #bytesSince = 0;

  constructor(eyes: RecordingEyes, game: Game | null) {
    this.#eyes = eyes;
    this.#game = game;
  }

  get sizeBytes(): number {
    return this.#out.length;
  }

  /** What was written since the last call. */
  develop(): Uint8Array {
    return this.#out.take();
  }

  /** A chapter begins: where the one before ended, behind a gap, or with another version of the game. */
  begin(moment: RecordedMoment): void {
    const text = headText(moment.head);
    if (text !== this.#headText) this.#witness = null;
    this.#headText = text;
    this.#head = moment.head;
    if (this.#witness === null || moment.tick > this.#tick) this.take(moment, null);
  }

  /** A tick went by. Its record is null where a whole state stands for it. */
  take({ tick, state, facts }: RecordedMoment, record: TickRecord | null): void {
    this.#tick = tick;
    const seatsBefore = this.#seats;
    const placeBefore = this.#place;
    this.#learn(facts);
    const hasChanged = record === null || record.change !== undefined;
    if (this.#witness === null || this.#place.number !== placeBefore.number) this.#enter(tick, state);
    else this.#follow(this.#witness, tick, hasChanged ? state : null);
    if (this.#people !== this.#toldPeople) this.#writeFrame(tick, this.#people);
    this.#toldPeople = this.#people;
    for (const event of record?.events ?? []) if (this.#isFor(event, seatsBefore)) this.#writeFrame(tick, event.frame);
  }

  end(tick: number, because: string): void {
    writeRecord(this.#out, RECORD.END, (out) => {
      out.varint(tick);
      out.text(because);
    });
  }

  #learn(facts: JsonObject): void {
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#seats = seatsIn(facts);
    this.#place = placeOf(this.#eyes, this.#seats);
    const people = encodePeople({ isWhole: true, here: peopleIn(facts), gone: [] });
    if (!isSame(people, this.#people)) this.#people = people;
  }

  /** Looks from another seat than before, or at a state of other parts. */
  #enter(tick: number, state: StateStore): void {
    if (this.#head === null) return;
    const { number: seat, team } = this.#place;
    const head = { ...publicHead(this.#head), eyes: this.#eyes === 'all' ? 'all' : { seat, team } };
    writeRecord(this.#out, RECORD.HEAD, (out) => out.text(JSON.stringify(head)));
    this.#witness = new Witness(this.#head, this.#eyes, this.#place, this.#game);
    this.#witness.look(tick, state, team);
    this.#writeSnapshot(this.#witness, tick);
  }

  #follow(witness: Witness, tick: number, state: StateStore | null): void {
    witness.look(tick, state, this.#place.team);
    const isDue = tick - this.#snapshotTick >= SNAPSHOT_SECONDS * (this.#head?.tickRateHz ?? 0);
    if (isDue && this.#bytesSince >= SNAPSHOT_SHARE * this.#snapshotBytes) return this.#writeSnapshot(witness, tick);
    const frame = witness.frame();
    if (frame !== null) this.#writeFrame(tick, frame);
  }

  #writeSnapshot(witness: Witness, tick: number): void {
    const frame = witness.snapshot();
    this.#writeFrame(tick, frame);
    this.#snapshotTick = tick;
    this.#snapshotBytes = frame.length;
    this.#bytesSince = 0;
    // Whoever begins to read here knows nobody yet.
    this.#toldPeople = null;
  }

  #writeFrame(tick: number, frame: Uint8Array): void {
    const start = this.#out.length;
    writeRecord(this.#out, RECORD.FRAME, (out) => {
      out.varint(tick);
      out.append(frame);
    });
    this.#bytesSince += this.#out.length - start;
  }

  /** True for what these eyes were told: what is for one seat was for whoever sat there before the tick, if anybody did. */
  #isFor({ to }: RecordedEvent, before: readonly RecordedSeat[]): boolean {
    if (to === 0 || this.#eyes === 'all') return true;
    if (to !== this.#place.number) return false;
    const sitter = before.find(({ number }) => number === to);
    return sitter === undefined || sitter.ref === this.#place.ref;
  }
}

function publicHead({ json }: RecordingHead): JsonObject {
  const said = PUBLIC_KEYS.flatMap((key) => (json[key] === undefined ? [] : [[key, json[key]] as const]));
  return { ...Object.fromEntries(said), state: json.state ?? [], input: [], events: json.events ?? {} };
}

function headText(head: RecordingHead): string {
  return JSON.stringify(publicHead(head));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
