/** What a room tells one connection, and what a connection may ask of its seat: the whole seam between the two. */
import type {
  Difference,
  EventPolicy,
  Fields,
  GameError,
  InputReport,
  JsonObject,
  JsonValue,
  TimedInput,
  ValuesOf,
} from '@madang/core';

/**
 * The room's state as one connection may be told of it: good during the call that passes it. What a gateway does not take
 * now is part of what it takes next.
 */
export interface RoomView {
  readonly tick: number;
  /**
   * A native frame that brings its peer from what it was given last to `tick`; null when there is nothing to tell. The very
   * same bytes for all that are to be told the same. Good until the next call of any view of the room: keep a copy.
   * `isComplete`: as changes, and whatever the budget says, so that the peer's copy is then what a snapshot would be.
   */
  frame(isComplete?: boolean): Uint8Array | null;
  /** A native frame that brings its peer to `tick` from anywhere. Good until the next call of any view of the room. */
  snapshot(): Uint8Array;
  /** A native frame with the checksum of what the peer has by now; null where none is due. */
  check(): Uint8Array | null;
  /** In place of frames, for gateways that send whole states: true when there is something new since the last call. */
  advance(): boolean;
  /** The whole state as this seat may see it, after `advance`. */
  json(): JsonObject;
  /** `{"type":"state",…}` as text: the message of the plain WebSocket gateway. */
  stateText(): string;
}

/** Something the game told its players once. */
export interface RoomEvent {
  readonly tick: number;
  readonly name: string;
  readonly payload: ValuesOf<Fields>;
  /** What becomes of it for a connection that is full. */
  readonly policy: EventPolicy;
  /** The event as a native frame, encoded once. */
  frame(): Uint8Array;
}

/** Something somebody in the room said. */
export interface Said {
  /** The `you` of who said it. */
  readonly from: string;
  readonly message: JsonValue;
  /** The message as a native frame, encoded once. */
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
  welcome(welcome: Welcome, view: RoomView): void;
  /** Before the state of a tick: how the inputs of this viewer arrive. */
  timing(report: InputReport): void;
  /** Each time state is sent, also when nothing changed, so that a viewer that fell behind can catch up. */
  update(view: RoomView): void;
  event(event: RoomEvent): void;
  said(said: Said): void;
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
  /** Takes an input for a tick, which gateways with clocks of their own send. What comes late or far too early is reported. */
  inputAt(input: TimedInput): void;
  /** Presses a word of the game for one tick. Throws BAD_INPUT for an unknown word, INPUT_QUEUE_FULL for too many. */
  press(word: string): void;
  /** Hands a command to the game at the next tick. Throws BAD_COMMAND, INPUT_QUEUE_FULL for too many. */
  command(name: string, payload: unknown): void;
  /** Says something to everybody in the room. Throws BAD_MESSAGE for what is too long, INPUT_QUEUE_FULL for too much. */
  say(message: JsonValue): void;
  /** The client's copy of the state turned out to differ from what it was told: for the operator's log. */
  diverged(tick: number, at: Difference): void;
  /** Gives the seat up. */
  leave(): void;
  /** The connection is lost; the seat is held for the room's grace. */
  drop(): void;
}
