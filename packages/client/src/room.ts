/** A room as its player holds it: what may be read, asked and heard. `room-client.ts` is what stands behind it. */
import type {
  ChatLine,
  Fields,
  FieldsOf,
  GameError,
  JsonValue,
  Messages,
  Person,
  ReplyOf,
  RequestNames,
  SeenRow,
  SeenStateOf,
  StateSchema,
  ValuesOf,
} from '@madang/core';
import type { NetFigures } from './net-figures.ts';

/** How an event came. */
export interface EventInfo {
  readonly tick: number;
  /** True for what this player's own rules emitted ahead of the server: it may still be rejected. */
  readonly isPredicted: boolean;
}

/** How a request is made. */
export interface AskOptions {
  /** How long it may take. 10,000. */
  readonly timeoutMs?: number;
  /**
   * Up to 64 bytes of the author's choice: requests of a seat with the same key are done once, and answered alike. For what a
   * player may try again after a reload.
   */
  readonly key?: string;
}

/** Something a host does with people, or anybody with what it hears. Each is done once the promise resolves. */
export interface RoomDeeds {
  /** Says a line in the chat, to all or to one's team. Rejects with BAD_CHAT, MUTED. */
  chat(text: string, to?: 'all' | 'team'): Promise<void>;
  /** Tells the others that a line is being written, for 5 s or until it is said. */
  typing(is: boolean): Promise<void>;
  /** From now on nothing this person says in the chat is heard; or it is heard again. */
  block(who: number, is?: boolean): Promise<void>;
  /** As the host: sends somebody out. Rejects with NOT_HOST; so do the following. */
  kick(who: number): Promise<void>;
  /** As the host: nothing this person says in the chat is passed on; or it is again. */
  mute(who: number, is?: boolean): Promise<void>;
  /** As the host: lets nobody new in; or does again. */
  lock(is?: boolean): Promise<void>;
  /** As the host: makes somebody else the host. */
  pass(who: number): Promise<void>;
}

/** A seat in a room, from `join` to `leave` or the seat's end. Every `on…` answers a function that undoes it. */
export interface Room<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
> {
  readonly id: string;
  /** What friends can join a private room by, beside its id; '' for a room that anybody finds. */
  readonly code: string;
  /** The number of this player's seat: `owner` of its rows. 0 for a spectator. */
  readonly seat: number;
  /** What others are told as `from` when this player says something: the id of its row as it joined. */
  readonly you: string;
  /** What this player may see, as of `tick`. Rows are live: read them, do not keep them. */
  readonly state: SeenStateOf<S>;
  readonly tick: number;
  /** Milliseconds one tick lasts. */
  readonly tickMs: number;
  /** This player's own row, in a game that has avatars. */
  readonly me: SeenRow<FieldsOf<S, A>> | undefined;
  /** `returning` while the line is gone and the seat is held: what is asked meanwhile is sent once the seat is back. */
  readonly connection: RoomConnection;
  /** Who is here, by id: players by the number of their seat, spectators above. */
  readonly people: ReadonlyMap<number, Person>;
  /**
   * Brings what is drawn to now and answers it; call it once for each picture. Own rows are where this player plays,
   * others are drawn between two states, so numbers have fractions. Rows are live: read them, do not keep them.
   */
  frame(): SeenStateOf<S>;
  /** What the last `frame()` answered. */
  readonly view: SeenStateOf<S>;
  /** What the network does to this player. */
  readonly net: NetFigures;
  /**
   * Holds this input until the next call; fields that are absent stay as they are. Each input lasts at least one tick:
   * one that follows sooner waits, and of several that wait the last one counts. Throws BAD_INPUT.
   */
  input(input: Partial<ValuesOf<I>>): void;
  /** Sends a command. Throws BAD_COMMAND, INPUT_QUEUE_FULL. What the game refuses arrives at `onError`. */
  send<N extends keyof C & string>(command: N, payload: ValuesOf<C[N]>): void;
  /**
   * Sends a command that is answered, and resolves with the reply. Rejects with the game's refusal (REFUSED), TIMEOUT, or the
   * end of the seat. It is done once, also where the line breaks and is sent again.
   */
  ask<N extends RequestNames<C>>(
    command: N,
    payload: ValuesOf<C[N]>,
    options?: AskOptions,
  ): Promise<ValuesOf<ReplyOf<C[N]>>>;
  /** What everybody can do in every room, and its host. */
  readonly do: RoomDeeds;
  /** Says something to everybody in the room: any JSON. Throws BAD_MESSAGE. */
  say(message: unknown): void;
  /** Calls `run` for each event of this name; for what this player's own `control` emits, at once and once. */
  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>, info: EventInfo) => void): () => void;
  /** Calls `run` for each event that was predicted and did not happen. */
  onReject<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>) => void): () => void;
  /** Calls `run` after each change of the state. */
  onState(run: (tick: number) => void): () => void;
  /** Calls `run` for each message said in the room, this player's own included. */
  onMessage(run: (said: { from: string; message: JsonValue }) => void): () => void;
  /** Calls `run` after each change of `people`. */
  onPeople(run: (people: ReadonlyMap<number, Person>) => void): () => void;
  /** Calls `run` for each line of the chat; for those that were said before, too, when the seat is there or back. */
  onChat(run: (line: ChatLine) => void): () => void;
  /** Calls `run` when the line breaks (`returning`), when the seat is back (`open`), and at its end (`closed`). */
  onConnection(run: (connection: RoomConnection) => void): () => void;
  /** Calls `run` when something this player asked for was refused. */
  onError(run: (error: GameError) => void): () => void;
  /** Calls `run` once when the seat is gone: LEFT after `leave`, LINK_LOST where the server was not found again. */
  onClose(run: (reason: GameError) => void): () => void;
  /** Gives the seat up. Resolves when the line is closed; leaving twice is fine. */
  leave(): Promise<void>;
  /** A fingerprint of the mirror, to compare with others'. */
  hash(): string;
}

/** What is between a player and its room. */
export type RoomConnection = 'open' | 'returning' | 'closed';
