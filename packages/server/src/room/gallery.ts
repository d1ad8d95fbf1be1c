/**
 * Those who watch a room: they are told what everyone may see, and do nothing. Where the game is told in parts (interest) or
 * late (`spectatorDelayMs`), they are told of a copy of the state that has neither: a late copy follows the frames that
 * nobody in particular would have been sent, as a player's does, once they are old enough.
 */
import {
  applyServerFrame,
  ByteReader,
  type ChatLine,
  createMirror,
  createState,
  type Game,
  type GameError,
  type PeopleFrame,
  type StateMirror,
  type StateSchema,
  type StateStore,
  type WelcomeFrame,
} from '@madang/core';
import { adopt } from '@madang/core/codec';
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
  /** Why the game does not want somebody to watch; null where it does. */
  authorize(spectator: Spectator): GameError | null;
}

/** Something that is told with a tick. */
interface Told {
  readonly tick: number;
  tell(viewer: Viewer): void;
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
  #nextId: number;

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

  /** Lets those in who wait. Part of a tick: the game is asked. */
  admit(): void {
    for (const spectator of this.#waiting.splice(0)) {
      const refusal = this.#options.authorize(spectator);
      if (refusal !== null) {
        spectator.viewer.end(refusal);
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
  publish(tick: number, peopleFor: (viewer: Viewer) => PeopleFrame | null): void {
    if (this.#most === 0) return;
    this.#copy?.follow(tick);
    const shownTick = tick - this.#delayTicks;
    const firstLater = this.#told.findIndex((one) => one.tick > shownTick);
    const told = this.#told.splice(0, firstLater < 0 ? this.#told.length : firstLater);
    for (const [spectator, view] of this.#views) {
      const { viewer } = spectator;
      if (this.#newcomers.delete(spectator)) viewer.welcome(this.#welcome, view);
      else {
        viewer.update(view);
        for (const { tell } of told) tell(viewer);
      }
      const change = peopleFor(viewer);
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
  /** Follows what everyone may see; null where there is no delay. */
  readonly #late: LateMirror | null;

  constructor(options: GalleryOptions, delayTicks: number) {
    const { game, replication } = options;
    this.#options = options;
    this.#delayTicks = delayTicks;
    this.#state = createState(game.state, { badWrites: 'clamp' });
    this.replication = wholeReplication(game, this.#state);
    const isTold = replication.interests.length === 0;
    this.#late = delayTicks === 0 ? null : new LateMirror(game, isTold ? replication : null);
  }

  /** Becomes what is to be seen at this tick of the room, and publishes it. */
  follow(tick: number): void {
    const { state } = this.#options;
    adopt(this.#state, this.#late?.at(tick, tick - this.#delayTicks, state) ?? state);
    // A room that is younger than the delay shows its first moment.
    this.replication.publish(Math.max(0, tick - this.#delayTicks));
  }
}

/** Keeps frames until they are old enough, and the state that they lead to. */
class LateMirror {
  readonly #game: Game;
  readonly #mirror: StateMirror<StateSchema>;
  readonly #replication: Replication;
  /** Where players are told in parts, frames are made from a copy that is told as a whole. */
  readonly #whole: StateStore | null;
  readonly #view: SeatView;
  #frames: { readonly tick: number; readonly frame: Uint8Array }[] = [];
  #mirrorTick = -1;

  constructor(game: Game, replication: Replication | null) {
    this.#game = game;
    this.#mirror = createMirror(game.state, NOBODY.number);
    this.#whole = replication === null ? createState(game.state, { badWrites: 'clamp' }) : null;
    this.#replication =
      replication ?? wholeReplication(game, this.#whole ?? createState(game.state, { badWrites: 'clamp' }));
    this.#view = this.#replication.viewFor(NOBODY);
  }

  /** Takes down the state of `tick` and answers that of `shownTick`; before there was any, the first. */
  at(tick: number, shownTick: number, state: StateStore): StateStore {
    if (this.#whole !== null) {
      adopt(this.#whole, state);
      this.#replication.publish(tick);
    }
    const frame = this.#view.frame();
    if (frame !== null) this.#frames.push({ tick, frame: frame.slice() });
    const isDue = ({ tick: of }: { tick: number }): boolean => of <= shownTick || this.#mirrorTick < 0;
    for (let [next] = this.#frames; next !== undefined && isDue(next); [next] = this.#frames) {
      applyServerFrame(this.#game, this.#mirror.store, this.#mirrorTick, new ByteReader(next.frame));
      this.#mirrorTick = next.tick;
      this.#frames.shift();
    }
    // Its schema is the room's.
    return this.#mirror.store as unknown as StateStore;
  }
}

/** Tells all of a state that everyone may see. */
function wholeReplication(game: Game, state: StateStore): Replication {
  return new Replication({ game: { ...game, interest: {} }, state, checksumEvery: 0, failed: () => {} });
}
