/** A player's place in a room, and the input it holds. */
import type { Fields, Seat, ValuesOf } from '@madang/core';
import type { Viewer } from './viewer.ts';

/** Words pressed and not yet played; more would be play from the past. */
export const PRESSED_MAX = 16;

/** Where a seat is in its life. A dropped seat and a bot have no viewer to misuse. */
export type Stay =
  | { readonly state: 'reserved'; readonly viewer: Viewer }
  | { readonly state: 'occupied'; readonly viewer: Viewer }
  | { readonly state: 'dropped'; readonly cancelExpiry: () => void }
  | { readonly state: 'bot' }
  | { readonly state: 'left' };

export class RoomSeat implements Seat {
  /** 0 while the seat is only reserved: numbers are given inside a tick. */
  number = 0;
  /** How others are told who this player is, as of its joining. Public: it proves nothing. */
  you = '';
  /** Commands and messages that wait for the next tick. */
  asked = 0;
  readonly name: string;
  readonly isBot: boolean;
  stay: Stay;
  /** What the player holds, until it says otherwise. */
  held: ValuesOf<Fields>;
  /** Presses of one tick each, oldest first. */
  readonly pressed: Partial<ValuesOf<Fields>>[] = [];

  constructor(name: string, stay: Stay, held: ValuesOf<Fields>) {
    this.name = name;
    this.isBot = stay.state === 'bot';
    this.stay = stay;
    this.held = held;
  }

  /** True once the game knows of this seat and until it has been told that the player left. */
  get isSeated(): boolean {
    return this.stay.state === 'occupied' || this.stay.state === 'dropped' || this.stay.state === 'bot';
  }

  /** The input of the coming tick: what is held, under the oldest press. */
  takeInput(): ValuesOf<Fields> {
    const press = this.pressed.shift();
    return press === undefined ? this.held : { ...this.held, ...press };
  }

  /** Hands off: nothing is held or pressed any more. */
  release(neutral: ValuesOf<Fields>): void {
    this.held = neutral;
    this.pressed.length = 0;
  }
}
