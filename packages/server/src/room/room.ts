/**
 * One running game. All game code runs inside a tick, in this order:
 *
 *   drops, returns, seats that left, authorize and joins, bots -> commands -> timers -> control of each seat -> advance -> step
 *   -> state, events, messages, people to viewers
 *
 * Where the game sends less often than it ticks, the last of these waits for the next tick that sends, and so do newcomers
 * for their first state. `create` runs before the first tick, `close` after the last.
 *
 * Nothing in a tick awaits or does I/O. What game code throws stays in this room, by this policy:
 * - `create`: the room does not open.
 * - `authorize`: the visitor stays outside and gets FORBIDDEN.
 * - `join`: the seat stays free, the player gets GAME_FAULT.
 * - a command: its sender gets GAME_FAULT, or REFUSED where it refuses; what it had written stays.
 * - a timer, `control`, `advance`, `step`, a bot: the rest of that tick's rules is skipped. After ten such ticks in a row the room
 *   closes and its players get ROOM_FAULT.
 * - `drop`, `return`, `leave`, `close`: what they tell of happens all the same.
 * A promise in place of an answer counts as a fault: rules that wait would run outside their tick.
 *
 * The states of a room and of its seats: docs/lifecycles.md.
 */
import {
  createState,
  type Difference,
  type Fields,
  type Game,
  GameError,
  hashState,
  type JsonObject,
  type Seat,
  type StateStore,
  seededRandom,
  type ValuesOf,
} from '@madang/core';
import type { RoomPowers } from '@madang/core/netcode';
import type { Logger } from 'pino';
import type { RestoredRoom } from '../journal/restored-room.ts';
import type { MatchFacts, Places } from '../journal/room-facts.ts';
import type { OwnFacts } from '../journal/room-journal.ts';
import type { Clock } from '../ports/clock.ts';
import type { RoomListing } from '../ports/directory.ts';
import { type Explanation, explain } from '../replication/explain.ts';
import { Replication } from '../replication/replication.ts';
import type { RoomTraffic } from '../replication/traffic.ts';
import { AboutRoom } from './about-room.ts';
import { Asked } from './asked.ts';
import { Bots } from './bots.ts';
import { Gallery } from './gallery.ts';
import { idleTicks, type Sendings, type TickParts } from './idle-tick.ts';
import { Letters } from './letters.ts';
import { journalDown, roomClosed, roomFull, roomGone, serverStopping } from './refusals.ts';
import { Rerun } from './rerun.ts';
import type { ReturnTokens } from './return-tokens.ts';
import { Rewind } from './rewind.ts';
import { RoomDoor } from './room-door.ts';
import { RoomKeeping, type RoomRecord } from './room-keeping.ts';
import { RoomSocial } from './room-social.ts';
import { TickTimers } from './room-timers.ts';
import { RulePlay } from './rule-play.ts';
import type { RoomSeat, Sitter } from './seat.ts';
import { RoomSeatHandle } from './seat-handle.ts';
import { Seating } from './seating.ts';
import { Seats } from './seats.ts';
import { TickLoop } from './tick-loop.ts';
import { TickTime } from './tick-time.ts';
import type { RoomEvent, SeatHandle, Viewer } from './viewer.ts';

/** Faulty ticks in a row after which a room is given up. */
export const FAULTS_IN_A_ROW_MAX = 10;

/** Of a room at rest, everybody is looked at so often at least: gateways look then whether peers read at all. */
const SECONDS_PER_LOOK = 5;

/** Lines of chat that may have been said after what a journal has: their numbers are not given out again. */
const LOST_LINES = 64;

/** Docs: docs/lifecycles.md. A locked room is open, and lets nobody new in. */
export type RoomPhase = 'opening' | 'open' | 'closing' | 'closed';

export interface RoomOptions {
  readonly id: string;
  /** What it can be found by beside its id; '' for a room that anybody may find. */
  readonly code: string;
  /** Counts the rooms of a server, in the order of their opening. */
  readonly serial: number;
  readonly game: Game;
  readonly clock: Clock;
  readonly seed: number;
  readonly log: Logger;
  /** How long a seat is held for a player whose connection was lost. */
  readonly graceMs: number;
  readonly badWrites: 'throw' | 'clamp';
  /** A checksum goes to each player with one in so many states; 0 for none. */
  readonly checksumEvery: number;
  /** Plays each tick's rules twice and logs where they differ. */
  readonly syncTest: boolean;
  readonly tokens: ReturnTokens<RoomSeat>;
  /** Where it is written down; null where it is not. */
  readonly record: RoomRecord | null;
  /** What it goes on from; null for a new room. */
  readonly restored: RestoredRoom | null;
  /** Told when the listing changed, and once when the room has closed. */
  changed(room: Room): void;
  closed(room: Room): void;
  /** Told of every event the game emits to all. */
  emitted(room: Room, event: RoomEvent): void;
  /** Told how the match in this room ended: once, and again by the next process where `reportKept` was not called. */
  reported(room: Room, places: Places): void;
}

export class Room {
  readonly id: string;
  readonly code: string;
  readonly game: Game;
  readonly state: StateStore;
  /** Ticks by which the clock was moved after stalls. */
  slippedTicks = 0;
  /** Ticks in which a rule threw. */
  faultyTicks = 0;
  /** The match that is played here, as far as there is one. */
  match: MatchFacts | null = null;

  readonly #options: RoomOptions;
  readonly #loop: TickLoop;
  readonly #tickTime = new TickTime();
  readonly #sendings: Sendings;
  /** What does something in a tick. */
  readonly #parts: TickParts;
  readonly #seats: Seats;
  readonly #replication: Replication;
  readonly #rewind: Rewind;
  readonly #timers: TickTimers;
  readonly #rules: RulePlay;
  readonly #about: AboutRoom;
  readonly #letters: Letters;
  readonly #social: RoomSocial;
  readonly #door: RoomDoor;
  readonly #gallery: Gallery;
  readonly #seating: Seating;
  readonly #bots: Bots;
  readonly #asked: Asked;
  readonly #keeping: RoomKeeping;
  #phase: RoomPhase = 'opening';
  #faultsInARow = 0;
  #hasReported = false;
  #report: Places | null = null;
  /** What lists may say of a strict room while its last tick is not durable. */
  #toldAbout: JsonObject = {};
  /** Why the rules want the room to end with this tick. */
  #ending: string | null = null;

  constructor(options: RoomOptions) {
    const { id, code, game, clock, log, badWrites, syncTest, graceMs, tokens, restored, record } = options;
    this.id = id;
    this.code = code;
    this.game = game;
    this.#options = options;
    const ticksPerSending = Math.round(game.tickRateHz / game.sendRateHz);
    this.#sendings = { ticksPerSending, sendingsPerLook: Math.ceil(SECONDS_PER_LOOK * game.sendRateHz) };
    const random = seededRandom(restored?.random ?? options.seed);
    const seats = new Seats(game.seats);
    const state = createState(game.state, {
      badWrites,
      onClamp: (problem) => log.warn({ room: id, tick: this.tick, ...problem.details }, 'a bad write was clamped'),
    });
    restored?.readState(state);
    const keeping = new RoomKeeping({
      roomId: id,
      code,
      serial: options.serial,
      game,
      state,
      random,
      record,
      badWrites,
      seats,
      tokens,
      log,
      gallery: () => this.#gallery,
      tick: () => this.tick,
      own: () => this.#ownFacts(),
      lost: () => this.#stop(serverStopping()),
    });
    this.#keeping = keeping;
    const tell = (run: () => void): void => keeping.tell(run);
    const wake = (): void => this.#loop.wake();
    const replication = new Replication({
      game,
      state,
      checksumEvery: options.checksumEvery,
      failed: (err, rows) => log.error({ room: id, tick: this.tick, hook: 'interest', rows, err }, 'game code failed'),
    });
    const letters = new Letters({
      game,
      seats,
      emitted: (event, to) => keeping.event(event, to),
      event: (event) => {
        this.#gallery.event(event);
        options.emitted(this, event);
      },
      said: (said, tick) => this.#gallery.said(said, tick),
    });
    this.#seats = seats;
    this.state = state;
    this.#replication = replication;
    this.#letters = letters;
    this.#about = new AboutRoom(game, state);
    this.#rewind = new Rewind(game, state);
    this.#timers = new TickTimers(Object.keys(game.timers ?? {}), game.tickRateHz, () => this.tick);
    const social = new RoomSocial(game.tickRateHz, clock, () => this.#gallery);
    const rules = new RulePlay({
      roomId: id,
      game,
      state,
      random,
      seats,
      timers: this.#timers,
      rewind: this.#rewind,
      powers: this.#powers(),
      log,
      badWrites,
      syncTest,
      played: (seat, input, viewTick) => keeping.played(seat, input, viewTick),
      emitted: (name, payload, to, by) => letters.emit(this.tick, name, payload, to, by),
    });
    const door = new RoomDoor({ roomId: id, game, rules, changed: () => options.changed(this) });
    this.#social = social;
    this.#rules = rules;
    this.#door = door;
    this.#gallery = new Gallery({
      game,
      roomId: id,
      code,
      state,
      replication,
      changed: () => {
        social.changed();
        options.changed(this);
      },
      tell,
      authorize: ({ name, user, roles, rating, team }) => {
        // What the game is asked it may remember.
        keeping.asked(() => ['watch', { name, user, roles: [...roles], rating, team }]);
        return door.authorize({ name, user, roles, rating, team }, true);
      },
    });
    const seating = new Seating({
      roomId: id,
      code,
      game,
      state,
      clock,
      graceMs,
      ticksPerSending,
      tokens,
      seats,
      door,
      rules,
      social,
      replication,
      changed: () => {
        // Of a room that closes everybody hears at once.
        if (this.#phase === 'open') options.changed(this);
      },
      tell,
      wake,
      noted: (what) => keeping.noted(what),
    });
    this.#seating = seating;
    this.#bots = new Bots({ game, state, random, seats, seating, rules });
    this.#asked = new Asked({
      roomId: id,
      game,
      log,
      tokens,
      seats,
      seating,
      door,
      rules,
      letters,
      social,
      tick: () => this.tick,
      position: () => this.position,
      wake,
      isWaiting: () => keeping.isWaiting,
      tell,
      noted: (what) => keeping.asked(what),
    });
    this.#parts = {
      seats,
      rules,
      asked: this.#asked,
      seating,
      replication,
      letters,
      social,
      gallery: this.#gallery,
      keeping,
      timers: this.#timers,
      bots: this.#bots,
      about: this.#about,
    };
    this.#loop = new TickLoop({
      clock,
      periodMs: 1000 / game.tickRateHz,
      run: () => this.runTick(),
      pass: () => this.#pass(),
      // Whatever happens: once a second a room sees for itself.
      idleTicks: () => Math.min(this.#idleTicks, Math.ceil(game.tickRateHz)),
      slipped: (ticks) => {
        this.slippedTicks += ticks;
        log.warn({ room: id, tick: this.tick, ticks }, 'the room fell behind and its clock was moved');
      },
    });
  }

  get phase(): RoomPhase {
    return this.#phase;
  }

  get tick(): number {
    return this.#rules.tick + this.#loop.owedTicks;
  }

  /** What the room's clock reads, in ticks: tick n is due when it reads n. */
  get position(): number {
    return this.#rules.tick + 1 - this.#loop.ticksToNext;
  }

  /** True while the tick at hand is not durable, in a strict room: nobody has been told of it. */
  get isWaiting(): boolean {
    return this.#keeping.isWaiting;
  }

  /** Seats held by people: reserved and dropped ones included, and those that tickets hold. */
  get taken(): number {
    return this.#seats.taken;
  }

  /** People who have a seat, and those for whom one is held. */
  get people(): readonly Seat[] {
    return this.#seats.people;
  }

  get listing(): RoomListing {
    const { id, game, taken } = this;
    return {
      id,
      game: game.name,
      seats: game.seats,
      taken,
      bots: this.#seats.countOf(true),
      spectators: this.#gallery.size,
      isLocked: this.#door.isLocked,
      serial: this.#options.serial,
      about: this.#keeping.isWaiting ? this.#toldAbout : this.#about.json,
    };
  }

  /** True while somebody new can still join. */
  get hasFreeSeat(): boolean {
    return this.#phase === 'open' && !this.#door.isLocked && this.taken < this.game.seats;
  }

  /** True where this user was sent out of here. */
  hasKicked(user: string | null): boolean {
    return this.#door.hasSentOut(user);
  }

  /** Claims of what players saw that their measured latency could not explain, over all players so far. */
  get distrusted(): number {
    return this.#seating.distrusted;
  }

  /** Where the sync test found the rules to differ from themselves first; null while it has not. */
  get unsynced(): (Difference & { readonly tick: number }) | null {
    return this.#rules.unsynced;
  }

  /** What this room has sent so far, by table and field. */
  get traffic(): RoomTraffic {
    return {
      roomId: this.id,
      game: this.game.name,
      ...this.#replication.traffic.total,
      tickMs: this.#tickTime.figures,
    };
  }

  /** Why the player on a seat is or is not told of a row. For authors and operators; throws RangeError for no such table. */
  explain(seatNumber: number, table: string, rowId: number): Explanation {
    const seat = this.#seats.at(seatNumber);
    const view = seat === null || seat.stay.state !== 'occupied' ? undefined : this.#seating.viewOf(seat);
    return explain(this.#replication, this.state.table(table), rowId, view ?? null);
  }

  /** A fingerprint of the whole state, hidden fields included. */
  hash(): string {
    return hashState(this.state, 'server');
  }

  /** A fingerprint of what the player on a seat was shown last: what its own copy has once it has read everything. */
  hashFor(seatNumber: number): string {
    const seat = this.#seats.at(seatNumber);
    const view = seat === null ? undefined : this.#seating.viewOf(seat);
    if (view === undefined) throw new RangeError(`nobody is connected on seat ${seatNumber}`);
    return hashState(this.state, view);
  }

  /** Opens the room with checked options: runs `create` and begins to tick after `delayMs`. Throws GAME_FAULT. */
  open(delayMs: number, options: ValuesOf<Fields> = {}): void {
    const rules = this.#rules;
    rules.begin(0);
    const record = this.game.options === undefined ? undefined : this.state.view[this.game.options];
    if (record !== undefined) Object.assign(record, options);
    const fault = rules.run('create', () => this.game.create?.(rules.scope, rules.moment));
    if (fault !== null) throw fault;
    this.#phase = 'open';
    this.#bots.fill();
    this.#begin(0, delayMs);
  }

  /**
   * Goes on where another process left off: at its last durable tick, everybody on their seats and dropped, `delayMs` from now.
   */
  resume(restored: RestoredRoom, delayMs: number): void {
    this.#restore(restored);
    const asked = this.#seating.restore(restored);
    this.#begin(restored.tick, delayMs, restored);
    for (const what of asked) this.#keeping.asked(() => what);
    if (this.#report !== null) this.#options.reported(this, this.#report);
  }

  /** Goes on from a recording, everybody as they were: for who plays it again. It does not tick by itself. */
  rerun(restored: RestoredRoom): Rerun {
    this.#restore(restored);
    const rerun = new Rerun({
      room: this,
      rules: this.#rules,
      seats: this.#seats,
      seating: this.#seating,
      asked: this.#asked,
    });
    this.#seating.restore(restored, rerun.viewer);
    rerun.restore(restored);
    this.#rewind.record(restored.tick);
    return rerun;
  }

  #restore({ tick, facts }: RestoredRoom): void {
    this.#rules.begin(tick);
    this.#timers.restore(facts.timers);
    this.#door.restore(facts.isLocked, facts.sentOut);
    this.#social.restore(facts.chatLine + LOST_LINES);
    this.#hasReported = facts.hasReported;
    this.#report = facts.report;
    this.#ending = facts.ending;
    this.#faultsInARow = facts.faultsInARow;
    this.match = facts.match;
    this.#phase = 'open';
  }

  #begin(tick: number, delayMs: number, restored: RestoredRoom | null = null): void {
    this.#keeping.begin(restored);
    this.#replication.publish(tick);
    this.#rewind.record(tick);
    this.#loop.start(delayMs);
  }

  /**
   * Reserves a seat at once; the game hears of it at the next tick, and `viewer.welcome` follows in that tick. A bot gives
   * its seat up where no other is free. Throws ROOM_FULL, ROOM_LOCKED, ROOM_GONE, KICKED, and STORE_DOWN where it is strict and
   * cannot be written down.
   */
  join(sitter: Sitter, viewer: Viewer): SeatHandle {
    this.#checkFree(sitter.user);
    return new RoomSeatHandle(this.#asked, this.#seating.reserve(sitter, viewer), viewer);
  }

  /** Lets somebody watch, from the next tick on. Throws ROOM_FULL, ROOM_LOCKED, ROOM_GONE, KICKED. */
  watch(sitter: Sitter, viewer: Viewer): SeatHandle {
    this.#checkOpen(sitter.user);
    this.#loop.wake();
    return this.#gallery.watch(sitter, viewer);
  }

  /** Holds a seat for somebody who has a ticket for it, for so long. Throws as `join` does. */
  hold(sitter: Sitter, forMs: number): RoomSeat {
    this.#checkFree(sitter.user);
    return this.#seating.hold(sitter, forMs);
  }

  /** The game's ratings say something else of a user now: rules see it from the next tick on. */
  rate(user: string, rating: number): void {
    this.#loop.wake();
    this.#keeping.asked(() => ['rate', user, rating]);
    this.#rules.disturb();
    for (const seat of this.#seats.seatedPeople) if (seat.user === user) seat.sit({ rating });
  }

  /** What the room reported is kept: no process needs to be told of it again. */
  reportKept(): void {
    this.#report = null;
  }

  /** Gives a held seat up; one that is held no more is fine. */
  letGo(seat: RoomSeat): void {
    this.#seating.letGo(seat);
  }

  /** The one for whom a seat was held is here, or anybody where it was held for nobody. Throws TICKET_GONE, FORBIDDEN. */
  claim(seat: RoomSeat, who: Pick<Sitter, 'name' | 'user' | 'roles'>, viewer: Viewer): SeatHandle {
    this.#seating.claim(seat, who, viewer);
    return new RoomSeatHandle(this.#asked, seat, viewer);
  }

  /**
   * Somebody is back on a seat. A connection that still has it is told that it was replaced, and does not come back by itself.
   * Throws SEAT_GONE, FORBIDDEN where another user holds the seat.
   */
  comeBack(seat: RoomSeat, user: string | null, viewer: Viewer): SeatHandle {
    this.#seating.comeBack(seat, user, viewer);
    return new RoomSeatHandle(this.#asked, seat, viewer);
  }

  /** Ends the room: `close` runs, everybody is told why, nothing ticks any more. Closing twice does nothing. */
  close(error: GameError): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    const rules = this.#rules;
    const wasOpen = this.#phase === 'open';
    this.#loop.wake();
    this.#phase = 'closing';
    this.#loop.stop();
    if (wasOpen) rules.run('close', () => this.game.close?.(rules.scope, rules.moment));
    this.#keeping.end(error.message);
    this.#close(error);
  }

  /**
   * Stops the room as it is, for another process to go on with it: everybody is told to come back. A room that is not written down
   * ends. No rule hears of it.
   */
  suspend(error: GameError): void {
    if (this.#phase !== 'open' || !this.#keeping.isWritten) return this.close(error);
    this.#keeping.leave();
    this.#stop(error);
  }

  /** No more of the room here: it goes on elsewhere. */
  #stop(error: GameError): void {
    this.#phase = 'closing';
    this.#loop.stop();
    this.#keeping.stop();
    this.#close(error);
  }

  #close(error: GameError): void {
    this.#seating.close(error);
    this.#gallery.close(error);
    this.#phase = 'closed';
    this.#options.closed(this);
  }

  /** One tick. The loop calls it; a simulation may. */
  runTick(): void {
    if (this.#phase !== 'open') return;
    if (this.#keeping.isWaiting) {
      this.slippedTicks++;
      return;
    }
    if (this.#idleTicks > 0) return this.#pass();
    const rules = this.#rules;
    const startMs = this.#options.clock.nowMs();
    this.#keeping.isTicking = true;
    rules.begin(rules.tick + 1);
    this.#seating.run();
    this.#gallery.admit();
    const botFault = this.#bots.fill();
    this.#asked.run();
    this.#judge(botFault ?? rules.runTimers() ?? this.#bots.think() ?? rules.play());
    this.#keeping.isTicking = false;
    // Closed by `#judge`, which the compiler does not see.
    if ((this.#phase as RoomPhase) !== 'open') return;
    if (this.#isSending) this.#seating.prepareWelcomes();
    this.#keeping.record(() => this.#finish(startMs));
  }

  /** In how many of the ticks that follow there is nothing to do, as it is now. */
  get #idleTicks(): number {
    return this.#phase === 'open' ? idleTicks(this.#parts, this.#rules.tick, this.#sendings) : 0;
  }

  /** A tick in which nothing is done. */
  #pass(): void {
    const rules = this.#rules;
    rules.begin(rules.tick + 1);
    this.#tickTime.add(0);
    if (!this.#isSending) return;
    this.#replication.pass(rules.tick);
    this.#rewind.record(rules.tick);
  }

  /** The second half of a tick: whatever it brought about is told. */
  #finish(startMs: number): void {
    if (this.#isSending) this.#publish();
    this.#tickTime.add(this.#options.clock.nowMs() - startMs);
    if (this.#ending !== null) this.close(roomClosed(this.id, this.#ending));
  }

  /** True in a tick whose state is sent. */
  get #isSending(): boolean {
    return this.#rules.tick % this.#sendings.ticksPerSending === 0 || this.#ending !== null;
  }

  #ownFacts(): OwnFacts {
    const { isLocked, sentOut } = this.#door;
    return {
      host: this.#seating.host?.number ?? 0,
      isLocked,
      sentOut,
      timers: this.#timers.running,
      hasReported: this.#hasReported,
      report: this.#report,
      faultsInARow: this.#faultsInARow,
      ending: this.#ending?.toWellFormed() ?? null,
      chatLine: this.#social.lastLine,
      match: this.match,
    };
  }

  /** Counts ticks in which rules failed, and closes the room after too many in a row. */
  #judge(fault: GameError | null): void {
    if (fault === null) {
      this.#faultsInARow = 0;
      return;
    }
    this.faultyTicks++;
    if (fault.code === 'REFUSED') {
      this.#options.log.error({ room: this.id, tick: this.tick, err: fault }, 'a rule refused what nobody asked');
    }
    if (++this.#faultsInARow < FAULTS_IN_A_ROW_MAX) return;
    this.close(
      new GameError(
        'ROOM_FAULT',
        `Room ${this.id} was closed: its rules failed ${FAULTS_IN_A_ROW_MAX} ticks in a row.`,
        {
          roomId: this.id,
          tick: this.tick,
        },
      ),
    );
  }

  #publish(): void {
    const { tick } = this;
    const replication = this.#replication;
    replication.publish(tick);
    this.#rewind.record(tick);
    const { newcomers } = this.#seating;
    const isLookDue = replication.sendings % this.#sendings.sendingsPerLook === 0;
    if (isLookDue || !this.#seats.isAtRest || !replication.isAtRest) this.#tellSeats();
    // For some of them it may have to wait.
    const hasAnswered = this.#asked.takeAnswered();
    if (hasAnswered || !this.#letters.isEmpty || this.#social.hasNews) this.#seats.isAtRest = false;
    this.#letters.send();
    this.#social.publish(tick, this.#seating.host, newcomers);
    this.#gallery.publish(tick, this.#social);
    if (this.#keeping.isStrict) this.#toldAbout = this.#about.json;
    if (this.#about.isNews(tick)) this.#options.changed(this);
  }

  #tellSeats(): void {
    const { tick, position } = this;
    const seats = this.#seats;
    // Whoever asks for something meanwhile ends it.
    seats.isAtRest = true;
    for (const seat of seats.numbered) {
      if (seat?.stay.state !== 'occupied') continue;
      const { viewer, view } = seat.stay;
      if (this.#seating.welcome(seat, viewer, view)) {
        seats.isAtRest = false;
        continue;
      }
      const report = seat.inputs.report(tick, position);
      if (report !== null) viewer.timing(report);
      viewer.update(view);
      if (seats.isAtRest && (seat.inputs.hasReport || viewer.isAtRest?.(view) !== true)) seats.isAtRest = false;
    }
  }

  /** What rules can do to this room. Read through the rules' scope, so nothing in it looks at its own `this`. */
  #powers(): RoomPowers {
    const host = (): Seat | null => this.#seating.host;
    const isLocked = (): boolean => this.#door.isLocked;
    return {
      get host() {
        return host();
      },
      get isLocked() {
        return isLocked();
      },
      lock: () => this.#door.lock(true),
      unlock: () => this.#door.lock(false),
      kick: (seat, reason) => this.#seating.kick(this.#seats.numbered.find((one) => one === seat) ?? null, reason),
      close: (reason) => {
        this.#ending ??= reason;
      },
      announce: (text, to) => this.#social.announce(text, to),
      report: (places) => {
        if (this.#hasReported) return;
        this.#hasReported = true;
        const report = places.map((tied) => tied.map((seats) => seats.map(({ user }) => user)));
        this.#report = report;
        this.#keeping.tell(() => this.#options.reported(this, report));
      },
      timers: this.#timers,
    };
  }

  #checkOpen(user: string | null): void {
    if (this.#phase !== 'open') throw roomGone(this.id);
    this.#door.check(user);
  }

  #checkFree(user: string | null): void {
    this.#checkOpen(user);
    // Somebody who would be told nothing is better told that.
    if (this.#keeping.isStuck) throw journalDown();
    if (!this.hasFreeSeat) throw roomFull(this.id, this.game.seats);
  }
}
