/** What a room tells one connection, and what a connection may ask of its seat: the whole seam between the two. */
import type { Fields, GameError, JsonObject, JsonValue, ValuesOf } from '@madang/core';

/** The state after one tick, encoded on demand and shared where it is the same for all. Good only during the call that passes it. */
export interface RoomUpdate {
  readonly tick: number;
  /** False when nothing changed that this seat may see. */
  hasChangesFor(seat: number): boolean;
  /** Bytes that bring a native peer from `peerTick` to `tick`, or null when there is nothing to tell it. */
  frameFor(seat: number, peerTick: number): Uint8Array | null;
  /** Bytes that bring a native peer to `tick` from anywhere. */
  snapshotFor(seat: number): Uint8Array;
  /** The whole state as this seat may see it. */
  jsonFor(seat: number): JsonObject;
  /** `{"type":"state",…}` as text: the message of the plain WebSocket gateway. */
  stateTextFor(seat: number): string;
}

/** Something the game told its players once. */
export interface RoomEvent {
  readonly tick: number;
  readonly name: string;
  readonly payload: ValuesOf<Fields>;
  /** The event as a native frame, encoded once. */
  frame(): Uint8Array;
}

/** Where a player sits, as it is told to its client. */
export interface Welcome {
  readonly seat: number;
  readonly roomId: string;
  /** The id of the player's own row as it joined; of a game without avatars, its seat. Public: it proves nothing. */
  readonly you: string;
}

/** One seated connection, as the room sees it. A gateway implements it; none of its methods may throw. */
export interface Viewer {
  /** The first call: the seat is taken, and this is the state. */
  welcome(welcome: Welcome, update: RoomUpdate): void;
  /** Once a tick, also when nothing changed, so that a viewer that fell behind can catch up. */
  update(update: RoomUpdate): void;
  event(event: RoomEvent): void;
  /** Somebody in the room said something; `from` is their `you`. */
  said(from: string, message: JsonValue): void;
  /** Something this viewer asked for was refused; its seat stays. */
  refuse(error: GameError): void;
  /** The last call: the seat is gone. */
  end(error: GameError): void;
}

/** A seat in a gateway's hands. After the seat is gone, all of it does nothing. */
export interface SeatHandle {
  readonly roomId: string;
  /** Holds this input from the next tick on; fields that are absent stay as they are held. Throws BAD_INPUT. */
  input(input: unknown): void;
  /** Presses a word of the game for one tick. Throws BAD_INPUT for an unknown word, INPUT_QUEUE_FULL for too many. */
  press(word: string): void;
  /** Hands a command to the game at the next tick. Throws BAD_COMMAND, INPUT_QUEUE_FULL for too many. */
  command(name: string, payload: unknown): void;
  /** Says something to everybody in the room. Throws BAD_MESSAGE for what is too long, INPUT_QUEUE_FULL for too much. */
  say(message: JsonValue): void;
  /** Gives the seat up. */
  leave(): void;
  /** The connection is lost; the seat is held for the room's grace. */
  drop(): void;
}
