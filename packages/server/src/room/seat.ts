/** A player's place in a room, and the inputs it gives. */
import { GameError, type Seat } from '@madang/core';
import { SeatInputs, type SeatInputsOptions } from './seat-inputs.ts';
import type { RoomView, Viewer } from './viewer.ts';

/** Teams a seat may be on: as many as a table's team field can name. */
const TEAM_MAX = 0xffff;

/** Where a seat is in its life. A dropped seat and a bot have no viewer to misuse. */
export type Stay =
  | { readonly state: 'reserved'; readonly viewer: Viewer }
  | { readonly state: 'occupied'; readonly viewer: Viewer; readonly view: RoomView }
  | { readonly state: 'dropped'; readonly cancelExpiry: () => void }
  | { readonly state: 'bot' }
  | { readonly state: 'left' };

export class RoomSeat implements Seat {
  /** 0 while the seat is only reserved: numbers are given inside a tick. */
  number = 0;
  /** The tick the game took this player in: what happened before is not its to hear. */
  joinedAtTick = 0;
  /** How others are told who this player is, as of its joining. Public: it proves nothing. */
  you = '';
  /** Commands and messages that wait for the next tick. */
  asked = 0;
  readonly name: string;
  readonly isBot: boolean;
  stay: Stay;
  readonly inputs: SeatInputs;
  #team = 0;

  constructor(name: string, stay: Stay, inputs: SeatInputsOptions) {
    this.name = name;
    this.isBot = stay.state === 'bot';
    this.stay = stay;
    this.inputs = new SeatInputs(inputs);
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

  /** True once the game knows of this seat and until it has been told that the player left. */
  get isSeated(): boolean {
    return this.stay.state === 'occupied' || this.stay.state === 'dropped' || this.stay.state === 'bot';
  }
}
