/**
 * What is written down of one room, and when what follows from a tick may be told: after the tick, or, in a strict room, once the tick
 * is durable. A room that is not written down tells at once.
 */
import type { Fields, Game, JsonValue, Seat, SeededRandom, StateStore, ValuesOf } from '@madang/core';
import { StateRecorder } from '@madang/core/journal';
import type { Logger } from 'pino';
import type { Lane, LaneOptions } from '../journal/journal-feed.ts';
import type { RestoredRoom } from '../journal/restored-room.ts';
import { type OwnFacts, RoomJournal } from '../journal/room-journal.ts';
import type { Gallery } from './gallery.ts';
import type { ReturnTokens } from './return-tokens.ts';
import type { RoomSeat } from './seat.ts';
import type { Seats } from './seats.ts';
import type { RoomEvent } from './viewer.ts';

/** How a room comes to its journal. */
export interface RoomRecord {
  readonly epoch: number;
  readonly isStanding: boolean;
  readonly openedWallMs: number;
  /** True while nothing can be written down. */
  readonly isDegraded: boolean;
  open(options: Pick<LaneOptions, 'isStrict' | 'keepsHistory' | 'durable' | 'restart' | 'lost'>): Lane;
}

export interface RoomKeepingOptions {
  readonly roomId: string;
  readonly code: string;
  readonly serial: number;
  readonly game: Game;
  readonly state: StateStore;
  readonly random: SeededRandom;
  readonly record: RoomRecord | null;
  readonly badWrites: 'throw' | 'clamp';
  readonly seats: Seats;
  readonly tokens: ReturnTokens<RoomSeat>;
  readonly log: Logger;
  gallery(): Gallery;
  tick(): number;
  own(): OwnFacts;
  /** Another process has the room. */
  lost(): void;
}

export class RoomKeeping {
  /** The room tells nothing of a tick, and has no other, before it is durable. */
  readonly isStrict: boolean;
  /** True while rules run. */
  isTicking = false;
  readonly #options: RoomKeepingOptions;
  /** Says what each tick changed, to who writes it down or shows it later. */
  #recorder: StateRecorder | null = null;
  #journal: RoomJournal | null = null;
  #own: OwnFacts | null = null;
  /** What follows from the tick at hand and is told after it. */
  #held: (() => void)[] = [];
  /** The tick that has to be durable, and what is to be done then; null where there is none. */
  #awaited: { readonly tick: number; readonly then: () => void } | null = null;

  constructor(options: RoomKeepingOptions) {
    this.#options = options;
    this.isStrict = options.record !== null && options.game.durability === 'strict';
  }

  /** True where there is a journal, which another process could go on from. */
  get isWritten(): boolean {
    return this.#journal !== null;
  }

  /** True where every tick is written down, or kept to be shown later. */
  get isKept(): boolean {
    return this.#recorder !== null;
  }

  /** True while a tick is not durable and has to be. */
  get isWaiting(): boolean {
    return this.#awaited !== null;
  }

  /** True where nobody should be let in: the room could not write that down, and would tell nothing. */
  get isStuck(): boolean {
    return this.isStrict && this.#options.record?.isDegraded === true;
  }

  /** Writes the room down as it is when it begins, or as it was when it goes on. */
  begin(restored: RestoredRoom | null): void {
    const { game, state, gallery, tick } = this.#options;
    this.#journal = this.#openJournal(restored);
    if (this.#journal !== null || gallery().isLate) this.#recorder = new StateRecorder(game.state, state);
    this.#journal?.snapshot(tick());
    gallery().record(tick(), null);
  }

  /** Tells a viewer something: at once, or, where that follows from a tick that is not over or not durable yet, after it. */
  tell(run: () => void): void {
    if (this.isTicking || this.isWaiting) this.#held.push(run);
    else run();
  }

  /** Notes what the rules are asked, for who plays the room again. */
  asked(what: () => JsonValue): void {
    this.#journal?.asked(what);
  }

  /** The same for what rules may bring about themselves: that comes about again where they are run again. */
  noted(what: () => JsonValue): void {
    if (!this.isTicking) this.asked(what);
  }

  played(seat: RoomSeat, input: ValuesOf<Fields>, viewTick: number | null): void {
    this.#journal?.played(this.#options.tick(), seat, input, viewTick);
  }

  event({ frame }: RoomEvent, to: Seat | undefined): void {
    this.#journal?.event(to?.number ?? 0, frame);
  }

  /** Writes down what the tick at hand did, whose rules are over, and calls `then` once it may be told. */
  record(then: () => void): void {
    const { gallery } = this.#options;
    const tick = this.#options.tick();
    if (this.#recorder !== null) {
      const change = this.#recorder.change();
      gallery().record(tick, change);
      this.#journal?.tick(tick, change);
    }
    if (this.isStrict) this.#awaited = { tick, then };
    else this.#tellAll(then);
  }

  /** The room has ended. */
  end(because: string): void {
    this.#journal?.end(this.#options.tick(), because);
    this.stop();
  }

  /** Another process is to go on with the room. */
  leave(): void {
    this.#journal?.leave(this.#options.tick());
  }

  /** Nothing more is written down. What follows from the last tick is told, unless it had to be durable first. */
  stop(): void {
    const held = this.#held;
    this.#held = [];
    this.#awaited = null;
    this.#journal = null;
    this.isTicking = false;
    if (!this.isStrict) for (const tell of held) tell();
  }

  #tellAll(then: () => void): void {
    for (const tell of this.#held.splice(0)) tell();
    then();
  }

  #openJournal(restored: RestoredRoom | null): RoomJournal | null {
    const { record, roomId, code, serial, game, state, random, seats, tokens, badWrites, log, tick } = this.#options;
    // A room that is always open never ends, and its recording would never be one.
    const recordings = record?.isStanding === true ? 'none' : (game.recordings ?? 'none');
    if (record === null || (game.durability === 'none' && recordings === 'none')) return null;
    const { epoch, isStanding, openedWallMs } = record;
    const lane = record.open({
      isStrict: this.isStrict,
      keepsHistory: recordings !== 'none',
      durable: (durableTick) => {
        const awaited = this.#awaited;
        if (awaited === null || durableTick < awaited.tick) return;
        this.#awaited = null;
        this.#tellAll(awaited.then);
      },
      restart: () => this.#journal?.snapshot(tick()),
      lost: () => {
        const where = { room: roomId, tick: tick() };
        // One that was left goes on elsewhere anyhow, only without what it wrote last.
        if (!this.isWritten) return log.warn(where, 'another process went on before the last ticks were written');
        log.error(where, 'another process has taken the room over');
        this.#journal = null;
        this.#options.lost();
      },
    });
    return new RoomJournal({
      head: { roomId, code, serial, epoch, isStanding, openedWallMs, badWrites },
      game,
      state,
      random,
      lane,
      recordings,
      tooLong: (bytes) => log.warn({ room: roomId, bytes }, 'a recording is too long, and is cut'),
      restored,
      seats: seats.numbered,
      token: (seat) => tokens.digestsOf(seat),
      own: () => this.#ownFacts(),
    });
  }

  /** The room's own facts: the same object while they are the same. */
  #ownFacts(): OwnFacts {
    const before = this.#own;
    const now = this.#options.own();
    const isSame =
      before !== null &&
      before.host === now.host &&
      before.isLocked === now.isLocked &&
      before.sentOut === now.sentOut &&
      before.timers === now.timers &&
      before.hasReported === now.hasReported &&
      before.faultsInARow === now.faultsInARow &&
      before.ending === now.ending &&
      before.report === now.report &&
      before.chatLine === now.chatLine &&
      before.match === now.match;
    if (!isSame) this.#own = now;
    return isSame ? before : now;
  }
}
