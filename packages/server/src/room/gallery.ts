/**
 * Those who watch a room: they are told what everyone may see, and do nothing. Where the game is told in parts (interest) or
 * late (`spectatorDelayMs`), they are told of a copy of the state that has neither: a late copy follows what is written down of each
 * tick, as a replay does, once it is old enough.
 */
import {
  ByteReader,
  type ChatLine,
  createState,
  type Game,
  type GameError,
  type PeopleFrame,
  type StateStore,
  type WelcomeFrame,
} from '@madang/core';
import { adopt } from '@madang/core/codec';
import { openSchema, readChange } from '@madang/core/journal';
import { Replication } from '../replication/replication.ts';
import type { SeatView } from '../replication/seat-view.ts';
import { left, onlyWatching, roomFull } from './refusals.ts';
import type { Sitter } from './seat.ts';
import type { RoomEvent, Said, SeatHandle, Viewer } from './viewer.ts';

/** Nobody in particular: sees what everyone sees. */
const NOBODY = { number: 0, team: 0 };

/** Somebody who watches. */
export interface Spectator extends Sitter {
  /** Its number among the people. */
  readonly id: number;
  readonly viewer: Viewer;
}

export interface GalleryOptions {
  readonly game: Game;
  readonly roomId: string;
  readonly code: string;
  readonly state: StateStore;
  /** What players are told from. */
  readonly replication: Replication;
  /** Told when somebody came or went. */
  changed(): void;
  /** Tells a viewer something: at once, or, where that follows from a tick that is not over or not durable yet, after it. */
  tell(run: () => void): void;
  /** Why the game does not want somebody to watch; null where it does. */
  authorize(spectator: Spectator): GameError | null;
}

/** Something that is told with a tick. */
interface Told {
  readonly tick: number;
  tell(viewer: Viewer): void;
}

/** What there is to tell of the people in a room. */
export interface PeopleNews {
  /** Moves on when they change: whoever was told of this version, and everybody who came with them, has nothing to hear. */
  readonly version: number;
  changeFor(viewer: Viewer): PeopleFrame | null;
}

export class Gallery {
  readonly #options: GalleryOptions;
  readonly #most: number;
  readonly #delayTicks: number;
  readonly #copy: Copy | null;
  #waiting: Spectator[] = [];
  readonly #views = new Map<Spectator, SeatView>();
  readonly #newcomers = new Set<Spectator>();
  #told: Told[] = [];
  /** The version of the people that all who watch were told of. */
  #peopleToldTo = 0;
  #nextId: number;
  /** The first tick that was taken down. */
  #beganAtTick: number | null = null;

  constructor(options: GalleryOptions) {
    const { game } = options;
    this.#options = options;
    this.#most = game.spectators ?? 0;
    this.#delayTicks = Math.ceil(((game.spectatorDelayMs ?? 0) / 1000) * game.tickRateHz);
    this.#nextId = game.seats + 1;
    const needsCopy = this.#delayTicks > 0 || options.replication.interests.length > 0;
    this.#copy = this.#most > 0 && needsCopy ? new Copy(options, this.#delayTicks) : null;
  }

  get spectators(): Iterable<Spectator> {
    return this.#views.keys();
  }

  get size(): number {
    return this.#waiting.length + this.#views.size;
  }

  /** Somebody wants to watch, from the next tick on. Throws ROOM_FULL. */
  watch(sitter: Sitter, viewer: Viewer): SeatHandle {
    const { roomId } = this.#options;
    if (this.size >= this.#most) throw roomFull(roomId, this.#most);
    const spectator: Spectator = { ...sitter, id: this.#nextId++, viewer };
    this.#waiting.push(spectator);
    this.#options.changed();
    return this.#handleOf(spectator);
  }

  /** True where those who watch see what was recorded, and not what is. */
  get isLate(): boolean {
    return this.#most > 0 && this.#delayTicks > 0;
  }

  /** Takes down what a tick changed, as `StateRecorder` has it. */
  record(tick: number, change: Uint8Array | null): void {
    this.#beganAtTick ??= tick;
    this.#copy?.record(tick, change);
  }

  /** Lets those in who wait. Part of a tick: the game is asked. */
  admit(): void {
    for (const spectator of this.#waiting.splice(0)) {
      const refusal = this.#options.authorize(spectator);
      if (refusal !== null) {
        this.#options.tell(() => spectator.viewer.end(refusal));
        this.#options.changed();
        continue;
      }
      this.#views.set(spectator, (this.#copy?.replication ?? this.#options.replication).viewFor(NOBODY));
      this.#newcomers.add(spectator);
    }
  }

  event(event: RoomEvent): void {
    if (this.#most > 0) this.#told.push({ tick: event.tick, tell: (viewer) => viewer.event(event) });
  }

  said(said: Said, tick: number): void {
    if (this.#most > 0) this.#told.push({ tick, tell: (viewer) => viewer.said(said) });
  }

  chat(line: ChatLine, tick: number): void {
    if (this.#most > 0) this.#told.push({ tick, tell: (viewer) => viewer.chat(line) });
  }

  /** Tells who watches what players were told of this tick, or, where they are late, of an earlier one. */
  publish(tick: number, people: PeopleNews): void {
    if (this.#most === 0) return;
    // Of a room that is gone on with there is no older state to show than the one it goes on from.
    const beganAtTick = this.#beganAtTick ?? 0;
    if (this.isLate && beganAtTick > 0 && tick - this.#delayTicks < beganAtTick) return;
    this.#copy?.follow(tick);
    const shownTick = tick - this.#delayTicks;
    const firstLater = this.#told.findIndex((one) => one.tick > shownTick);
    const told = this.#told.splice(0, firstLater < 0 ? this.#told.length : firstLater);
    const isNews = people.version !== this.#peopleToldTo;
    this.#peopleToldTo = people.version;
    for (const [spectator, view] of this.#views) {
      const { viewer } = spectator;
      const isNew = this.#newcomers.size > 0 && this.#newcomers.delete(spectator);
      if (isNew) viewer.welcome(this.#welcome, view);
      else {
        viewer.update(view);
        for (const { tell } of told) tell(viewer);
      }
      const change = isNews || isNew ? people.changeFor(viewer) : null;
      if (change !== null) viewer.people(change);
    }
  }

  /** The room ends. */
  close(error: GameError): void {
    const all = [...this.#waiting, ...this.#views.keys()];
    this.#waiting = [];
    this.#views.clear();
    for (const { viewer } of all) viewer.end(error);
  }

  get #welcome(): WelcomeFrame {
    const { roomId, code } = this.#options;
    return { seat: 0, roomId, code, you: '', token: '', graceMs: 0, heard: 0, isReturn: false };
  }

  #handleOf(spectator: Spectator): SeatHandle {
    const { roomId } = this.#options;
    const { viewer } = spectator;
    const isHere = (): boolean => this.#views.has(spectator) || this.#waiting.includes(spectator);
    const refuse = (): void => {
      if (isHere()) throw onlyWatching(roomId);
    };
    const go = (): void => {
      this.#waiting = this.#waiting.filter((one) => one !== spectator);
      this.#views.delete(spectator);
      this.#newcomers.delete(spectator);
      this.#options.changed();
    };
    return {
      roomId,
      hears: isHere,
      refuse: (number, error) => viewer.answer(number, { kind: 'refusal', error }),
      confirm: () => {},
      // Those who watch are updated with every state that is sent.
      stir: () => {},
      input: refuse,
      inputAt: refuse,
      press: refuse,
      command: refuse,
      say: refuse,
      deed: refuse,
      diverged: () => {},
      leave: () => {
        if (!isHere()) return;
        go();
        viewer.end(left(roomId));
      },
      drop: () => {
        if (isHere()) go();
      },
    };
  }
}

/** The room's state as it is for those who watch, with a publication of its own. */
class Copy {
  readonly replication: Replication;
  readonly #options: GalleryOptions;
  readonly #delayTicks: number;
  readonly #state: StateStore;
  /** The state as it was a while ago; null where there is no delay. */
  #late: LateState | null = null;

  constructor(options: GalleryOptions, delayTicks: number) {
    const { game } = options;
    this.#options = options;
    this.#delayTicks = delayTicks;
    this.#state = createState(game.state, { badWrites: 'clamp' });
    // Those who watch are told of all that everyone may see.
    const whole = { ...game, interest: {} };
    this.replication = new Replication({ game: whole, state: this.#state, checksumEvery: 0, failed: () => {} });
  }

  /** Takes down what a tick changed, for those who see it later. */
  record(tick: number, change: Uint8Array | null): void {
    if (this.#delayTicks === 0) return;
    this.#late ??= new LateState(this.#options.game, this.#options.state);
    if (change !== null) this.#late.put(tick, change);
  }

  /** Becomes what is to be seen at this tick of the room, and publishes it. */
  follow(tick: number): void {
    // A room that is younger than the delay shows its first moment.
    const shownTick = Math.max(0, tick - this.#delayTicks);
    adopt(this.#state, this.#late?.at(shownTick) ?? this.#options.state);
    this.replication.publish(shownTick);
  }
}

/** A state that follows the recording of another, later. */
class LateState {
  readonly #state: StateStore;
  readonly #changes: { readonly tick: number; readonly change: Uint8Array }[] = [];

  constructor(game: Game, state: StateStore) {
    this.#state = createState(openSchema(game.state), { badWrites: 'clamp' });
    this.#state.copyFrom(state);
  }

  put(tick: number, change: Uint8Array): void {
    this.#changes.push({ tick, change: change.slice() });
  }

  at(tick: number): StateStore {
    const due = this.#changes.findIndex((one) => one.tick > tick);
    for (const { change } of this.#changes.splice(0, due < 0 ? this.#changes.length : due)) {
      readChange(new ByteReader(change), this.#state);
    }
    return this.#state;
  }
}
