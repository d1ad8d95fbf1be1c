/**
 * How people and bots come to the seats of a room and leave them. Wishes are noted at once; the game hears of them in the next
 * tick. The states of a seat: docs/lifecycles.md.
 */
import {
  type Fields,
  type Game,
  type GameError,
  type JsonValue,
  neutral,
  parseMessage,
  type StateStore,
  type ValuesOf,
  type WelcomeFrame,
} from '@madang/core';
import type { RestoredRoom } from '../journal/restored-room.ts';
import type { SeatFacts } from '../journal/room-facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Replication } from '../replication/replication.ts';
import type { SeatView } from '../replication/seat-view.ts';
import { forbidden, kicked, replaced, roomGone, seatGone, ticketGone } from './refusals.ts';
import type { ReturnTokens } from './return-tokens.ts';
import type { RoomDoor } from './room-door.ts';
import type { RoomSocial } from './room-social.ts';
import type { RulePlay } from './rule-play.ts';
import { RoomSeat, type Sitter, type Stay } from './seat.ts';
import type { SeatInputsOptions } from './seat-inputs.ts';
import type { Seats } from './seats.ts';
import type { RoomView, Viewer } from './viewer.ts';

const NOBODY: ReadonlySet<RoomSeat> = new Set();

export interface SeatingOptions {
  readonly roomId: string;
  /** What the room can be found by beside its id, for those who are welcomed. */
  readonly code: string;
  readonly game: Game;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly ticksPerSending: number;
  readonly tokens: ReturnTokens<RoomSeat>;
  readonly seats: Seats;
  readonly door: RoomDoor;
  readonly rules: RulePlay;
  readonly social: RoomSocial;
  readonly replication: Replication;
  /** Told when lists would say something else of the seats. */
  changed(): void;
  /** Tells a viewer something: at once, or, where that follows from a tick that is not over or not durable yet, after it. */
  tell(run: () => void): void;
  /** Called before anything is done for a tick to come. */
  wake(): void;
  /** Told of what the rules are going to hear of, for those who play it again. */
  noted(what: () => JsonValue): void;
}

export class Seating {
  readonly #options: SeatingOptions;
  readonly #inputs: SeatInputsOptions;
  /** Drops and returns since the last tick, in their order. */
  readonly #comings: { readonly hook: 'drop' | 'return'; readonly seat: RoomSeat }[] = [];
  readonly #leaving: RoomSeat[] = [];
  /** What seats are going to be welcomed with, that were not sent their first state on the connection they have now. */
  readonly #welcomes = new Map<RoomSeat, WelcomeFrame>();
  readonly #views = new Map<RoomSeat, SeatView>();
  /** True where somebody has got a connection since welcomes were prepared last. */
  #hasComers = false;
  #host: RoomSeat | null = null;
  /** People who came so far. */
  #came = 0;
  /** Of seats that are free again. */
  #distrusted = 0;

  constructor(options: SeatingOptions) {
    const { game, ticksPerSending } = options;
    const { step, on = {}, timers = {} } = game;
    const mayLookBack = step !== undefined || Object.keys({ ...on, ...timers }).length > 0;
    this.#options = options;
    this.#inputs = { neutral: neutral(game.input), tickRateHz: game.tickRateHz, ticksPerSending, mayLookBack };
  }

  get host(): RoomSeat | null {
    return this.#host;
  }

  /** Seats that are to be welcomed with the state that is sent next. */
  get newcomers(): ReadonlySet<RoomSeat> {
    return this.#welcomes.size === 0 ? NOBODY : new Set(this.#welcomes.keys());
  }

  /** Claims of what players saw that their measured latency could not explain, over all players so far. */
  get distrusted(): number {
    return this.#options.seats.seated.reduce((sum, { inputs }) => sum + inputs.distrusted, this.#distrusted);
  }

  /** What the player on a seat was told last. */
  viewOf(seat: RoomSeat): SeatView | undefined {
    return this.#views.get(seat);
  }

  makeHost(seat: RoomSeat | null): void {
    this.#host = seat;
    this.#options.social.changed();
  }

  // --- what is asked between ticks -----------------------------------------------------------------------------------

  /** Reserves a seat, which the caller knows to be free or a bot's. */
  reserve(sitter: Sitter, viewer: Viewer): RoomSeat {
    const seat = this.#newSeat(++this.#came, sitter, { state: 'reserved', viewer });
    this.#reserve(seat);
    return seat;
  }

  /** Holds a seat, which the caller knows to be free, for somebody who has a ticket for it, for so long. */
  hold(sitter: Sitter, forMs: number): RoomSeat {
    const cancelExpiry = this.#options.clock.after(forMs, () => this.letGo(seat));
    const seat = this.#newSeat(++this.#came, sitter, { state: 'held', cancelExpiry });
    this.#options.seats.hold(seat);
    this.#options.changed();
    return seat;
  }

  /** Gives a held seat up; one that is held no more is fine. */
  letGo(seat: RoomSeat): void {
    if (seat.stay.state === 'held') this.vacate(seat, ticketGone);
  }

  /** The one for whom a seat was held is here, or anybody where it was held for nobody. Throws TICKET_GONE, FORBIDDEN. */
  claim(seat: RoomSeat, who: Pick<Sitter, 'name' | 'user' | 'roles'>, viewer: Viewer): void {
    if (seat.stay.state !== 'held') throw ticketGone();
    if (seat.user !== null && seat.user !== who.user) throw forbidden('this seat is held for somebody else');
    seat.stay.cancelExpiry();
    this.#options.seats.unhold(seat);
    seat.sit(who);
    seat.stay = { state: 'reserved', viewer };
    this.#reserve(seat);
  }

  /**
   * Somebody is back on a seat. A connection that still has it is told that it was replaced, and does not come back by itself.
   * Throws SEAT_GONE, FORBIDDEN where another user holds the seat.
   */
  comeBack(seat: RoomSeat, user: string | null, viewer: Viewer): void {
    const { roomId, social, changed, wake } = this.#options;
    const { stay } = seat;
    wake();
    if (seat.user !== user) throw forbidden('this seat is another one’s');
    if (stay.state !== 'occupied' && stay.state !== 'dropped') throw seatGone();
    if (stay.state === 'dropped') {
      stay.cancelExpiry();
      this.#comings.push({ hook: 'return', seat });
      this.#options.noted(() => ['return', seat.ref]);
    }
    this.#occupy(seat, viewer);
    seat.inputs.restart();
    social.changed();
    changed();
    if (stay.state === 'occupied') stay.viewer.end(replaced(roomId));
  }

  /** A connection was lost: the seat waits for its player, or, where there is no way back, is given up. */
  drop(seat: RoomSeat, viewer: Viewer): void {
    const { roomId, clock, graceMs, social, wake } = this.#options;
    wake();
    // Before its welcome it has no token to come back with, also where the welcome waits to be sent.
    const isWelcomed = seat.hasBeenWelcomed && this.#welcomes.get(seat)?.isReturn !== false;
    if (!isWelcomed || !viewer.canReturn) return this.vacate(seat, () => roomGone(roomId));
    if (seat.stay.state !== 'occupied') return;
    seat.inputs.release();
    const cancelExpiry = clock.after(graceMs, () => this.vacate(seat, () => roomGone(roomId)));
    seat.stay = { state: 'dropped', cancelExpiry };
    this.#comings.push({ hook: 'drop', seat });
    this.#options.noted(() => ['drop', seat.ref]);
    social.changed();
  }

  /** The seat's stay ends; the game hears of it at the next tick, if it ever heard of the seat. */
  vacate(seat: RoomSeat, because: () => GameError): void {
    const { seats, changed, noted, tell, wake } = this.#options;
    const { stay } = seat;
    wake();
    seat.stay = { state: 'left' };
    if (stay.state === 'occupied' || stay.state === 'dropped' || stay.state === 'reserved') {
      noted(() => ['leave', seat.ref]);
    }
    switch (stay.state) {
      case 'left':
        return;
      case 'held':
        stay.cancelExpiry();
        seats.unhold(seat);
        break;
      case 'reserved':
        seats.unreserve(seat);
        break;
      case 'dropped':
        stay.cancelExpiry();
        this.#leaving.push(seat);
        break;
      case 'occupied':
      case 'bot':
        this.#leaving.push(seat);
    }
    changed();
    if (stay.state !== 'occupied' && stay.state !== 'reserved') return;
    const { viewer } = stay;
    tell(() => viewer.end(because()));
  }

  /** Sends somebody out for good; nobody, where the seat has been left. */
  kick(seat: RoomSeat | null, reason: string): void {
    if (seat?.isSeated !== true) return;
    this.#options.door.sendOut(seat.user);
    this.vacate(seat, () => kicked(this.#options.roomId, reason));
  }

  /** The room ends: everybody leaves, and no token brings anybody back. */
  close(error: GameError): void {
    const { seats, tokens } = this.#options;
    for (const seat of seats.all) this.vacate(seat, () => error);
    for (const seat of this.#leaving.splice(0)) tokens.forget(seat);
  }

  // --- parts of a tick -----------------------------------------------------------------------------------------------

  /** True where nobody comes or goes, and everybody has been welcomed. */
  get isSettled(): boolean {
    const { reserved } = this.#options.seats;
    return (
      this.#comings.length + this.#leaving.length + reserved.length + this.#welcomes.size === 0 && !this.#hasComers
    );
  }

  /** Tells the game who dropped, came back and left, and seats those who wait, as far as the game wants them. */
  run(): void {
    this.#runComings();
    this.#runLeaves();
    this.#runJoins();
  }

  /** Seats a bot, where a number is free. Answers what the game's `join` threw. */
  seatBot(name: string): GameError | null {
    const fault = this.#runJoin(
      this.#newSeat(0, { name, user: null, roles: [], rating: null, team: 0 }, { state: 'bot' }),
    );
    if (fault === null) this.#options.changed();
    return fault;
  }

  /** Sends the bot with the highest number away, if there is one. */
  dismissBot(): void {
    const bot = this.#options.seats.seated.findLast((seat) => seat.isBot);
    if (bot === undefined) return;
    bot.stay = { state: 'left' };
    this.#runLeave(bot);
  }

  /**
   * Makes ready what newcomers are welcomed with. A tick does so before it is written down: who has been told a token can come back
   * with it, whatever happens.
   */
  prepareWelcomes(): void {
    if (!this.#hasComers) return;
    this.#hasComers = false;
    for (const seat of this.#options.seats.numbered) {
      if (!seat?.awaitsWelcome || seat.stay.state !== 'occupied' || this.#welcomes.has(seat)) continue;
      this.#welcomes.set(seat, this.#welcomeOf(seat, seat.stay.viewer));
    }
  }

  /** Sends the first state on a connection. Answers false where it has been sent already. */
  welcome(seat: RoomSeat, viewer: Viewer, view: RoomView): boolean {
    if (!seat.awaitsWelcome) return false;
    const welcome = this.#welcomes.get(seat);
    // Who came while the tick was being written down is welcomed with the next.
    if (welcome === undefined) return true;
    this.#welcomes.delete(seat);
    seat.awaitsWelcome = false;
    viewer.welcome(welcome, view);
    this.#options.social.welcome(seat, viewer, this.#host);
    return true;
  }

  // --- after the process was another ---------------------------------------------------------------------------------

  /**
   * Puts everybody on the seats they had. Whoever was connected has dropped, as the game hears in the next tick, and may come back;
   * who has no way back leaves. Or, with a viewer for all of them, nobody has gone anywhere. Answers what the rules are going to hear.
   */
  restore({ facts: known, playing }: RestoredRoom, viewer: Viewer | null = null): readonly JsonValue[] {
    const { seats, social } = this.#options;
    const noted: JsonValue[] = [];
    const { answers, host } = known;
    for (const facts of known.seats) {
      const { ref, isBot, isDropped, isWelcomed } = facts;
      const seat = this.#restored(facts, playing.get(facts.number)?.input);
      seat.requests.restore(facts.heard, answers.get(facts.ref) ?? []);
      seats.place(seat);
      social.enter(seat);
      if (facts.hasLeft) {
        this.vacate(seat, () => roomGone(this.#options.roomId));
        continue;
      }
      if (isBot) continue;
      if (viewer !== null) {
        if (!isDropped) this.#occupy(seat, viewer);
        continue;
      }
      if (!isDropped) this.#comings.push({ hook: 'drop', seat });
      if (!isDropped) noted.push(['drop', ref]);
      if (facts.token !== null && isWelcomed) continue;
      this.vacate(seat, () => roomGone(this.#options.roomId));
      noted.push(['leave', ref]);
    }
    this.#host = host === 0 ? null : seats.at(host);
    return noted;
  }

  /** A connection was lost, as a recording has it: the game hears of it, and the seat waits for what follows there. */
  redrop(seat: RoomSeat): void {
    seat.inputs.release();
    if (seat.stay.state === 'occupied') seat.stay = { state: 'dropped', cancelExpiry: () => {} };
    this.#comings.push({ hook: 'drop', seat });
  }

  #restored(facts: SeatFacts, held: ValuesOf<Fields> | undefined): RoomSeat {
    const { game, clock, graceMs, tokens, roomId } = this.#options;
    const { ref, number, name, user, roles, rating, team, isBot, token } = facts;
    const sitter: Sitter = { name, user, roles, rating, team };
    this.#came = Math.max(this.#came, ref);
    const seat = this.#newSeat(ref, sitter, { state: isBot ? 'bot' : 'left' });
    if (!isBot) {
      const cancelExpiry = clock.after(graceMs, () => this.vacate(seat, () => roomGone(roomId)));
      seat.stay = { state: 'dropped', cancelExpiry };
      if (token !== null) tokens.restore(seat, token.current, token.previous);
    }
    seat.number = number;
    seat.joinedAtTick = facts.joinedAtTick;
    seat.you = facts.you;
    seat.hasBeenWelcomed = facts.isWelcomed;
    if (isBot && held !== undefined) seat.inputs.goOn(heldBy(game, held));
    return seat;
  }

  #runComings(): void {
    const { game, rules } = this.#options;
    for (const { hook, seat } of this.#comings.splice(0)) {
      if (seat.isSeated) rules.run(hook, () => game[hook]?.(rules.scope, seat, rules.moment));
    }
  }

  #runLeaves(): void {
    for (const seat of this.#leaving.splice(0)) this.#runLeave(seat);
  }

  #runLeave(seat: RoomSeat): void {
    const { game, rules } = this.#options;
    rules.run('leave', () => game.leave?.(rules.scope, seat, rules.moment));
    this.#free(seat);
  }

  #runJoins(): void {
    const { seats, changed } = this.#options;
    if (seats.reserved.length === 0) return;
    for (let [seat] = seats.reserved; seat !== undefined; [seat] = seats.reserved) {
      if (seat.stay.state === 'reserved') this.#seatPerson(seat, seat.stay.viewer);
      // Last, so that whoever looks meanwhile never sees one person too few.
      seats.shiftReserved();
    }
    changed();
  }

  #seatPerson(seat: RoomSeat, viewer: Viewer): void {
    const { seats, door, rules } = this.#options;
    const refusal = door.authorize(seat, false);
    if (refusal !== null) {
      seat.stay = { state: 'left' };
      return this.#options.tell(() => viewer.end(refusal));
    }
    if (seats.freeNumber === 0) this.dismissBot();
    // Where there was no bot to dismiss, a rule of this tick has sent one out.
    if (seats.freeNumber === 0) this.#runLeaves();
    seat.number = seats.freeNumber;
    seat.joinedAtTick = rules.tick;
    this.#occupy(seat, viewer);
    if (this.#host === null) this.makeHost(seat);
    const fault = this.#runJoin(seat);
    if (fault !== null) this.#options.tell(() => viewer.end(fault));
  }

  /** Gives the seat the lowest free number. Answers the fault, after undoing what the game had done for the seat. */
  #runJoin(seat: RoomSeat): GameError | null {
    const { game, seats, social, rules } = this.#options;
    seats.giveNumber(seat);
    social.enter(seat);
    const fault = rules.run('join', () => game.join?.(rules.scope, seat, rules.moment));
    if (fault === null) {
      seat.you = this.#youOf(seat);
      return null;
    }
    seat.stay = { state: 'left' };
    // Rules may have sent it out before they failed: it must not leave once more, with a number that is another's by then.
    const at = this.#leaving.indexOf(seat);
    if (at >= 0) this.#leaving.splice(at, 1);
    this.#free(seat);
    return fault;
  }

  /** Clears a seat that the game knows no more: its avatars go, its other rows belong to nobody. */
  #free(seat: RoomSeat): void {
    const { game, state, seats, tokens, social, changed } = this.#options;
    this.#distrusted += seat.inputs.distrusted;
    this.#welcomes.delete(seat);
    this.#views.delete(seat);
    if (game.avatars !== undefined) {
      const avatars = state.table(game.avatars);
      for (let mine = avatars.ownedBy(seat); mine !== undefined; mine = avatars.ownedBy(seat)) avatars.remove(mine);
    }
    state.disown(seat);
    seats.free(seat);
    tokens.forget(seat);
    social.leave(seat);
    if (this.#host === seat) this.makeHost(seats.eldest);
    changed();
  }

  #newSeat(ref: number, sitter: Sitter, stay: Stay): RoomSeat {
    const { roomId, game } = this.#options;
    return new RoomSeat(roomId, ref, sitter, stay, game, this.#inputs);
  }

  #reserve(seat: RoomSeat): void {
    this.#options.wake();
    this.#options.seats.reserve(seat);
    const { ref, name, user, roles, rating, team } = seat;
    this.#options.noted(() => ['join', ref, { name, user, roles: [...roles], rating, team }]);
    this.#options.changed();
  }

  /** From the next sending on, this viewer is told of the room. */
  #occupy(seat: RoomSeat, viewer: Viewer): void {
    const view = this.#options.replication.viewFor(seat);
    seat.stay = { state: 'occupied', viewer, view };
    this.#views.set(seat, view);
    this.#welcomes.delete(seat);
    seat.awaitsWelcome = true;
    this.#hasComers = true;
    this.#options.seats.isAtRest = false;
    this.#options.rules.stir();
  }

  #welcomeOf(seat: RoomSeat, { canReturn }: Viewer): WelcomeFrame {
    const { roomId, code, tokens, graceMs } = this.#options;
    const isReturn = seat.hasBeenWelcomed;
    seat.hasBeenWelcomed = true;
    return {
      seat: seat.number,
      roomId,
      code,
      you: seat.you,
      token: canReturn ? tokens.rotate(seat) : '',
      graceMs: canReturn ? graceMs : 0,
      heard: seat.requests.heard,
      isReturn,
    };
  }

  #youOf(seat: RoomSeat): string {
    const { game, state } = this.#options;
    const avatar = game.avatars === undefined ? undefined : state.table(game.avatars).ownedBy(seat);
    return avatar === undefined ? `seat-${seat.number}` : String(avatar.id);
  }
}

/** What a bot holds, where that is an input of the game still. */
function heldBy(game: Game, held: ValuesOf<Fields>): ValuesOf<Fields> {
  try {
    return parseMessage(game.input, held, 'BAD_INPUT', neutral(game.input));
  } catch {
    return neutral(game.input);
  }
}
