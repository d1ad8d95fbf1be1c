/**
 * How people and bots come to the seats of a room and leave them. Wishes are noted at once; the game hears of them in the next
 * tick. The states of a seat: docs/lifecycles.md.
 */
import { type Game, type GameError, neutral, type StateStore, type WelcomeFrame } from '@madang/core';
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
}

export class Seating {
  readonly #options: SeatingOptions;
  readonly #inputs: SeatInputsOptions;
  /** Drops and returns since the last tick, in their order. */
  readonly #comings: { readonly hook: 'drop' | 'return'; readonly seat: RoomSeat }[] = [];
  readonly #leaving: RoomSeat[] = [];
  /** Seats that have not been sent their first state on the connection they have now. */
  readonly #newcomers = new Set<RoomSeat>();
  readonly #views = new Map<RoomSeat, SeatView>();
  #host: RoomSeat | null = null;
  /** Of seats that are free again. */
  #distrusted = 0;

  constructor(options: SeatingOptions) {
    const { game, ticksPerSending } = options;
    this.#options = options;
    this.#inputs = { neutral: neutral(game.input), tickRateHz: game.tickRateHz, ticksPerSending };
  }

  get host(): RoomSeat | null {
    return this.#host;
  }

  /** Seats that have not been sent their first state on the connection they have now. */
  get newcomers(): ReadonlySet<RoomSeat> {
    return this.#newcomers;
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
    const seat = this.#newSeat(sitter, { state: 'reserved', viewer });
    this.#reserve(seat);
    return seat;
  }

  /** Holds a seat, which the caller knows to be free, for somebody who has a ticket for it, for so long. */
  hold(sitter: Sitter, forMs: number): RoomSeat {
    const cancelExpiry = this.#options.clock.after(forMs, () => this.letGo(seat));
    const seat = this.#newSeat(sitter, { state: 'held', cancelExpiry });
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
    const { roomId, social, changed } = this.#options;
    const { stay } = seat;
    if (seat.user !== user) throw forbidden('this seat is another one’s');
    if (stay.state !== 'occupied' && stay.state !== 'dropped') throw seatGone();
    if (stay.state === 'dropped') {
      stay.cancelExpiry();
      this.#comings.push({ hook: 'return', seat });
    }
    this.#occupy(seat, viewer);
    seat.inputs.restart();
    social.changed();
    changed();
    if (stay.state === 'occupied') stay.viewer.end(replaced(roomId));
  }

  /** A connection was lost: the seat waits for its player, or, where there is no way back, is given up. */
  drop(seat: RoomSeat, viewer: Viewer): void {
    const { roomId, clock, graceMs, social } = this.#options;
    // Before its welcome it has no token to come back with.
    if (!seat.hasBeenWelcomed || !viewer.canReturn) return this.vacate(seat, () => roomGone(roomId));
    if (seat.stay.state !== 'occupied') return;
    seat.inputs.release();
    const cancelExpiry = clock.after(graceMs, () => this.vacate(seat, () => roomGone(roomId)));
    seat.stay = { state: 'dropped', cancelExpiry };
    this.#comings.push({ hook: 'drop', seat });
    social.changed();
  }

  /** The seat's stay ends; the game hears of it at the next tick, if it ever heard of the seat. */
  vacate(seat: RoomSeat, because: () => GameError): void {
    const { seats, changed } = this.#options;
    const { stay } = seat;
    seat.stay = { state: 'left' };
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
    if (stay.state === 'occupied' || stay.state === 'reserved') stay.viewer.end(because());
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

  /** Tells the game who dropped, came back and left, and seats those who wait, as far as the game wants them. */
  run(): void {
    this.#runComings();
    this.#runLeaves();
    this.#runJoins();
  }

  /** Seats a bot, where a number is free. Answers what the game's `join` threw. */
  seatBot(name: string): GameError | null {
    const fault = this.#runJoin(
      this.#newSeat({ name, user: null, roles: [], rating: null, team: 0 }, { state: 'bot' }),
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

  /** Sends the first state on a connection. Answers false where it has been sent already. */
  welcome(seat: RoomSeat, viewer: Viewer, view: RoomView): boolean {
    if (this.#newcomers.size === 0 || !this.#newcomers.delete(seat)) return false;
    viewer.welcome(this.#welcomeOf(seat, viewer), view);
    this.#options.social.welcome(seat, viewer, this.#host);
    return true;
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
      return viewer.end(refusal);
    }
    if (seats.freeNumber === 0) this.dismissBot();
    // Where there was no bot to dismiss, a rule of this tick has sent one out.
    if (seats.freeNumber === 0) this.#runLeaves();
    seat.number = seats.freeNumber;
    seat.joinedAtTick = rules.tick;
    this.#occupy(seat, viewer);
    if (this.#host === null) this.makeHost(seat);
    const fault = this.#runJoin(seat);
    if (fault !== null) viewer.end(fault);
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
    this.#newcomers.delete(seat);
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

  #newSeat(sitter: Sitter, stay: Stay): RoomSeat {
    const { roomId, game } = this.#options;
    return new RoomSeat(roomId, sitter, stay, game, this.#inputs);
  }

  #reserve(seat: RoomSeat): void {
    this.#options.seats.reserve(seat);
    this.#options.changed();
  }

  /** From the next sending on, this viewer is told of the room. */
  #occupy(seat: RoomSeat, viewer: Viewer): void {
    const view = this.#options.replication.viewFor(seat);
    seat.stay = { state: 'occupied', viewer, view };
    this.#views.set(seat, view);
    this.#newcomers.add(seat);
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
