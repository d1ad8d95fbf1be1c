/**
 * One player of a simulation: real SDK code on a clock and a way of its own, and the person who opens the page again.
 *
 * The SDK returns to a seat whose line broke, and after a reload, by itself. After an end that says `join-again`,
 * `retry-later` or `choose-another-room` the person comes back, later each time; an end that says `stop`, `update` or
 * `fix…` is final.
 */
import { type Attention, connect, type JoinOptions, type KeptSeats, type OpenLink } from '@madang/client';
import { adviceFor, type ErrorCode, encodeJoin, type Game, isGameError, type SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';
import { ParticipantClock } from '../clock/participant-clock.ts';
import type { ClientNetwork } from '../network/client-network.ts';
import type { PlayerFunction, RoomOf } from '../players/player.ts';
import { between } from '../random-streams.ts';
import { SeatTold } from './seat-told.ts';

/** How long it waits before it comes back, at first and at most; each wait is drawn from half of that to all of it. */
const BACK_OFF_MS = 250;
const BACK_OFF_MAX_MS = 2_000;

/** Tokens back from the newest that may still be good: that of a welcome which may not have come, and the one before. */
const LIVE_TOKENS = 2;

/** Where a client is. `returning`: its line broke, its seat is held. `away`: it left by itself, and may come back. */
export type ClientState =
  | { readonly state: 'joining' }
  | { readonly state: 'playing' }
  | { readonly state: 'returning' }
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
  readonly wish: (client: number) => JoinOptions;
  readonly frameMs: number;
  /** The server process that lines lead to at this moment, counted from 1. */
  readonly process: () => number;
  /** Whether a server that goes on after a crash may have forgotten its last moments, returns of players among them. */
  readonly mayGoBack: boolean;
  /** Told of each frame that comes in, and of what its line has been told of its seat. */
  readonly heard: (client: SimulatedClient<G>, told: SeatTold, frame: Uint8Array) => void;
  /** Told of each state of the room that has come in. */
  readonly received: (client: SimulatedClient<G>) => void;
  /** Told of an end after which it does not come back. */
  readonly stopped: (client: SimulatedClient<G>, because: ErrorCode) => void;
  /** Told of what may not be. */
  readonly failed: (problem: string, cause?: unknown) => void;
}

/** A page that was opened: what belongs to an earlier one is not listened to. */
interface Visit {
  readonly clock: ParticipantClock;
  readonly page: Page;
  /** Rooms that it got into and that have not told it of their end. */
  readonly rooms: Set<object>;
  failures: number;
  isClosed: boolean;
}

export class SimulatedClient<G extends Game = Game> {
  /** From 0. */
  readonly number: number;
  readonly name: string;
  readonly network: ClientNetwork;
  /** Rooms it got into so far, how many of them have told it of their end, and of how many the page was closed before. */
  joined = 0;
  ended = 0;
  abandoned = 0;
  /** How often it came back to its seat, over a broken line or a reload. */
  returned = 0;

  readonly #options: ClientOptions<G>;
  /** What its tab keeps over reloads. */
  readonly #kept = new Map<string, string>();
  /** Tokens of the seat it has, in the order it got them, and the processes that gave them. */
  #tokens: { readonly token: string; readonly process: number }[] = [];
  #visit: Visit;
  /** Pages of the same tab that are still open behind this one. */
  readonly #twins = new Map<Visit, RoomOf<G>>();
  #hadTwin = false;
  #room: RoomOf<G> | null = null;
  #told: SeatTold | null = null;
  #now: ClientState = { state: 'away' };

  constructor(options: ClientOptions<G>) {
    this.#options = options;
    this.number = options.number;
    this.network = options.network;
    this.name = options.network.name;
    this.#visit = newVisit(new ParticipantClock(options.world));
  }

  /** Its own idea of time. A new one for each page. */
  get clock(): ParticipantClock {
    return this.#visit.clock;
  }

  /** The room it plays in, or played in last; null before it ever did. */
  get room(): RoomOf<G> | null {
    return this.#room;
  }

  /** The server process that its line leads to, counted from 1; 0 before it had one. */
  get process(): number {
    return this.#told?.process ?? 0;
  }

  get now(): ClientState {
    return this.#now.state === 'playing' && this.#room?.connection === 'returning' ? { state: 'returning' } : this.#now;
  }

  get isPlaying(): boolean {
    return this.now.state === 'playing';
  }

  /** Opens the page, where it is not open: one that was closed without a word has its seat back, if it is still held. */
  join(): void {
    if (this.#now.state !== 'away' && this.#now.state !== 'stopped') return;
    this.#close(this.#visit);
    this.#open();
  }

  /** Leaves as a player does who says so. */
  leave(): void {
    const room = this.#room;
    if (this.#now.state !== 'playing' || room === null) return;
    this.#now = { state: 'away' };
    // Twice, as of somebody who is impatient.
    void room.leave();
    void room.leave();
  }

  /** The page is closed, the machine is off: no goodbye, and nothing of it runs any more. */
  vanish(): void {
    for (const twin of this.#twins.keys()) this.#close(twin);
    this.#twins.clear();
    if (this.#now.state === 'away' || this.#now.state === 'stopped') return;
    this.#now = { state: 'away' };
    this.#close(this.#visit);
    this.network.cut();
  }

  /** The page is loaded again: as `vanish`, and back at once. */
  reload(): void {
    if (this.#now.state !== 'playing') return;
    this.vanish();
    this.join();
  }

  /** The tab is duplicated, and the player goes on in the new one. The old page lives on, until it is told. */
  duplicate(): void {
    const room = this.#room;
    if (this.#now.state !== 'playing' || room === null) return;
    this.#hadTwin = true;
    this.#twins.set(this.#visit, room);
    this.#open();
  }

  /** Somebody tries a token that this client has used up; where that works, the run fails. */
  replayToken(): void {
    const { game, openLink, failed, mayGoBack, process } = this.#options;
    const [oldest, ...later] = this.#tokens;
    const known = mayGoBack ? later.filter((one) => one.process === process()) : later;
    if (oldest === undefined || known.length < LIVE_TOKENS) return;
    const { token } = oldest;
    const asked = process();
    const { name, fingerprint } = game;
    const told = new SeatTold();
    const link = openLink('ws://simulation', {
      open: () => link.send(encodeJoin({ game: name, fingerprint, way: 'return', key: token })),
      frame: (frame) => {
        if (!told.take(game, frame)) return;
        if (mayGoBack && process() !== asked) link.close();
        else failed(`[I2] a token that ${this.name} had used up is still good`);
      },
      closed: () => {},
    });
  }

  /** Another tab is put in front of the page, or none: a page that nobody sees draws nothing and is not played. */
  hide(isHidden: boolean): void {
    this.#visit.page.hide(isHidden);
  }

  /** For `ms` of virtual time nothing runs and nothing is read, as behind a closed lid. */
  sleep(ms: number): void {
    this.clock.sleep(ms);
    this.#options.world.after(ms, this.network.pause());
  }

  /** The machine has a network again, and says so. */
  online(): void {
    this.#visit.page.online();
  }

  /** Everything about its machine is in order from now on, and of a tab that was duplicated one page is left. */
  heal(): void {
    this.clock.wake();
    this.clock.rate = 1;
    this.hide(false);
    if (this.now.state === 'returning') this.online();
    for (const twin of this.#twins.values()) void (twin as RoomOf<Game>).leave();
  }

  #open(): void {
    const { world, random, frameMs } = this.#options;
    const startsAtMs = this.clock.nowMs();
    const visit = newVisit(new ParticipantClock(world, { startsAtMs }));
    this.#visit = visit;
    visit.clock.after(random.float() * frameMs, () => this.#frame(visit));
    this.#join(visit);
  }

  /** Nothing of a page runs any more. */
  #close(visit: Visit): void {
    visit.isClosed = true;
    visit.clock.crash();
    visit.page.close();
    this.abandoned += visit.rooms.size;
    visit.rooms.clear();
  }

  #join(visit: Visit): void {
    const { game, random, wish } = this.#options;
    this.#now = { state: 'joining' };
    const connection = connect('ws://simulation', {
      openLink: this.#listening(visit),
      timers: visit.clock,
      attention: visit.page,
      random: () => random.float(),
      kept: this.#keptBy(visit),
    });
    connection.join(game, { name: this.name, ...wish(this.number) }).then(
      // The type of a room follows from its game's; what goes through `connect` has lost the name of both.
      (room) => this.#enter(room as unknown as RoomOf<G>, visit),
      (reason: unknown) => this.#end(reason, visit),
    );
  }

  /** What a page sees of its tab's storage: one that is closed or behind another one writes nothing any more. */
  #keptBy(visit: Visit): KeptSeats {
    return {
      load: (key) => this.#kept.get(key) ?? null,
      save: (key, token) => {
        if (visit !== this.#visit || visit.isClosed) return;
        if (token === null) this.#kept.delete(key);
        else this.#kept.set(key, token);
        if (token === null) this.#tokens = [];
        else if (this.#tokens.at(-1)?.token !== token) this.#tokens.push({ token, process: this.process });
      },
    };
  }

  /** Listens to what comes, and to which seat. */
  #listening(visit: Visit): OpenLink {
    return (url, on) => {
      const told = new SeatTold();
      return this.#options.openLink(url, {
        ...on,
        open: () => {
          // A line to a process that has died since opens, and hears nothing.
          told.process = this.#options.process();
          if (visit === this.#visit) this.#told = told;
          on.open();
        },
        frame: (frame) => {
          const isWelcome = told.take(this.#options.game, frame);
          if (isWelcome && told.at?.isReturn) this.returned++;
          // Tokens of the seat before may be good for as long as that one is held.
          else if (isWelcome) this.#tokens = [];
          this.#options.heard(this, told, frame);
          on.frame(frame);
        },
      });
    };
  }

  #enter(entered: RoomOf<G>, visit: Visit): void {
    this.joined++;
    visit.rooms.add(entered);
    let isOver = false;
    const room = entered as RoomOf<Game>;
    room.onClose((reason) => {
      if (isOver) this.#options.failed(`[I9] ${this.name} was told twice that its room is over`);
      isOver = true;
      this.#twins.delete(visit);
      if (!visit.rooms.delete(entered)) return;
      this.ended++;
      this.#end(reason, visit);
    });
    if (visit !== this.#visit || this.#now.state !== 'joining') return void room.leave();
    this.#room = entered;
    this.#now = { state: 'playing' };
    room.onState(() => {
      if (visit === this.#visit) this.#options.received(this);
    });
    this.#options.received(this);
  }

  #end(reason: unknown, visit: Visit): void {
    if (!isGameError(reason)) return this.#options.failed(`${this.name} was given an error without a code`, reason);
    if (visit !== this.#visit || this.#now.state === 'away') return;
    const { code } = reason;
    // The page behind this one has the seat back: the player opens this one again.
    const isTwin = code === 'REPLACED' && this.#hadTwin;
    const advice = isTwin ? 'join-again' : adviceFor(code);
    if (advice !== 'join-again' && advice !== 'retry-later' && advice !== 'choose-another-room') {
      this.#now = { state: 'stopped', because: code };
      return this.#options.stopped(this, code);
    }
    // One who played begins to count anew.
    visit.failures = this.#now.state === 'playing' ? 0 : visit.failures + 1;
    this.#now = { state: 'waiting', because: code };
    const waitMs = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** visit.failures);
    visit.clock.after(between(this.#options.random, waitMs / 2, waitMs), () => this.#join(visit));
  }

  /** Also while it returns: nobody lets the keys go because of a line. */
  #frame(visit: Visit): void {
    if (visit !== this.#visit) return;
    const { frameMs, play, world, random } = this.#options;
    visit.clock.after(frameMs, () => this.#frame(visit));
    if (this.#now.state !== 'playing' || this.#room === null || visit.page.isHidden) return;
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

function newVisit(clock: ParticipantClock): Visit {
  return { clock, page: new Page(), rooms: new Set(), failures: 0, isClosed: false };
}

/** Asks for what a page would draw, of clients that predict. */
function drawFrame(room: object): void {
  if ('frame' in room && typeof room.frame === 'function') room.frame();
}

/** A page in a tab, on a machine with a network. */
class Page implements Attention {
  isHidden = false;
  readonly #runs = new Set<() => void>();
  readonly #online = new Set<() => void>();

  onChange(run: () => void): () => void {
    this.#runs.add(run);
    return () => this.#runs.delete(run);
  }

  onOnline(run: () => void): () => void {
    this.#online.add(run);
    return () => this.#online.delete(run);
  }

  hide(isHidden: boolean): void {
    if (this.isHidden === isHidden) return;
    this.isHidden = isHidden;
    for (const run of [...this.#runs]) run();
  }

  online(): void {
    for (const run of [...this.#online]) run();
  }

  /** Nobody listens any more. */
  close(): void {
    this.#runs.clear();
    this.#online.clear();
  }
}
