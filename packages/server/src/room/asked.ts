/** What the seats of a room ask of it, done in the next tick in the order of asking: commands, messages and deeds. */
import {
  type Difference,
  type Fields,
  type Game,
  type GameError,
  type HostRight,
  type JsonObject,
  type JsonValue,
  parseMessage,
  replyFieldsOf,
  type ValuesOf,
} from '@madang/core';
import { isPromise } from '@madang/core/netcode';
import type { Logger } from 'pino';
import { messageJson } from '../journal/room-facts.ts';
import type { Deed } from './deeds.ts';
import type { Letters } from './letters.ts';
import { notHost } from './refusals.ts';
import type { ReturnTokens } from './return-tokens.ts';
import type { RoomDoor } from './room-door.ts';
import type { RoomSocial } from './room-social.ts';
import type { RulePlay } from './rule-play.ts';
import type { RoomSeat } from './seat.ts';
import type { HandleRoom } from './seat-handle.ts';
import type { Answer } from './seat-requests.ts';
import type { Seating } from './seating.ts';
import type { Seats } from './seats.ts';
import type { Viewer } from './viewer.ts';

export interface AskedOptions {
  readonly roomId: string;
  readonly game: Game;
  readonly log: Logger;
  readonly tokens: ReturnTokens<RoomSeat>;
  readonly seats: Seats;
  readonly seating: Seating;
  readonly door: RoomDoor;
  readonly rules: RulePlay;
  readonly letters: Letters;
  readonly social: RoomSocial;
  tick(): number;
  /** What the room's clock reads, in ticks. */
  position(): number;
  /** Called before anything is done for a tick to come. */
  wake(): void;
  tell(run: () => void): void;
  /** True while nothing can be told before it is durable. */
  isWaiting(): boolean;
  /** Told of what the rules are asked, for those who play it again. */
  noted(what: () => JsonValue): void;
}

export class Asked implements HandleRoom {
  readonly id: string;
  readonly game: Game;
  readonly #options: AskedOptions;
  /** What waits for the next tick. */
  #waiting: { readonly seat: RoomSeat; run(): void }[] = [];
  #hasAnswered = false;

  constructor(options: AskedOptions) {
    this.id = options.roomId;
    this.game = options.game;
    this.#options = options;
  }

  get tick(): number {
    return this.#options.tick();
  }

  get position(): number {
    return this.#options.position();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** True once after something was done that was asked for: somebody may have been answered. */
  takeAnswered(): boolean {
    const hasAnswered = this.#hasAnswered;
    this.#hasAnswered = false;
    return hasAnswered;
  }

  /** Part of a tick: does what waits. */
  run(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#hasAnswered = true;
    for (const { seat, run } of waiting) {
      seat.asked = 0;
      // Also for one whose line broke meanwhile: what it asked is answered when it is back.
      if (seat.isSeated) run();
    }
  }

  ask(seat: RoomSeat, run: () => void): void {
    this.#options.wake();
    this.#waiting.push({ seat, run });
  }

  command(seat: RoomSeat, name: string, payload: ValuesOf<Fields>, answer: (answer: Answer) => void): void {
    this.#options.noted(() => ['command', seat.ref, name, messageJson(payload)]);
    answer(this.#runCommand(seat, name, payload));
  }

  say({ you }: RoomSeat, message: JsonValue): void {
    this.#options.letters.say(this.tick, you, message);
  }

  /** Throws NOT_HOST and what the chat refuses. */
  deed(seat: RoomSeat, deed: Deed): void {
    const { seats, seating, door, social, rules, noted } = this.#options;
    if (isForRules(deed)) {
      noted(() => ['deed', seat.ref, deed as JsonObject]);
      rules.disturb();
    }
    switch (deed.do) {
      case 'kick':
        this.#checkHost(seat, 'kick');
        return seating.kick(seats.at(deed.who), '');
      case 'mute':
        this.#checkHost(seat, 'kick');
        return social.deed(seat, deed, this.tick);
      case 'lock':
        this.#checkHost(seat, 'lock');
        return door.lock(deed.is);
      case 'pass':
        this.#checkHost(seat, 'pass');
        return seating.makeHost(seats.seatedPeople.find(({ number }) => number === deed.who) ?? seat);
      default:
        social.deed(seat, deed, this.tick);
    }
  }

  diverged({ number }: RoomSeat, tick: number, at: Difference): void {
    this.#options.log.warn({ room: this.id, seat: number, tick, ...at }, "a player's copy of the state diverged");
  }

  stir(): void {
    const { seats, rules, wake } = this.#options;
    wake();
    seats.isAtRest = false;
    rules.stir();
  }

  confirm(seat: RoomSeat): void {
    this.#options.tokens.confirm(seat);
  }

  get isWaiting(): boolean {
    return this.#options.isWaiting();
  }

  tell(run: () => void): void {
    this.#options.tell(run);
  }

  drop(seat: RoomSeat, viewer: Viewer): void {
    this.#options.seating.drop(seat, viewer);
  }

  vacate(seat: RoomSeat, because: () => GameError): void {
    this.#options.seating.vacate(seat, because);
  }

  #checkHost(seat: RoomSeat, right: HostRight): void {
    const { hostMay = [] } = this.game;
    if (this.#options.seating.host !== seat || !hostMay.includes(right)) throw notHost(right);
  }

  #runCommand(seat: RoomSeat, name: string, payload: ValuesOf<Fields>): Answer {
    const { rules } = this.#options;
    const replyFields = replyFieldsOf(this.game.commands[name] ?? {});
    let reply: ValuesOf<Fields> | null = null;
    const fault = rules.run(`on.${name}`, () => {
      const answer: unknown = this.game.on?.[name]?.(rules.scope, seat, payload, rules.moment);
      if (replyFields !== null && !isPromise(answer)) reply = parseMessage(replyFields, answer, 'BAD_COMMAND');
      return answer;
    });
    if (fault !== null) return { kind: 'refusal', error: fault };
    return reply === null ? { kind: 'done' } : { kind: 'reply', command: name, reply };
  }
}

/** What one says to others changes nothing that rules can see. */
function isForRules({ do: what }: Deed): boolean {
  return what === 'kick' || what === 'lock' || what === 'pass';
}
