/** What a room tells one connection, and what a connection may ask of its seat: the whole seam between the two. */
import type {
  ChatLine,
  Difference,
  EventPolicy,
  Fields,
  GameError,
  InputReport,
  JsonObject,
  JsonValue,
  PeopleFrame,
  TimedInput,
  ValuesOf,
  WelcomeFrame,
} from '@madang/core';
import type { Answer } from './seat-requests.ts';

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
  /** True where `frame`, `check` and `advance` have nothing to tell before something changes. */
  readonly isAtRest: boolean;
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

/** One seated connection, as the room sees it. A gateway implements it; none of its methods may throw. */
export interface Viewer {
  /** True where its client can come back with a token: then the seat is held for it when the line breaks. */
  readonly canReturn: boolean;
  /** The first call: the seat is taken, and this is the state. */
  welcome(welcome: WelcomeFrame, view: RoomView): void;
  /** Before the state of a tick: how the inputs of this viewer arrive. */
  timing(report: InputReport): void;
  /**
   * Each time state is sent, also when nothing changed, so that a viewer that fell behind can catch up. Only in a room in which
   * nothing happens and all viewers are at rest it is called about once in five seconds.
   */
  update(view: RoomView): void;
  /**
   * Asked after `update`: true where the next ones have nothing to do for this viewer until something changes or its seat is
   * stirred. Absent in one that is never at rest.
   */
  isAtRest?(view: RoomView): boolean;
  event(event: RoomEvent): void;
  said(said: Said): void;
  /** Who came, changed and went since the last call. */
  people(change: PeopleFrame): void;
  chat(line: ChatLine): void;
  /** What became of something this viewer numbered. */
  answer(number: number, answer: Answer): void;
  /** Something this viewer asked for was refused; its seat stays. */
  refuse(error: GameError): void;
  /** The last call: the seat is gone. */
  end(error: GameError): void;
}

/**
 * A seat in the hands of one connection's gateway. After the seat is gone, or another connection has taken it over, all of it
 * does nothing. What a `number` is given with is done once, however often it is sent, and answered to the viewer; without
 * one (0) it is done as often as it is asked.
 */
export interface SeatHandle {
  readonly roomId: string;
  /**
   * True where this number is new and is to be done. Otherwise the answer it got, if there is one, is given again. Throws
   * BAD_FRAME for a number that leaves others out.
   */
  hears(number: number): boolean;
  /** Answers a number that could not even be asked. */
  refuse(number: number, error: GameError): void;
  /** The client has shown that it was welcomed: the token that it came with is void. */
  confirm(): void;
  /** The viewer has something to do in `update` though nothing changed: it is called with the next state that is sent. */
  stir(): void;
  /** Holds this input from the next tick on; fields that are absent stay as they are held. Throws BAD_INPUT. */
  input(input: unknown): void;
  /** Takes an input for a tick, which gateways with clocks of their own send. What comes late or far too early is reported. */
  inputAt(input: TimedInput): void;
  /** Presses a word of the game for one tick. Throws BAD_INPUT for an unknown word, INPUT_QUEUE_FULL for too many. */
  press(word: string): void;
  /**
   * Hands a command to the game at the next tick; its reply, if it has one, is an answer. Requests with the same `key`, of the
   * author's choice, are done once. Throws BAD_COMMAND, INPUT_QUEUE_FULL for too many, TOO_OFTEN.
   */
  command(name: string, payload: unknown, number?: number, key?: string): void;
  /** Says something to everybody in the room. Throws BAD_MESSAGE for what is too long, INPUT_QUEUE_FULL for too much. */
  say(message: JsonValue, number?: number): void;
  /** Does one of the room's built-in deeds at the next tick: chat, kick and so on. Throws BAD_COMMAND, INPUT_QUEUE_FULL. */
  deed(deed: unknown, number: number): void;
  /** The client's copy of the state turned out to differ from what it was told: for the operator's log. */
  diverged(tick: number, at: Difference): void;
  /** Gives the seat up. */
  leave(): void;
  /** The connection is lost; where its client can return, the seat is held for the room's grace. */
  drop(): void;
}
