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
  encodeEvent,
  encodeSaid,
  type Fields,
  type Game,
  GameError,
  type HostRight,
  hashState,
  type JsonObject,
  neutral,
  parseInput,
  parseMessage,
  type Row,
  replyFieldsOf,
  type Seat,
  type SeededRandom,
  type StateStore,
  seededRandom,
  toJsonValue,
  type ValuesOf,
  type WelcomeFrame,
} from '@madang/core';
import { isPromise, type RoomPowers, type RulesHost, TickRules } from '@madang/core/netcode';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { RoomListing } from '../ports/directory.ts';
import { type Explanation, explain } from '../replication/explain.ts';
import { Replication } from '../replication/replication.ts';
import type { SeatView } from '../replication/seat-view.ts';
import type { RoomTraffic } from '../replication/traffic.ts';
import { avatarsBySeat } from './avatars.ts';
import type { Deed } from './deeds.ts';
import { Gallery } from './gallery.ts';
import { runGameCode } from './game-code.ts';
import { nameNobodyHas } from './player-name.ts';
import {
  forbidden,
  kicked,
  notHost,
  replaced,
  roomClosed,
  roomFull,
  roomGone,
  roomLocked,
  seatGone,
  ticketGone,
} from './refusals.ts';
import { type Hook, Rehearsal } from './rehearsal.ts';
import type { ReturnTokens } from './return-tokens.ts';
import { Rewind } from './rewind.ts';
import { RoomSocial } from './room-social.ts';
import { TickTimers } from './room-timers.ts';
import { RoomSeat, type Sitter } from './seat.ts';
import { type HandleRoom, seatHandle } from './seat-handle.ts';
import type { SeatInputsOptions } from './seat-inputs.ts';
import type { Answer } from './seat-requests.ts';
import { TickLoop } from './tick-loop.ts';
import { TickTime } from './tick-time.ts';
import type { RoomEvent, Said, SeatHandle, Viewer } from './viewer.ts';

/** Faulty ticks in a row after which a room is given up. */
export const FAULTS_IN_A_ROW_MAX = 10;

/** Users that one room remembers as sent out. */
const KICKED_MAX = 1_000;

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
  /** Told when the listing changed, and once when the room has closed. */
  changed(room: Room): void;
  closed(room: Room): void;
  /** Told of every event the game emits to all. */
  emitted(room: Room, event: RoomEvent): void;
  /** Told once how the match in this room ended: seats from the first place to the last, ties in one list. */
  reported(room: Room, places: readonly (readonly (readonly Seat[])[])[]): void;
}

/** What waits for the next tick, in the order it came. */
interface Asked {
  readonly seat: RoomSeat;
  run(): void;
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
  /** Where the sync test found the rules to differ from themselves first; null while it has not. */
  unsynced: (Difference & { readonly tick: number }) | null = null;

  readonly #options: RoomOptions;
  readonly #loop: TickLoop;
  readonly #random: SeededRandom;
  readonly #inputs: SeatInputsOptions;
  readonly #rules: TickRules;
  readonly #rehearsal: Rehearsal | null;
  readonly #rewind: Rewind;
  readonly #timers: TickTimers;
  readonly #tickTime = new TickTime();
  /** By number - 1; null where free. */
  readonly #seats: (RoomSeat | null)[];
  /** For those who have a ticket and are not here yet. */
  readonly #held = new Set<RoomSeat>();
  /** Joined since the last tick, without a number yet. */
  #reserved: RoomSeat[] = [];
  /** Drops and returns since the last tick, in their order. */
  #comings: { readonly hook: 'drop' | 'return'; readonly seat: RoomSeat }[] = [];
  #asked: Asked[] = [];
  #leaving: RoomSeat[] = [];
  #events: { readonly event: RoomEvent; readonly to: Seat | undefined }[] = [];
  #said: { readonly said: Said; readonly tick: number }[] = [];
  /** Seats that have not been sent their first state on the connection they have now. */
  readonly #newcomers = new Set<RoomSeat>();
  readonly #views = new Map<RoomSeat, SeatView>();
  readonly #replication: Replication;
  readonly #social: RoomSocial;
  readonly #gallery: Gallery;
  readonly #ticksPerSending: number;
  readonly #handles: HandleRoom;
  /** Users who were sent out, in that order. */
  readonly #kicked = new Set<string>();
  #tick = 0;
  #faultsInARow = 0;
  /** Of seats that are free again. */
  #distrusted = 0;
  #phase: RoomPhase = 'opening';
  #isLocked = false;
  #hasReported = false;
  #host: RoomSeat | null = null;
  /** Why the rules want the room to end with this tick. */
  #ending: string | null = null;
  #listedAtTick = 0;
  #toldAbout = '';

  constructor(options: RoomOptions) {
    const { id, code, game, clock, log, badWrites } = options;
    this.id = id;
    this.code = code;
    this.game = game;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#ticksPerSending = Math.round(game.tickRateHz / game.sendRateHz);
    this.#inputs = {
      neutral: neutral(game.input),
      tickRateHz: game.tickRateHz,
      ticksPerSending: this.#ticksPerSending,
    };
    this.#seats = new Array<RoomSeat | null>(game.seats).fill(null);
    this.state = createState(game.state, {
      badWrites,
      onClamp: (problem) => log.warn({ room: id, tick: this.#tick, ...problem.details }, 'a bad write was clamped'),
    });
    this.#replication = new Replication({
      game,
      state: this.state,
      checksumEvery: options.checksumEvery,
      failed: (err, rows) => log.error({ room: id, tick: this.#tick, hook: 'interest', rows, err }, 'game code failed'),
    });
    this.#rewind = new Rewind(game, this.state);
    this.#timers = new TickTimers(Object.keys(game.timers ?? {}), game.tickRateHz, () => this.#tick);
    this.#social = new RoomSocial(game.tickRateHz, clock, () => this.#gallery);
    this.#handles = this.#handleRoom();
    this.#gallery = new Gallery({
      game,
      roomId: id,
      code,
      state: this.state,
      replication: this.#replication,
      changed: () => {
        this.#social.changed();
        options.changed(this);
      },
      authorize: (spectator) => this.#authorize(spectator, true),
    });
    const rulesHost: RulesHost = {
      roomId: id,
      random: this.#random,
      powers: this.#powers(),
      seats: () => this.#seated(),
      emitted: (name, payload, to, by) => this.#emit(name, payload, to, by),
      seenBy: (seat, look) => this.#rewind.look(this.#viewTickOf(seat), this.#tick, look),
    };
    this.#rules = new TickRules(game, this.state, rulesHost);
    this.#rehearsal = options.syncTest ? new Rehearsal(game, this.state, rulesHost, badWrites) : null;
    this.#loop = new TickLoop({
      clock,
      periodMs: 1000 / game.tickRateHz,
      run: () => this.runTick(),
      slipped: (ticks) => {
        this.slippedTicks += ticks;
        log.warn({ room: id, tick: this.#tick, ticks }, 'the room fell behind and its clock was moved');
      },
    });
  }

  get phase(): RoomPhase {
    return this.#phase;
  }

  get tick(): number {
    return this.#tick;
  }

  /** What the room's clock reads, in ticks: tick n is due when it reads n. */
  get position(): number {
    return this.#tick + 1 - this.#loop.ticksToNext;
  }

  /** Seats held by people: reserved and dropped ones included, and those that tickets hold. */
  get taken(): number {
    return this.#held.size + this.#reserved.length + this.#countOf(false);
  }

  /** People who have a seat, and those for whom one is held. */
  get people(): readonly Seat[] {
    return [...this.#held, ...this.#reserved, ...this.#people()];
  }

  get listing(): RoomListing {
    const { id, game, taken } = this;
    return {
      id,
      game: game.name,
      seats: game.seats,
      taken,
      bots: this.#countOf(true),
      spectators: this.#gallery.size,
      isLocked: this.#isLocked,
      serial: this.#options.serial,
      about: this.#about(),
    };
  }

  /** True while somebody new can still join. */
  get hasFreeSeat(): boolean {
    return this.#phase === 'open' && !this.#isLocked && this.taken < this.game.seats;
  }

  /** True where this user was sent out of here. */
  hasKicked(user: string | null): boolean {
    return user !== null && this.#kicked.has(user);
  }

  /** Claims of what players saw that their measured latency could not explain, over all players so far. */
  get distrusted(): number {
    return this.#seated().reduce((sum, { inputs }) => sum + inputs.distrusted, this.#distrusted);
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
    const seat = this.#seats[seatNumber - 1] ?? null;
    const view = seat === null || seat.stay.state !== 'occupied' ? undefined : this.#views.get(seat);
    return explain(this.#replication, this.state.table(table), rowId, view ?? null);
  }

  /** A fingerprint of the whole state, hidden fields included. */
  hash(): string {
    return hashState(this.state, 'server');
  }

  /** A fingerprint of what the player on a seat was shown last: what its own copy has once it has read everything. */
  hashFor(seatNumber: number): string {
    const seat = this.#seats[seatNumber - 1] ?? null;
    const view = seat === null ? undefined : this.#views.get(seat);
    if (view === undefined) throw new RangeError(`nobody is connected on seat ${seatNumber}`);
    return hashState(this.state, view);
  }

  /** Opens the room with checked options: runs `create` and begins to tick after `delayMs`. Throws GAME_FAULT. */
  open(delayMs: number, options: ValuesOf<Fields> = {}): void {
    const moment = this.#rules.begin(0);
    const record = this.game.options === undefined ? undefined : this.state.view[this.game.options];
    if (record !== undefined) Object.assign(record, options);
    const fault = this.#run('create', () => this.game.create?.(this.#rules.scope, moment));
    if (fault !== null) throw fault;
    this.#phase = 'open';
    this.#fillWithBots();
    this.#replication.publish(0);
    this.#rewind.record(0);
    this.#loop.start(delayMs);
  }

  /**
   * Reserves a seat at once; the game hears of it at the next tick, and `viewer.welcome` follows in that tick. A bot gives
   * its seat up where no other is free. Throws ROOM_FULL, ROOM_LOCKED, ROOM_GONE, KICKED.
   */
  join(sitter: Sitter, viewer: Viewer): SeatHandle {
    this.#checkDoor(sitter.user);
    return this.#reserve(new RoomSeat(this.id, sitter, { state: 'reserved', viewer }, this.game, this.#inputs), viewer);
  }

  /** Lets somebody watch, from the next tick on. Throws ROOM_FULL, ROOM_LOCKED, ROOM_GONE, KICKED. */
  watch(sitter: Sitter, viewer: Viewer): SeatHandle {
    this.#checkOpen(sitter.user);
    return this.#gallery.watch(sitter, viewer);
  }

  /** Holds a seat for somebody who has a ticket for it, for so long. Throws as `join` does. */
  hold(sitter: Sitter, forMs: number): RoomSeat {
    this.#checkDoor(sitter.user);
    const cancelExpiry = this.#options.clock.after(forMs, () => this.letGo(seat));
    const seat = new RoomSeat(this.id, sitter, { state: 'held', cancelExpiry }, this.game, this.#inputs);
    this.#held.add(seat);
    this.#options.changed(this);
    return seat;
  }

  /** The game's ratings say something else of a user now: rules see it from the next tick on. */
  rate(user: string, rating: number): void {
    for (const seat of this.#people()) if (seat.user === user) seat.sit({ rating });
  }

  /** Gives a held seat up; one that is held no more is fine. */
  letGo(seat: RoomSeat): void {
    if (seat.stay.state !== 'held') return;
    this.#vacate(seat, ticketGone);
  }

  /** The one for whom a seat was held is here, or anybody where it was held for nobody. Throws TICKET_GONE, FORBIDDEN. */
  claim(seat: RoomSeat, who: Pick<Sitter, 'name' | 'user' | 'roles'>, viewer: Viewer): SeatHandle {
    if (seat.stay.state !== 'held') throw ticketGone();
    if (seat.user !== null && seat.user !== who.user) throw forbidden('this seat is held for somebody else');
    seat.stay.cancelExpiry();
    this.#held.delete(seat);
    seat.sit(who);
    seat.stay = { state: 'reserved', viewer };
    return this.#reserve(seat, viewer);
  }

  /**
   * Somebody is back on a seat. A connection that still has it is told that it was replaced, and does not come back by itself.
   * Throws SEAT_GONE, FORBIDDEN where another user holds the seat.
   */
  comeBack(seat: RoomSeat, user: string | null, viewer: Viewer): SeatHandle {
    const { stay } = seat;
    if (seat.user !== user) throw forbidden('this seat is another one’s');
    if (stay.state !== 'occupied' && stay.state !== 'dropped') throw seatGone();
    if (stay.state === 'dropped') {
      stay.cancelExpiry();
      this.#comings.push({ hook: 'return', seat });
    }
    const view = this.#replication.viewFor(seat);
    seat.stay = { state: 'occupied', viewer, view };
    seat.inputs.restart();
    this.#views.set(seat, view);
    this.#newcomers.add(seat);
    this.#social.changed();
    this.#options.changed(this);
    if (stay.state === 'occupied') stay.viewer.end(replaced(this.id));
    return seatHandle(this.#handles, seat, viewer);
  }

  /** Ends the room: `close` runs, everybody is told why, nothing ticks any more. Closing twice does nothing. */
  close(error: GameError): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closing';
    this.#loop.stop();
    if (wasOpen) this.#run('close', () => this.game.close?.(this.#rules.scope, this.#rules.moment));
    for (const seat of [...this.#held, ...this.#reserved, ...this.#seated()]) this.#vacate(seat, () => error);
    this.#gallery.close(error);
    for (const seat of this.#leaving.splice(0)) this.#options.tokens.forget(seat);
    this.#phase = 'closed';
    this.#options.closed(this);
  }

  /** One tick. The loop calls it; a simulation may. */
  runTick(): void {
    if (this.#phase !== 'open') return;
    const startMs = this.#options.clock.nowMs();
    this.#tick++;
    this.#rules.begin(this.#tick);
    this.#runComings();
    this.#runLeaves();
    this.#runJoins();
    this.#gallery.admit();
    const botFault = this.#fillWithBots();
    this.#runAsked();
    this.#judge(botFault ?? this.#runTimers() ?? this.#runThinking() ?? this.#runRules());
    // Closed by `#judge`, which the compiler does not see.
    if ((this.#phase as RoomPhase) !== 'open') return;
    if (this.#tick % this.#ticksPerSending === 0 || this.#ending !== null) this.#publish();
    this.#tickTime.add(this.#options.clock.nowMs() - startMs);
    if (this.#ending !== null) this.close(roomClosed(this.id, this.#ending));
  }

  #runComings(): void {
    for (const { hook, seat } of this.#comings.splice(0)) {
      if (seat.isSeated) this.#run(hook, () => this.game[hook]?.(this.#rules.scope, seat, this.#rules.moment));
    }
  }

  #runLeaves(): void {
    for (const seat of this.#leaving.splice(0)) this.#runLeave(seat);
  }

  #runLeave(seat: RoomSeat): void {
    this.#run('leave', () => this.game.leave?.(this.#rules.scope, seat, this.#rules.moment));
    this.#free(seat);
  }

  /** Clears a seat that the game knows no more: its avatars go, its other rows belong to nobody. */
  #free(seat: RoomSeat): void {
    this.#distrusted += seat.inputs.distrusted;
    this.#newcomers.delete(seat);
    this.#views.delete(seat);
    if (this.game.avatars !== undefined) {
      const avatars = this.state.table(this.game.avatars);
      for (let mine = avatars.ownedBy(seat); mine !== undefined; mine = avatars.ownedBy(seat)) avatars.remove(mine);
    }
    this.state.disown(seat);
    this.#seats[seat.number - 1] = null;
    this.#options.tokens.forget(seat);
    this.#social.leave(seat);
    if (this.#host === seat) this.#makeHost(this.#nextHost());
    this.#options.changed(this);
  }

  #runJoins(): void {
    if (this.#reserved.length === 0) return;
    for (let [seat] = this.#reserved; seat !== undefined; [seat] = this.#reserved) {
      if (seat.stay.state === 'reserved') this.#seatPerson(seat, seat.stay.viewer);
      // Last, so that whoever looks meanwhile never sees one person too few.
      this.#reserved.shift();
    }
    this.#options.changed(this);
  }

  #seatPerson(seat: RoomSeat, viewer: Viewer): void {
    const refusal = this.#authorize(seat, false);
    if (refusal !== null) {
      seat.stay = { state: 'left' };
      return viewer.end(refusal);
    }
    if (!this.#seats.includes(null)) this.#dismissBot();
    // Where there was no bot to dismiss, a rule of this tick has sent one out.
    if (!this.#seats.includes(null)) this.#runLeaves();
    seat.number = this.#seats.indexOf(null) + 1;
    seat.joinedAtTick = this.#tick;
    const view = this.#replication.viewFor(seat);
    seat.stay = { state: 'occupied', viewer, view };
    this.#views.set(seat, view);
    this.#newcomers.add(seat);
    if (this.#host === null) this.#makeHost(seat);
    const fault = this.#runJoin(seat);
    if (fault !== null) viewer.end(fault);
  }

  /** Why the game does not want somebody in; null where it does, or does not ask. */
  #authorize({ name, user, roles, rating }: Sitter, isSpectator: boolean): GameError | null {
    if (this.game.authorize === undefined) return null;
    let isWelcome: unknown = false;
    const fault = this.#run('authorize', () => {
      const visitor = { name, user, roles, rating, isSpectator };
      isWelcome = this.game.authorize?.(this.#rules.scope, visitor, this.#rules.moment);
      return isWelcome;
    });
    if (fault === null && isWelcome === true) return null;
    return forbidden(fault?.code === 'REFUSED' ? fault.message : 'this room does not let you in');
  }

  /** Gives the seat the lowest free number. Answers the fault, after undoing what the game had done for the seat. */
  #runJoin(seat: RoomSeat): GameError | null {
    seat.number = this.#seats.indexOf(null) + 1;
    this.#seats[seat.number - 1] = seat;
    this.#social.enter(seat);
    const fault = this.#run('join', () => this.game.join?.(this.#rules.scope, seat, this.#rules.moment));
    if (fault === null) {
      seat.you = this.#youOf(seat);
      return null;
    }
    seat.stay = { state: 'left' };
    this.#free(seat);
    return fault;
  }

  /** As many bots as the game asks for: the last to come is the first to go. Answers what the game's `join` threw. */
  #fillWithBots(): GameError | null {
    const { bots } = this.game;
    if (bots === undefined) return null;
    const wanted = Math.max(0, bots.atLeast - this.#countOf(false));
    for (let excess = this.#countOf(true) - wanted; excess > 0; excess--) this.#dismissBot();
    for (let missing = wanted - this.#countOf(true); missing > 0 && this.#seats.includes(null); missing--) {
      const name = this.#botName(bots.names);
      const bot = { name, user: null, roles: [], rating: null, team: 0 };
      const fault = this.#runJoin(new RoomSeat(this.id, bot, { state: 'bot' }, this.game, this.#inputs));
      if (fault !== null) return fault;
      this.#options.changed(this);
    }
    return null;
  }

  /** The first name that nobody at play has; of too few names, the first. */
  #botName(names: readonly string[]): string {
    const taken = new Set(this.#seated().map((seat) => seat.name));
    return names.find((name) => !taken.has(name)) ?? names[0] ?? '';
  }

  #dismissBot(): void {
    const bot = this.#seated().findLast((seat) => seat.isBot);
    if (bot === undefined) return;
    bot.stay = { state: 'left' };
    this.#runLeave(bot);
  }

  #runAsked(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const { seat, run } of asked) {
      seat.asked = 0;
      // Also for one whose line broke meanwhile: what it asked is answered when it is back.
      if (seat.isSeated) run();
    }
  }

  /** Counts ticks in which rules failed, and closes the room after too many in a row. */
  #judge(fault: GameError | null): void {
    if (fault === null) {
      this.#faultsInARow = 0;
      return;
    }
    this.faultyTicks++;
    if (fault.code === 'REFUSED') {
      this.#options.log.error({ room: this.id, tick: this.#tick, err: fault }, 'a rule refused what nobody asked');
    }
    if (++this.#faultsInARow < FAULTS_IN_A_ROW_MAX) return;
    this.close(
      new GameError(
        'ROOM_FAULT',
        `Room ${this.id} was closed: its rules failed ${FAULTS_IN_A_ROW_MAX} ticks in a row.`,
        {
          roomId: this.id,
          tick: this.#tick,
        },
      ),
    );
  }

  #runTimers(): GameError | null {
    const { timers = {} } = this.game;
    for (let name = this.#timers.takeNext(); name !== null; name = this.#timers.takeNext()) {
      const run = timers[name];
      const fault = this.#run(`timers.${name}`, () => run?.(this.#rules.scope, this.#rules.moment));
      if (fault !== null) return fault;
    }
    return null;
  }

  #runThinking(): GameError | null {
    const { bots, avatars } = this.game;
    if (bots === undefined || avatars === undefined) return null;
    const rows = avatarsBySeat(this.state.table(avatars), this.game.seats);
    return this.#run('bots', () => {
      for (const seat of this.#seats) {
        const me = seat?.isBot ? rows[seat.number] : undefined;
        if (seat === null || me === undefined) continue;
        const { held } = seat.inputs;
        const thought: unknown = bots.think(me as never, {
          tick: this.#tick,
          random: this.#random,
          state: this.state.view,
          held,
        });
        if (isPromise(thought)) return thought;
        seat.inputs.hold(parseInput(this.game, thought, held), this.#tick - 1);
      }
      return undefined;
    });
  }

  #runRules(): GameError | null {
    const inputs = this.#seats.map((seat) => (seat?.isSeated ? seat.inputs.play(this.#tick) : null));
    const rehearsal = this.unsynced === null ? this.#rehearsal : null;
    rehearsal?.play(this.#tick, this.#random, this.#seats, (rules) => this.#rulesOf(rules, inputs));
    for (const { hook, play } of this.#rulesOf(this.#rules, inputs)) {
      const fault = this.#run(hook, play);
      if (fault !== null) return fault;
    }
    this.#compareWith(rehearsal);
    return null;
  }

  #rulesOf(rules: TickRules, inputs: readonly (ValuesOf<Fields> | null)[]): readonly Hook[] {
    return [
      { hook: 'control', play: () => this.#playControl(rules, inputs) },
      { hook: 'advance', play: () => rules.advance() },
      { hook: 'step', play: () => rules.step() },
    ];
  }

  #playControl(rules: TickRules, inputs: readonly (ValuesOf<Fields> | null)[]): unknown {
    const { avatars, seats, control } = this.game;
    if (avatars === undefined || control === undefined) return undefined;
    const rows = avatarsBySeat(rules.state.table(avatars), seats);
    for (let number = 1; number <= seats; number++) {
      const input = inputs[number - 1] ?? null;
      const avatar = rows[number];
      if (input === null || avatar === undefined) continue;
      const answer = rules.control(number, avatar as Row<Fields>, input);
      if (isPromise(answer)) return answer;
    }
    return undefined;
  }

  #compareWith(rehearsal: Rehearsal | null): void {
    const difference = rehearsal?.difference(this.#random) ?? null;
    if (difference === null) return;
    this.unsynced = { ...difference, tick: this.#tick };
    this.#options.log.error(
      { room: this.id, tick: this.#tick, ...difference },
      'sync test: the rules are not deterministic',
    );
  }

  /** Where a player's screen was when it gave the input that is played now; null where its screen shows the newest state. */
  #viewTickOf(seat: Seat): number | null {
    const found = this.#seats[seat.number - 1];
    return found?.stay.state === 'occupied' ? found.inputs.viewTick : null;
  }

  #publish(): void {
    this.#replication.publish(this.#tick);
    this.#rewind.record(this.#tick);
    const { position } = this;
    const newcomers = new Set(this.#newcomers);
    for (const seat of this.#seats) {
      if (seat?.stay.state !== 'occupied') continue;
      const { viewer, view } = seat.stay;
      if (this.#newcomers.size > 0 && this.#newcomers.delete(seat)) {
        viewer.welcome(this.#welcomeOf(seat, viewer), view);
        this.#social.welcome(seat, viewer, this.#host);
        continue;
      }
      const report = seat.inputs.report(this.#tick, position);
      if (report !== null) viewer.timing(report);
      viewer.update(view);
    }
    for (const { event, to } of this.#events.splice(0)) {
      this.#tell(event.tick, (viewer, seat) => {
        if (to === undefined || to === seat) viewer.event(event);
      });
      if (to !== undefined) continue;
      this.#gallery.event(event);
      this.#options.emitted(this, event);
    }
    for (const { said, tick } of this.#said.splice(0)) {
      this.#tell(tick, (viewer) => viewer.said(said));
      this.#gallery.said(said, tick);
    }
    this.#gallery.publish(this.#tick, this.#social.publish(this.#tick, this.#host, newcomers));
    this.#relist();
  }

  /** Tells all who were there at that tick. */
  #tell(tick: number, tell: (viewer: Viewer, seat: Seat) => void): void {
    for (const seat of this.#seats) {
      if (seat?.stay.state === 'occupied' && seat.joinedAtTick <= tick) tell(seat.stay.viewer, seat);
    }
  }

  #emit(name: string, payload: ValuesOf<Fields>, to: Seat | undefined, by: number): void {
    const { game } = this;
    const tick = this.#tick;
    const event: RoomEvent = {
      tick,
      name,
      payload,
      policy: game.eventPolicy?.[name] ?? 'all',
      frame: once(() => encodeEvent(game, { tick, by, name, payload })),
    };
    this.#events.push({ event, to });
  }

  /** What rules can do to this room. Read through the rules' scope, so nothing in it looks at its own `this`. */
  #powers(): RoomPowers {
    const host = (): Seat | null => this.#host;
    const isLocked = (): boolean => this.#isLocked;
    return {
      get host() {
        return host();
      },
      get isLocked() {
        return isLocked();
      },
      lock: () => this.#lock(true),
      unlock: () => this.#lock(false),
      kick: (seat, reason) => this.#kick(this.#seats.find((one) => one === seat) ?? null, reason),
      close: (reason) => {
        this.#ending ??= reason;
      },
      announce: (text, to) => this.#social.announce(text, to),
      report: (places) => {
        if (this.#hasReported) return;
        this.#hasReported = true;
        this.#options.reported(this, places);
      },
      timers: this.#timers,
    };
  }

  #lock(isLocked: boolean): void {
    if (this.#isLocked === isLocked) return;
    this.#isLocked = isLocked;
    this.#options.changed(this);
  }

  #kick(seat: RoomSeat | null, reason: string): void {
    if (seat?.isSeated !== true) return;
    if (seat.user !== null) this.#kicked.add(seat.user);
    const [first] = this.#kicked;
    if (this.#kicked.size > KICKED_MAX && first !== undefined) this.#kicked.delete(first);
    this.#vacate(seat, () => kicked(this.id, reason));
  }

  /** What seats' handles ask of this room. */
  #handleRoom(): HandleRoom {
    const tick = (): number => this.#tick;
    const position = (): number => this.position;
    return {
      id: this.id,
      game: this.game,
      get tick() {
        return tick();
      },
      get position() {
        return position();
      },
      ask: (seat, run) => this.#asked.push({ seat, run }),
      command: (seat, name, payload, answer) => answer(this.#runCommand(seat, name, payload)),
      say: ({ you: from }, message) => {
        const said = { from, message, frame: once(() => encodeSaid(from, message)) };
        this.#said.push({ said, tick: this.#tick });
      },
      deed: (seat, deed) => this.#runDeed(seat, deed),
      diverged: ({ number }, at, where) => {
        this.#options.log.warn(
          { room: this.id, seat: number, tick: at, ...where },
          "a player's copy of the state diverged",
        );
      },
      confirm: (seat) => this.#options.tokens.confirm(seat),
      drop: (seat, viewer) => this.#drop(seat, viewer),
      vacate: (seat, because) => this.#vacate(seat, because),
    };
  }

  /** Throws NOT_HOST and what the chat refuses. */
  #runDeed(seat: RoomSeat, deed: Deed): void {
    const { hostMay = [] } = this.game;
    const asHost = (right: HostRight): void => {
      if (this.#host !== seat || !hostMay.includes(right)) throw notHost(right);
    };
    switch (deed.do) {
      case 'kick':
        asHost('kick');
        return this.#kick(this.#seats[deed.who - 1] ?? null, '');
      case 'mute':
        asHost('kick');
        return this.#social.deed(seat, deed, this.#tick);
      case 'lock':
        asHost('lock');
        return this.#lock(deed.is);
      case 'pass':
        asHost('pass');
        return this.#makeHost(this.#people().find(({ number }) => number === deed.who) ?? seat);
      default:
        this.#social.deed(seat, deed, this.#tick);
    }
  }

  #runCommand(seat: RoomSeat, name: string, payload: ValuesOf<Fields>): Answer {
    const { rules, replyFields } = { rules: this.#rules, replyFields: replyFieldsOf(this.game.commands[name] ?? {}) };
    let reply: ValuesOf<Fields> | null = null;
    const fault = this.#run(`on.${name}`, () => {
      const answer: unknown = this.game.on?.[name]?.(rules.scope, seat, payload, rules.moment);
      if (replyFields !== null && !isPromise(answer)) reply = parseMessage(replyFields, answer, 'BAD_COMMAND');
      return answer;
    });
    if (fault !== null) return { kind: 'refusal', error: fault };
    return reply === null ? { kind: 'done' } : { kind: 'reply', command: name, reply };
  }

  #checkOpen(user: string | null): void {
    if (this.#phase !== 'open') throw roomGone(this.id);
    if (this.hasKicked(user)) throw kicked(this.id, '');
    if (this.#isLocked) throw roomLocked(this.id);
  }

  #checkDoor(user: string | null): void {
    this.#checkOpen(user);
    if (!this.hasFreeSeat) throw roomFull(this.id, this.game.seats);
  }

  #reserve(seat: RoomSeat, viewer: Viewer): SeatHandle {
    const keys = new Set([...this.#people(), ...this.#reserved].map(({ nameKey }) => nameKey));
    if (keys.has(seat.nameKey)) seat.sit({ name: nameNobodyHas(seat.name, keys) });
    this.#reserved.push(seat);
    this.#options.changed(this);
    return seatHandle(this.#handles, seat, viewer);
  }

  #makeHost(seat: RoomSeat | null): void {
    this.#host = seat;
    this.#social.changed();
  }

  /** Of those who are connected, or else of all people, the one that came first. */
  #nextHost(): RoomSeat | null {
    const people = this.#people();
    const connected = people.filter(({ isDropped }) => !isDropped);
    const [first = null] = (connected.length > 0 ? connected : people).toSorted(
      (a, b) => a.joinedAtTick - b.joinedAtTick,
    );
    return first;
  }

  #people(): readonly RoomSeat[] {
    return this.#seated().filter(({ isBot }) => !isBot);
  }

  /** What lists say of this room beside its seats. */
  #about(): JsonObject {
    const { listed, state } = this.game;
    const part = listed === undefined ? undefined : state[listed];
    const record = listed === undefined ? undefined : this.state.view[listed];
    if (part?.type !== 'record' || record === undefined) return {};
    const shown = Object.entries(part.fields).filter(([, { visibility }]) => visibility === 'everyone');
    return Object.fromEntries(
      shown.map(([field]) => {
        const value: unknown = Reflect.get(record, field);
        return [field, value instanceof Uint8Array ? Array.from(value) : toJsonValue(value)];
      }),
    );
  }

  /** Lists hear of what is listed when it changed, once a second at most. */
  #relist(): void {
    if (this.game.listed === undefined || this.#tick - this.#listedAtTick < this.game.tickRateHz) return;
    this.#listedAtTick = this.#tick;
    const about = JSON.stringify(this.#about());
    if (about === this.#toldAbout) return;
    this.#toldAbout = about;
    this.#options.changed(this);
  }

  #drop(seat: RoomSeat, viewer: Viewer): void {
    // Before its welcome it has no token to come back with.
    if (!seat.hasBeenWelcomed || !viewer.canReturn) return this.#vacate(seat, () => roomGone(this.id));
    if (seat.stay.state !== 'occupied') return;
    seat.inputs.release();
    const cancelExpiry = this.#options.clock.after(this.#options.graceMs, () =>
      this.#vacate(seat, () => roomGone(this.id)),
    );
    seat.stay = { state: 'dropped', cancelExpiry };
    this.#comings.push({ hook: 'drop', seat });
    this.#social.changed();
  }

  /** The seat's stay ends; the game hears of it at the next tick, if it ever heard of the seat. */
  #vacate(seat: RoomSeat, because: () => GameError): void {
    const { stay } = seat;
    seat.stay = { state: 'left' };
    switch (stay.state) {
      case 'left':
        return;
      case 'held':
        stay.cancelExpiry();
        this.#held.delete(seat);
        break;
      case 'reserved':
        this.#reserved = this.#reserved.filter((other) => other !== seat);
        break;
      case 'dropped':
        stay.cancelExpiry();
        this.#leaving.push(seat);
        break;
      case 'occupied':
      case 'bot':
        this.#leaving.push(seat);
    }
    // Of a room that closes everybody hears at once.
    if (this.#phase === 'open') this.#options.changed(this);
    if (stay.state === 'occupied' || stay.state === 'reserved') stay.viewer.end(because());
  }

  /** Seats of bots, or of people; asked for with each join. */
  #countOf(isBot: boolean): number {
    let count = 0;
    for (const seat of this.#seats) if (seat !== null && seat.isBot === isBot && seat.isSeated) count++;
    return count;
  }

  #seated(): readonly RoomSeat[] {
    return this.#seats.filter((seat) => seat?.isSeated === true) as RoomSeat[];
  }

  #welcomeOf(seat: RoomSeat, { canReturn }: Viewer): WelcomeFrame {
    const isReturn = seat.hasBeenWelcomed;
    seat.hasBeenWelcomed = true;
    return {
      seat: seat.number,
      roomId: this.id,
      code: this.code,
      you: seat.you,
      token: canReturn ? this.#options.tokens.rotate(seat) : '',
      graceMs: canReturn ? this.#options.graceMs : 0,
      heard: seat.requests.heard,
      isReturn,
    };
  }

  #youOf(seat: RoomSeat): string {
    const { avatars } = this.game;
    const avatar = avatars === undefined ? undefined : this.state.table(avatars).ownedBy(seat);
    return avatar === undefined ? `seat-${seat.number}` : String(avatar.id);
  }

  #run(hook: string, code: () => unknown): GameError | null {
    return runGameCode(this.#options.log, { room: this.id, tick: this.#tick, hook }, code);
  }
}

/** Makes something on first demand. */
function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
