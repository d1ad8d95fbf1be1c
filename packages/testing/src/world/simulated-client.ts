/**
 * One player of a simulation: real SDK code on a clock and a way of its own, and the person who opens the page again.
 *
 * After an end that says `join-again`, `retry-later` or `choose-another-room` it comes back, later each time; an end that
 * says `stop`, `update` or `fix…` is final.
 */
import { type Attention, connect, type OpenLink } from '@madang/client';
import { adviceFor, type ErrorCode, type Game, isGameError, type SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';
import { ParticipantClock } from '../clock/participant-clock.ts';
import type { ClientNetwork } from '../network/client-network.ts';
import type { PlayerFunction, RoomOf } from '../players/player.ts';
import { between } from '../random-streams.ts';

/** How long it waits before it comes back, at first and at most; each wait is drawn from half of that to all of it. */
const BACK_OFF_MS = 250;
const BACK_OFF_MAX_MS = 2_000;

/** Where a client is. `away`: it left by itself, and may come back. */
export type ClientState =
  | { readonly state: 'joining' }
  | { readonly state: 'playing' }
  | { readonly state: 'waiting'; readonly because: ErrorCode }
  | { readonly state: 'away' }
  | { readonly state: 'stopped'; readonly because: ErrorCode };

export interface ClientOptions<G extends Game> {
  readonly game: G;
  readonly number: number;
  readonly world: Clock;
  readonly network: ClientNetwork;
  readonly openLink: OpenLink;
  readonly random: SeededRandom;
  readonly play: PlayerFunction<G>;
  readonly frameMs: number;
  /** Told of each state of the room that has come in. */
  readonly received: (client: SimulatedClient<G>) => void;
  /** Told of an end after which it does not come back. */
  readonly stopped: (client: SimulatedClient<G>, because: ErrorCode) => void;
  /** Told of what may not be. */
  readonly failed: (problem: string, cause?: unknown) => void;
}

export class SimulatedClient<G extends Game = Game> {
  /** From 0. */
  readonly number: number;
  readonly name: string;
  readonly network: ClientNetwork;
  /** Rooms it got into so far, and how many of them have told it of their end. */
  joined = 0;
  ended = 0;

  readonly #options: ClientOptions<G>;
  readonly #page = new Page();
  #clock: ParticipantClock;
  #room: RoomOf<G> | null = null;
  #now: ClientState = { state: 'away' };
  /** Each time the page is opened is a visit; what belongs to an earlier one is not listened to. */
  #visit = 0;
  #failures = 0;

  constructor(options: ClientOptions<G>) {
    this.#options = options;
    this.number = options.number;
    this.network = options.network;
    this.name = options.network.name;
    this.#clock = new ParticipantClock(options.world);
  }

  /** Its own idea of time. A new one each time it comes back from `vanish`. */
  get clock(): ParticipantClock {
    return this.#clock;
  }

  /** The room it plays in, or played in last; null before it ever did. */
  get room(): RoomOf<G> | null {
    return this.#room;
  }

  get now(): ClientState {
    return this.#now;
  }

  get isPlaying(): boolean {
    return this.#now.state === 'playing';
  }

  /** Opens the page, where it is not open. */
  join(): void {
    if (this.#now.state !== 'away' && this.#now.state !== 'stopped') return;
    const startsAtMs = this.#clock.nowMs();
    this.#clock.crash();
    this.#clock = new ParticipantClock(this.#options.world, { startsAtMs });
    this.#failures = 0;
    const visit = ++this.#visit;
    this.#clock.after(this.#options.random.float() * this.#options.frameMs, () => this.#frame(visit));
    this.#join(visit);
  }

  /** Leaves as a player does who says so. */
  leave(): void {
    const room = this.#room;
    if (!this.isPlaying || room === null) return;
    this.#now = { state: 'away' };
    // Twice, as of somebody who is impatient.
    void room.leave();
    void room.leave();
  }

  /** The page is closed, the machine is off: no goodbye, and nothing of it runs any more. */
  vanish(): void {
    if (this.#now.state === 'away' || this.#now.state === 'stopped') return;
    this.#now = { state: 'away' };
    this.#clock.crash();
    this.network.cut();
  }

  /** Another tab is put in front of the page, or none: a page that nobody sees draws nothing and is not played. */
  hide(isHidden: boolean): void {
    this.#page.hide(isHidden);
  }

  /** For `ms` of virtual time nothing runs and nothing is read, as behind a closed lid. */
  sleep(ms: number): void {
    this.#clock.sleep(ms);
    this.#options.world.after(ms, this.network.pause());
  }

  /** Everything about its machine is in order from now on. */
  heal(): void {
    this.#clock.wake();
    this.#clock.rate = 1;
    this.hide(false);
  }

  #join(visit: number): void {
    const { game, openLink } = this.#options;
    this.#now = { state: 'joining' };
    const connection = connect('ws://simulation', { openLink, timers: this.#clock, attention: this.#page });
    connection.join(game, { name: this.name }).then(
      // The type of a room follows from its game's; what goes through `connect` has lost the name of both.
      (room) => this.#enter(room as unknown as RoomOf<G>, visit),
      (reason: unknown) => this.#end(reason, visit),
    );
  }

  #enter(entered: RoomOf<G>, visit: number): void {
    this.joined++;
    let isOver = false;
    const room = entered as RoomOf<Game>;
    room.onClose((reason) => {
      if (isOver) this.#options.failed(`[I9] ${this.name} was told twice that its room is over`);
      isOver = true;
      this.ended++;
      this.#end(reason, visit);
    });
    if (visit !== this.#visit || this.#now.state !== 'joining') return void room.leave();
    this.#room = entered;
    this.#now = { state: 'playing' };
    room.onState(() => this.#options.received(this));
    this.#options.received(this);
  }

  #end(reason: unknown, visit: number): void {
    if (!isGameError(reason)) return this.#options.failed(`${this.name} was given an error without a code`, reason);
    if (visit !== this.#visit || this.#now.state === 'away') return;
    const { code } = reason;
    const advice = adviceFor(code);
    if (advice !== 'join-again' && advice !== 'retry-later' && advice !== 'choose-another-room') {
      this.#now = { state: 'stopped', because: code };
      return this.#options.stopped(this, code);
    }
    // One who played begins to count anew.
    this.#failures = this.#now.state === 'playing' ? 0 : this.#failures + 1;
    this.#now = { state: 'waiting', because: code };
    const waitMs = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** this.#failures);
    this.#clock.after(between(this.#options.random, waitMs / 2, waitMs), () => this.#join(visit));
  }

  #frame(visit: number): void {
    if (visit !== this.#visit) return;
    const { frameMs, play, world, random } = this.#options;
    this.#clock.after(frameMs, () => this.#frame(visit));
    if (!this.isPlaying || this.#room === null || this.#page.isHidden) return;
    let doing = 'drawing a frame';
    try {
      drawFrame(this.#room);
      doing = 'the player';
      play(this.#room, { nowMs: world.nowMs(), client: this.number, random });
    } catch (problem) {
      this.#options.failed(`${doing} of ${this.name} threw: ${String(problem)}`, problem);
    }
  }
}

/** Asks for what a page would draw, of clients that predict. */
function drawFrame(room: object): void {
  if ('frame' in room && typeof room.frame === 'function') room.frame();
}

/** A page in a tab. */
class Page implements Attention {
  isHidden = false;
  readonly #runs = new Set<() => void>();

  onChange(run: () => void): () => void {
    this.#runs.add(run);
    return () => this.#runs.delete(run);
  }

  hide(isHidden: boolean): void {
    if (this.isHidden === isHidden) return;
    this.isHidden = isHidden;
    for (const run of [...this.#runs]) run();
  }
}
