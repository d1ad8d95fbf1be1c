/** A recording as one looks at it: a room whose ticks can be gone to, with the names that a live room has. */
import {
  type Game,
  GameError,
  type Messages,
  type Person,
  type SeenStateOf,
  type StateSchema,
  type ValuesOf,
} from '@madang/core';
import { describeFields, describeSchema } from '@madang/core/journal';
import { Listeners } from '../listeners.ts';
import type { EventInfo } from '../room.ts';
import { systemTimers, type Timers } from '../timers.ts';
import { type HistoryPoint, historyOn } from './history.ts';
import { Playhead } from './playhead.ts';
import { Reel, type ReelHead, type ReplayEyes } from './reel.ts';
import { eventsOn, type ReplayEvent } from './replay-event.ts';

/** How often what is played goes on. */
const BEAT_MS = 16;

/** A machine that slept does not have hours played at once. */
const BEAT_MS_MAX = 250;

/** What recording this is. */
export interface ReplayAbout {
  readonly game: string;
  readonly roomId: string;
  /** What people read, per language; nothing where the game has no title. */
  readonly title: Readonly<Record<string, string>>;
  readonly tickRateHz: number;
  /** When the room was opened, in milliseconds since the epoch; null where the recording does not say. */
  readonly openedWallMs: number | null;
  /** Whose eyes it is for. */
  readonly eyes: ReplayEyes;
}

/** A recording that is open. Every `on…` answers a function that undoes it. */
export interface Replay<S extends StateSchema = StateSchema, E extends Messages = Messages> {
  readonly about: ReplayAbout;
  readonly firstTick: number;
  readonly lastTick: number;
  /** Where it is, from `firstTick` to `lastTick`. */
  readonly tick: number;
  /** How long after the first tick that is. */
  readonly seconds: number;
  /** From the first tick to the last. */
  readonly lengthSeconds: number;
  /** Why the room ended; null for one that had not, or whose recording stops before. */
  readonly end: string | null;
  /** Why the recording cannot be read beyond `lastTick`; null where it can. */
  readonly torn: string | null;
  /** What the state is made of, at this tick. */
  readonly schema: S;
  /**
   * What these eyes could see at `tick`. Rows are live: they show the tick that the replay is at, and refuse with ROW_GONE where there
   * is no such row any more. The object is another one only where the room went on with another version of its game.
   */
  readonly state: SeenStateOf<S>;
  /** Who was on a seat, by its number. */
  readonly people: ReadonlyMap<number, Person>;
  /** All events that these eyes were told of. Computed when it is asked for first. */
  readonly events: readonly ReplayEvent[];
  /** How fast it plays; 0 while it stands still. */
  readonly speed: number;
  /** Goes to a tick, or to the nearest there is. Tells of no events. */
  seek(tick: number): void;
  /** Goes on by so many ticks, or back. Tells of events on the way forward. */
  step(ticks?: number): void;
  /** Plays on, so many times as fast as it was, until the end. Throws RangeError for a speed that is not above 0. */
  play(speed?: number): void;
  pause(): void;
  /**
   * What a field of a row was from one tick to another: a point at the beginning, and one for each change. Of more than 4,096 ticks,
   * moments some ticks apart are looked at. Of a record, `rowId` is 1. Takes time in ticks.
   */
  history(table: string, rowId: number, field: string, from: number, to: number): readonly HistoryPoint[];
  /** Calls `run` for each event of this name that is passed while it plays or steps. */
  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>, info: EventInfo) => void): () => void;
  /** Calls `run` whenever it has gone to another tick, and when it stops. */
  onState(run: (tick: number) => void): () => void;
  /** Calls `run` after each change of `people`. */
  onPeople(run: (people: ReadonlyMap<number, Person>) => void): () => void;
}

export interface ReplayOptions<S extends StateSchema, E extends Messages> {
  /** Makes `state` and events typed. Without it, the recording says itself what its state is made of. */
  readonly game?: Pick<Game<S, never, never, E, never>, 'name' | 'state' | 'events'>;
  readonly timers?: Timers;
}

/**
 * Opens a recording: one for certain eyes, as servers hand them out, or a whole journal. The bytes may be anybody's, and are not copied.
 * Throws BAD_RECORDING where there is nothing to be read in them, and SCHEMA_MISMATCH where they are not of `game` as it is now.
 */
export function openReplay<S extends StateSchema = StateSchema, E extends Messages = Messages>(
  bytes: Uint8Array,
  options: ReplayOptions<S, E> = {},
): Replay<S, E> {
  const { game, timers = systemTimers } = options;
  const reel = new Reel(bytes);
  if (game !== undefined) for (const { head } of reel.chapters) checkGame(head, game);
  return new OpenReplay<S, E>(reel, timers);
}

class OpenReplay<S extends StateSchema, E extends Messages> implements Replay<S, E> {
  speed = 0;
  readonly #reel: Reel;
  readonly #timers: Timers;
  readonly #playhead: Playhead;
  readonly #onEvent = new Map<string, Listeners<ReplayEvent>>();
  readonly #onState = new Listeners<number>();
  readonly #onPeople = new Listeners<ReadonlyMap<number, Person>>();
  #events: readonly ReplayEvent[] | null = null;
  #people: ReadonlyMap<number, Person>;
  #cancelBeat = (): void => {};
  #beatAtMs = 0;
  /** Parts of a tick that were played beyond the one at hand. */
  #rest = 0;

  constructor(reel: Reel, timers: Timers) {
    this.#reel = reel;
    this.#timers = timers;
    this.#playhead = new Playhead(reel);
    this.#people = this.#playhead.people;
  }

  get about(): ReplayAbout {
    const { recorded, eyes } = this.#playhead.head;
    const { game, roomId, tickRateHz, json } = recorded;
    const given = json.openedWallMs;
    // Beyond this there are no dates, and formatting one would throw.
    const openedWallMs = typeof given === 'number' && Math.abs(given) <= 8.64e15 ? given : null;
    return { game, roomId, tickRateHz, title: textsIn(json.title), openedWallMs, eyes };
  }

  get firstTick(): number {
    return this.#reel.firstTick;
  }

  get lastTick(): number {
    return this.#reel.lastTick;
  }

  get tick(): number {
    return this.#playhead.tick;
  }

  get seconds(): number {
    return (this.tick - this.firstTick) / this.#tickRateHz;
  }

  get lengthSeconds(): number {
    return (this.lastTick - this.firstTick) / this.#tickRateHz;
  }

  get end(): string | null {
    return this.#reel.end;
  }

  get torn(): string | null {
    return this.#reel.torn;
  }

  // What is read is of the schema that was checked, or of any where none was asked for.

  get schema(): S {
    return this.#playhead.head.frames.state as S;
  }

  get state(): SeenStateOf<S> {
    return this.#playhead.mirror.view as unknown as SeenStateOf<S>;
  }

  get people(): ReadonlyMap<number, Person> {
    return this.#playhead.people;
  }

  get events(): readonly ReplayEvent[] {
    this.#events ??= eventsOn(this.#reel);
    return this.#events;
  }

  seek(tick: number): void {
    this.#rest = 0;
    this.#playhead.seek(tick);
    this.#moved([]);
  }

  step(ticks = 1): void {
    this.#rest = 0;
    if (ticks < 0) return this.seek(this.tick + ticks);
    this.#advance(ticks);
  }

  play(speed = 1): void {
    if (!(speed > 0)) throw new RangeError(`a speed of ${speed} is not above 0`);
    this.#cancelBeat();
    this.speed = speed;
    this.#rest = 0;
    this.#beatAtMs = this.#timers.nowMs();
    this.#cancelBeat = this.#timers.after(BEAT_MS, this.#beat);
  }

  pause(): void {
    if (this.speed === 0) return;
    this.#cancelBeat();
    this.speed = 0;
    this.#onState.tell(this.tick);
  }

  history(table: string, rowId: number, field: string, from: number, to: number): readonly HistoryPoint[] {
    return historyOn(this.#reel, table, rowId, field, from, to);
  }

  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>, info: EventInfo) => void): () => void {
    const listeners = this.#onEvent.get(event) ?? new Listeners<ReplayEvent>();
    this.#onEvent.set(event, listeners);
    return listeners.add(({ tick, payload }) => run(payload as ValuesOf<E[N]>, { tick, isPredicted: false }));
  }

  onState(run: (tick: number) => void): () => void {
    return this.#onState.add(run);
  }

  onPeople(run: (people: ReadonlyMap<number, Person>) => void): () => void {
    return this.#onPeople.add(run);
  }

  get #tickRateHz(): number {
    return this.#playhead.head.recorded.tickRateHz;
  }

  /** A field, so that a beat does not make a function. */
  readonly #beat = (): void => {
    const nowMs = this.#timers.nowMs();
    const passedMs = Math.min(BEAT_MS_MAX, nowMs - this.#beatAtMs);
    this.#beatAtMs = nowMs;
    const due = this.#rest + (passedMs / 1000) * this.#tickRateHz * this.speed;
    this.#rest = due - Math.floor(due);
    // First, since whoever hears of what follows may pause.
    this.#cancelBeat = this.#timers.after(BEAT_MS, this.#beat);
    if (due >= 1) this.#advance(Math.floor(due));
    if (this.tick >= this.lastTick) this.pause();
  };

  #advance(ticks: number): void {
    const events: ReplayEvent[] = [];
    this.#playhead.advance(this.tick + ticks, (event) => events.push(event));
    this.#moved(events);
  }

  /** Last, so that whoever hears of something sees all of the tick. */
  #moved(events: readonly ReplayEvent[]): void {
    const { people } = this.#playhead;
    if (people !== this.#people) {
      this.#people = people;
      this.#onPeople.tell(people);
    }
    for (const event of events) this.#onEvent.get(event.name)?.tell(event);
    this.#onState.tell(this.tick);
  }
}

/** Throws SCHEMA_MISMATCH for a recording of another game, or of another version of it. */
function checkGame(
  { recorded }: ReelHead,
  { name, state, events }: Pick<Game<StateSchema, never, never, Messages, never>, 'name' | 'state' | 'events'>,
): void {
  const shapeOf = (schema: StateSchema, messages: Messages): string =>
    JSON.stringify([describeSchema(schema), Object.entries(messages).map(([key, of]) => [key, describeFields(of)])]);
  if (recorded.game === name && shapeOf(recorded.state, recorded.events) === shapeOf(state, events)) return;
  throw new GameError('SCHEMA_MISMATCH', `This recording is not of ${name} as it is now.`, { game: name });
}

function textsIn(given: unknown): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).flatMap(([language, text]) => (typeof text === 'string' ? [[language, text]] : [])),
  );
}
