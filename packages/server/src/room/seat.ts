/** A player's place in a room, and what it gives and asks for. */
import { type Game, GameError, type Seat } from '@madang/core';
import { CommandRates } from './command-rates.ts';
import { nameKey } from './player-name.ts';
import { SeatInputs, type SeatInputsOptions } from './seat-inputs.ts';
import { SeatRequests } from './seat-requests.ts';
import type { RoomView, Viewer } from './viewer.ts';

/** Teams a seat may be on: as many as a table's team field can name. */
const TEAM_MAX = 0xffff;

/** Where a seat is in its life: docs/lifecycles.md. A dropped seat and a bot have no viewer to misuse. */
export type Stay =
  | { readonly state: 'held'; readonly cancelExpiry: () => void }
  | { readonly state: 'reserved'; readonly viewer: Viewer }
  | { readonly state: 'occupied'; readonly viewer: Viewer; readonly view: RoomView }
  | { readonly state: 'dropped'; readonly cancelExpiry: () => void }
  | { readonly state: 'bot' }
  | { readonly state: 'left' };

/** Who takes a seat. */
export interface Sitter {
  readonly name: string;
  /** The id of who has shown an identity; null for nobody in particular. */
  readonly user: string | null;
  readonly roles: readonly string[];
  /** What the game's ratings say; null where nothing is known. */
  readonly rating: number | null;
  /** The team a match puts it on; 0 for none. */
  readonly team: number;
}

export class RoomSeat implements Seat {
  /** 0 while the seat is only reserved: numbers are given inside a tick. */
  number = 0;
  /** The tick the game took this player in: what happened before is not its to hear. */
  joinedAtTick = 0;
  /** How others are told who this player is, as of its joining. Public: it proves nothing. */
  you = '';
  /** Commands and messages that wait for the next tick. */
  asked = 0;
  /** Answers that are given once more as soon as something can be told. */
  repeats = 0;
  /** False until the player was sent its first state. */
  hasBeenWelcomed = false;
  /** True on a connection that was not sent its first state yet. */
  awaitsWelcome = false;
  /** Its player's number among all who came to this room; 0 for a bot. */
  readonly ref: number;
  readonly roomId: string;
  readonly isBot: boolean;
  stay: Stay;
  readonly inputs: SeatInputs;
  readonly requests = new SeatRequests();
  readonly rates: CommandRates;
  #sitter: Sitter;
  #nameKey: string;
  #team: number;

  constructor(roomId: string, ref: number, sitter: Sitter, stay: Stay, game: Game, inputs: SeatInputsOptions) {
    this.roomId = roomId;
    this.ref = ref;
    this.#sitter = sitter;
    this.#nameKey = nameKey(sitter.name);
    this.#team = sitter.team;
    this.isBot = stay.state === 'bot';
    this.stay = stay;
    this.rates = new CommandRates(game);
    this.inputs = new SeatInputs(inputs);
  }

  /** Its number among the people. */
  get id(): number {
    return this.number;
  }

  get name(): string {
    return this.#sitter.name;
  }

  /** Under what its name counts as the same as another. */
  get nameKey(): string {
    return this.#nameKey;
  }

  get user(): string | null {
    return this.#sitter.user;
  }

  get roles(): readonly string[] {
    return this.#sitter.roles;
  }

  get rating(): number | null {
    return this.#sitter.rating;
  }

  get isDropped(): boolean {
    return this.stay.state === 'dropped';
  }

  get team(): number {
    return this.#team;
  }

  set team(team: number) {
    if (!Number.isInteger(team) || team < 0 || team > TEAM_MAX) {
      const reason = `it must be a whole number from 0 to ${TEAM_MAX}`;
      throw new GameError('BAD_WRITE', `A rule gave a seat a team that cannot be: ${reason}.`, {
        table: 'seats',
        field: 'team',
        reason,
      });
    }
    this.#team = team;
  }

  /** What is known of who sits here only now. */
  sit(who: Partial<Sitter>): void {
    this.#sitter = { ...this.#sitter, ...who };
    this.#nameKey = nameKey(this.name);
  }

  /** True once the game knows of this seat and until it has been told that the player left. */
  get isSeated(): boolean {
    return this.stay.state === 'occupied' || this.stay.state === 'dropped' || this.stay.state === 'bot';
  }
}
