/**
 * One running game. All game code runs inside a tick, in this order:
 *
 *   seats that left, joins, bots -> commands -> control of each seat -> advance -> step -> state, events, messages to viewers
 *
 * Where the game sends less often than it ticks, the last of these waits for the next tick that sends, and so do newcomers
 * for their first state.
 *
 * Nothing in a tick awaits or does I/O. What game code throws stays in this room, by this policy:
 * - `create`: the room does not open.
 * - `join`: the seat stays free, the player gets GAME_FAULT.
 * - a command: its sender gets GAME_FAULT; what it had written stays.
 * - `control`, `advance`, `step`, a bot: the rest of that tick's rules is skipped. After ten such ticks in a row the room closes and
 *   its players get ROOM_FAULT.
 * - `leave`: the player is gone all the same.
 * A promise in place of an answer counts as a fault: rules that wait would run outside their tick.
 */
import {
  CLIENT_FRAME_BYTES_MAX,
  createState,
  type Difference,
  encodeEvent,
  encodeSaid,
  type Fields,
  type Game,
  GameError,
  hashState,
  neutral,
  parseInput,
  parseMessage,
  type Row,
  type Seat,
  type SeededRandom,
  type StateStore,
  seededRandom,
  type ValuesOf,
} from '@madang/core';
import { isPromise, type RulesHost, TickRules } from '@madang/core/netcode';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { RoomListing } from '../ports/directory.ts';
import { type Explanation, explain } from '../replication/explain.ts';
import { Replication } from '../replication/replication.ts';
import type { SeatView } from '../replication/seat-view.ts';
import type { RoomTraffic } from '../replication/traffic.ts';
import { avatarsBySeat } from './avatars.ts';
import { runGameCode } from './game-code.ts';
import { left, queueFull, roomFull, roomGone, tooLongToSay, unknownCommand, unknownWord } from './refusals.ts';
import { type Hook, Rehearsal } from './rehearsal.ts';
import { Rewind } from './rewind.ts';
import { RoomSeat } from './seat.ts';
import type { SeatInputsOptions } from './seat-inputs.ts';
import { TickLoop } from './tick-loop.ts';
import { TickTime } from './tick-time.ts';
import type { RoomEvent, Said, SeatHandle, Viewer, Welcome } from './viewer.ts';

/** Faulty ticks in a row after which a room is given up. */
export const FAULTS_IN_A_ROW_MAX = 10;

/** Commands and messages of one seat between two ticks. */
const ASKED_MAX = 32;

export interface RoomOptions {
  readonly id: string;
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
  /** Told when the listing changed, and once when the room has closed. */
  changed(room: Room): void;
  closed(room: Room): void;
  /** Told of every event the game emits to all. */
  emitted(room: Room, event: RoomEvent): void;
}

/** What waits for the next tick, in the order it came. */
interface Asked {
  readonly seat: RoomSeat;
  run(): void;
}

export class Room {
  readonly id: string;
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
  readonly #tickTime = new TickTime();
  /** By number - 1; null where free. */
  readonly #seats: (RoomSeat | null)[];
  /** Joined since the last tick, without a number yet. */
  #reserved: RoomSeat[] = [];
  #asked: Asked[] = [];
  #leaving: RoomSeat[] = [];
  #events: { readonly event: RoomEvent; readonly to: Seat | undefined }[] = [];
  #said: { readonly said: Said; readonly tick: number }[] = [];
  /** Seats that have not been sent their first state. */
  readonly #newcomers = new Set<RoomSeat>();
  readonly #views = new Map<RoomSeat, SeatView>();
  readonly #replication: Replication;
  readonly #ticksPerSending: number;
  #tick = 0;
  #faultsInARow = 0;
  /** Of seats that are free again. */
  #distrusted = 0;
  #isOpen = true;

  constructor(options: RoomOptions) {
    const { id, game, clock, log, badWrites } = options;
    this.id = id;
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
    const rulesHost: RulesHost = {
      roomId: id,
      random: this.#random,
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

  get tick(): number {
    return this.#tick;
  }

  /** What the room's clock reads, in ticks: tick n is due when it reads n. */
  get position(): number {
    return this.#tick + 1 - this.#loop.ticksToNext;
  }

  /** Seats held by people: reserved and dropped ones included. */
  get taken(): number {
    return this.#reserved.length + this.#seated().filter((seat) => !seat.isBot).length;
  }

  get listing(): RoomListing {
    const bots = this.#seated().filter((seat) => seat.isBot).length;
    return { id: this.id, game: this.game.name, seats: this.game.seats, taken: this.taken, bots };
  }

  /** True while a person can still join. */
  get hasFreeSeat(): boolean {
    return this.#isOpen && this.taken < this.game.seats;
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

  /** Runs `create` and begins to tick after `delayMs`. Throws GAME_FAULT. */
  open(delayMs: number): void {
    const fault = this.#run('create', () => this.game.create?.(this.#rules.scope, this.#rules.begin(0)));
    if (fault !== null) throw fault;
    this.#fillWithBots();
    this.#replication.publish(0);
    this.#rewind.record(0);
    this.#loop.start(delayMs);
  }

  /**
   * Reserves a seat at once; the game hears of it at the next tick, and `viewer.welcome` follows in that tick. A bot gives
   * its seat up where no other is free. Throws ROOM_FULL, ROOM_GONE.
   */
  join(name: string, viewer: Viewer): SeatHandle {
    if (!this.#isOpen) throw roomGone(this.id);
    if (!this.hasFreeSeat) throw roomFull(this.id, this.game.seats);
    const seat = new RoomSeat(name, { state: 'reserved', viewer }, this.#inputs);
    this.#reserved.push(seat);
    this.#options.changed(this);
    return this.#handleOf(seat);
  }

  /** Ends the room: everybody is told why, nothing ticks any more. Closing twice does nothing. */
  close(error: GameError): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#loop.stop();
    for (const seat of [...this.#reserved, ...this.#seated()]) this.#vacate(seat, error);
    this.#options.closed(this);
  }

  /** One tick. The loop calls it; a simulation may. */
  runTick(): void {
    if (!this.#isOpen) return;
    const startMs = this.#options.clock.nowMs();
    this.#tick++;
    this.#rules.begin(this.#tick);
    this.#runLeaves();
    this.#runJoins();
    const botFault = this.#fillWithBots();
    this.#runAsked();
    this.#judge(botFault ?? this.#runThinking() ?? this.#runRules());
    if (!this.#isOpen) return;
    if (this.#tick % this.#ticksPerSending === 0) this.#publish();
    this.#tickTime.add(this.#options.clock.nowMs() - startMs);
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
    this.#options.changed(this);
  }

  #runJoins(): void {
    let hasJoined = false;
    for (let [seat] = this.#reserved; seat !== undefined; [seat] = this.#reserved) {
      if (!this.#seats.includes(null)) this.#dismissBot();
      if (seat.stay.state === 'reserved' && this.#seatPerson(seat, seat.stay.viewer)) hasJoined = true;
      // Last, so that whoever looks meanwhile never sees one person too few.
      this.#reserved.shift();
    }
    if (hasJoined) this.#options.changed(this);
  }

  /** True where the game took the player in. */
  #seatPerson(seat: RoomSeat, viewer: Viewer): boolean {
    seat.number = this.#seats.indexOf(null) + 1;
    seat.joinedAtTick = this.#tick;
    const view = this.#replication.viewFor(seat);
    seat.stay = { state: 'occupied', viewer, view };
    this.#views.set(seat, view);
    this.#newcomers.add(seat);
    const fault = this.#runJoin(seat);
    if (fault !== null) viewer.end(fault);
    return fault === null;
  }

  /** Gives the seat the lowest free number. Answers the fault, after undoing what the game had done for the seat. */
  #runJoin(seat: RoomSeat): GameError | null {
    seat.number = this.#seats.indexOf(null) + 1;
    this.#seats[seat.number - 1] = seat;
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
    const countOf = (isBot: boolean): number => this.#seated().filter((seat) => seat.isBot === isBot).length;
    const wanted = Math.max(0, bots.atLeast - countOf(false));
    for (let excess = countOf(true) - wanted; excess > 0; excess--) this.#dismissBot();
    for (let missing = wanted - countOf(true); missing > 0; missing--) {
      const name = this.#botName(bots.names);
      const fault = this.#runJoin(new RoomSeat(name, { state: 'bot' }, this.#inputs));
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
      if (seat.stay.state === 'occupied') run();
    }
  }

  /** Counts ticks in which rules failed, and closes the room after too many in a row. */
  #judge(fault: GameError | null): void {
    if (fault === null) {
      this.#faultsInARow = 0;
      return;
    }
    this.faultyTicks++;
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
    for (const seat of this.#seats) {
      if (seat?.stay.state !== 'occupied') continue;
      const { viewer, view } = seat.stay;
      if (this.#newcomers.size > 0 && this.#newcomers.delete(seat)) {
        viewer.welcome(this.#welcomeOf(seat), view);
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
      if (to === undefined) this.#options.emitted(this, event);
    }
    for (const { said, tick } of this.#said.splice(0)) this.#tell(tick, (viewer) => viewer.said(said));
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

  #handleOf(seat: RoomSeat): SeatHandle {
    const isHere = (): boolean => seat.stay.state === 'reserved' || seat.stay.state === 'occupied';
    const { game } = this;
    return {
      roomId: this.id,
      input: (input) => {
        if (isHere()) seat.inputs.hold(parseInput(game, input, seat.inputs.latest), this.#tick);
      },
      inputAt: (timed) => {
        if (isHere()) seat.inputs.take(timed, this.#tick, this.position);
      },
      press: (word) => {
        if (!isHere()) return;
        const pressed = game.words !== undefined && Object.hasOwn(game.words, word) ? game.words[word] : undefined;
        if (pressed === undefined) throw unknownWord(Object.keys(game.words ?? {}));
        if (!seat.inputs.press(pressed)) throw queueFull(seat.inputs.pressedCount);
      },
      command: (name, payload) => {
        if (!isHere()) return;
        const fields = Object.hasOwn(game.commands, name) ? game.commands[name] : undefined;
        if (fields === undefined) throw unknownCommand();
        const checked = parseMessage(fields, payload, 'BAD_COMMAND');
        this.#ask(seat, () => this.#runCommand(seat, name, checked));
      },
      say: (message) => {
        if (!isHere()) return;
        // JSON may grow when it is written anew, and readers take no more than this.
        const sizeBytes = Buffer.byteLength(JSON.stringify(message));
        if (sizeBytes > CLIENT_FRAME_BYTES_MAX) throw tooLongToSay(sizeBytes);
        this.#ask(seat, () => {
          const from = seat.you;
          const said = { from, message, frame: once(() => encodeSaid(from, message)) };
          this.#said.push({ said, tick: this.#tick });
        });
      },
      diverged: (tick, at) => this.#diverged(seat, tick, at),
      leave: () => {
        if (isHere()) this.#vacate(seat, left(this.id));
      },
      drop: () => this.#drop(seat),
    };
  }

  #diverged(seat: RoomSeat, tick: number, at: Difference): void {
    this.#options.log.warn({ room: this.id, seat: seat.number, tick, ...at }, "a player's copy of the state diverged");
  }

  #ask(seat: RoomSeat, run: () => void): void {
    if (seat.asked >= ASKED_MAX) throw queueFull(seat.asked);
    seat.asked++;
    this.#asked.push({ seat, run });
  }

  #runCommand(seat: RoomSeat, name: string, payload: ValuesOf<Fields>): void {
    const fault = this.#run(`on.${name}`, () =>
      this.game.on?.[name]?.(this.#rules.scope, seat, payload, this.#rules.moment),
    );
    if (fault !== null && seat.stay.state === 'occupied') seat.stay.viewer.refuse(fault);
  }

  #drop(seat: RoomSeat): void {
    if (seat.stay.state === 'reserved') this.#vacate(seat, roomGone(this.id));
    if (seat.stay.state !== 'occupied') return;
    seat.inputs.release();
    const cancelExpiry = this.#options.clock.after(this.#options.graceMs, () => this.#vacate(seat, roomGone(this.id)));
    seat.stay = { state: 'dropped', cancelExpiry };
  }

  /** The seat's stay ends; the game hears of it at the next tick, if it ever heard of the seat. */
  #vacate(seat: RoomSeat, error: GameError): void {
    const { stay } = seat;
    seat.stay = { state: 'left' };
    switch (stay.state) {
      case 'left':
        return;
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
    this.#options.changed(this);
    if (stay.state === 'occupied' || stay.state === 'reserved') stay.viewer.end(error);
  }

  #seated(): readonly RoomSeat[] {
    return this.#seats.filter((seat) => seat?.isSeated === true) as RoomSeat[];
  }

  #welcomeOf(seat: RoomSeat): Welcome {
    return { seat: seat.number, roomId: this.id, you: seat.you };
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
