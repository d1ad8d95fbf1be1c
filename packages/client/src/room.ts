/**
 * A room as its player holds it: a mirror of the state, kept up by the server's frames, and what the player may ask.
 *
 * The mirror is applied frame by frame and never guessed: a delta that does not build on the mirror's tick, or that
 * cannot be read, leads to a request for the whole state, and the mirror stands still until it is here. A mirror whose
 * checksum is not the server's goes on until the whole state is here, and tells the server where it was wrong.
 */
import {
  applyServerFrame,
  ByteReader,
  createMirror,
  ERRORS,
  type ErrorCode,
  encodeClientFrame,
  type Fields,
  type FieldsOf,
  firstDifference,
  type Game,
  GameError,
  hashState,
  isErrorCode,
  isGameError,
  isSameMessage,
  isSnapshot,
  isStateFrame,
  type JsonValue,
  type Messages,
  neutral,
  parseInput,
  parseMessage,
  type RepairReason,
  type SeenRow,
  type SeenStateOf,
  type ServerFrame,
  type StateMirror,
  type StateSchema,
  toJsonValue,
  type ValuesOf,
} from '@madang/core';
import { InputPacer } from './input-pacer.ts';
import type { Link, LinkEvents } from './link.ts';
import { Listeners } from './listeners.ts';
import type { Timers } from './timers.ts';

/** A seat in a room, from `join` to `leave` or the line's end. Every `on…` answers a function that undoes it. */
export interface Room<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
> {
  readonly id: string;
  /** The number of this player's seat: `owner` of its rows. */
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
  readonly connection: 'open' | 'closed';
  /**
   * Holds this input until the next call; fields that are absent stay as they are. Each input lasts at least one tick:
   * one that follows sooner waits, and of several that wait the last one counts. Throws BAD_INPUT.
   */
  input(input: Partial<ValuesOf<I>>): void;
  /** Sends a command. Throws BAD_COMMAND. What the game refuses arrives at `onError`. */
  send<N extends keyof C & string>(command: N, payload: ValuesOf<C[N]>): void;
  /** Says something to everybody in the room: any JSON. Throws BAD_MESSAGE. */
  say(message: unknown): void;
  /** Calls `run` for each event of this name. */
  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>) => void): () => void;
  /** Calls `run` after each change of the state. */
  onState(run: (tick: number) => void): () => void;
  /** Calls `run` for each message said in the room, this player's own included. */
  onMessage(run: (said: { from: string; message: JsonValue }) => void): () => void;
  /** Calls `run` when something this player asked for was refused. */
  onError(run: (error: GameError) => void): () => void;
  /** Calls `run` once when the seat or the line is gone: LEFT after `leave`, LINK_LOST for a line that broke. */
  onClose(run: (reason: GameError) => void): () => void;
  /** Gives the seat up. Resolves when the line is closed; leaving twice is fine. */
  leave(): Promise<void>;
  /** A fingerprint of the mirror, to compare with others'. */
  hash(): string;
}

/** Opens a line, joins, and resolves with the room once its first state is here. */
export function joinRoom<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
>(
  game: Game<S, I, C, E, A>,
  request: Uint8Array,
  open: (on: LinkEvents) => Link,
  timers: Timers,
): Promise<Room<S, I, C, E, A>> {
  return new Promise((resolve, reject) => {
    const room = new RoomClient(game, timers);
    room.onClose(reject);
    const link = open({
      open: () => link.send(request),
      frame: (frame) => room.receive(frame, () => resolve(room)),
      closed: (closeCode, reason) => room.lost(closeCode, reason),
    });
    room.link = link;
  });
}

class RoomClient<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
> implements Room<S, I, C, E, A>
{
  id = '';
  seat = 0;
  you = '';
  tick = 0;
  connection: 'open' | 'closed' = 'open';
  link: Link | null = null;

  readonly #game: Game<S, I, C, E, A>;
  readonly #pacer: InputPacer<ValuesOf<I>>;
  readonly #onState = new Listeners<number>();
  readonly #onMessage = new Listeners<{ from: string; message: JsonValue }>();
  readonly #onError = new Listeners<GameError>();
  readonly #onClose = new Listeners<GameError>();
  readonly #onEvent = new Map<string, Listeners<ValuesOf<Fields>>>();
  #mirror: StateMirror<S> | null = null;
  #held: ValuesOf<I>;
  #repairing: RepairReason | null = null;
  /** Why the server ended it, until the line closes. */
  #reason: GameError | null = null;

  constructor(game: Game<S, I, C, E, A>, timers: Timers) {
    this.#game = game;
    this.#held = neutral(game.input);
    this.#pacer = new InputPacer(timers, 1000 / game.tickRateHz, (input) => {
      this.link?.send(encodeClientFrame(game, { kind: 'input', input }));
    });
  }

  get state(): SeenStateOf<S> {
    return this.#seated().view;
  }

  get tickMs(): number {
    return 1000 / this.#game.tickRateHz;
  }

  get me(): SeenRow<FieldsOf<S, A>> | undefined {
    const { avatars } = this.#game;
    if (avatars === undefined) return undefined;
    const row: unknown = this.#seated().store.table(avatars).ownedBy({ number: this.seat });
    return row as SeenRow<FieldsOf<S, A>> | undefined;
  }

  input(input: Partial<ValuesOf<I>>): void {
    const next = parseInput(this.#game, input, this.#held);
    if (isSameMessage(this.#game.input, next, this.#held)) return;
    this.#held = next;
    if (this.connection === 'open') this.#pacer.send(next);
  }

  send<N extends keyof C & string>(command: N, payload: ValuesOf<C[N]>): void {
    const { commands } = this.#game;
    const fields = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (fields === undefined) {
      throw new GameError('BAD_COMMAND', 'This game has no command of that name.', {
        field: command,
        reason: 'unknown',
      });
    }
    const checked = parseMessage(fields, payload, 'BAD_COMMAND');
    this.link?.send(encodeClientFrame(this.#game, { kind: 'command', name: command, payload: checked }));
  }

  say(message: unknown): void {
    this.link?.send(encodeClientFrame(this.#game, { kind: 'say', message: toJsonValue(message) }));
  }

  on<N extends keyof E & string>(event: N, run: (payload: ValuesOf<E[N]>) => void): () => void {
    let listeners = this.#onEvent.get(event);
    if (listeners === undefined) {
      listeners = new Listeners();
      this.#onEvent.set(event, listeners);
    }
    // The name chose both the listeners and the payload's fields.
    return listeners.add(run as (payload: ValuesOf<Fields>) => void);
  }

  onState(run: (tick: number) => void): () => void {
    return this.#onState.add(run);
  }

  onMessage(run: (said: { from: string; message: JsonValue }) => void): () => void {
    return this.#onMessage.add(run);
  }

  onError(run: (error: GameError) => void): () => void {
    return this.#onError.add(run);
  }

  onClose(run: (reason: GameError) => void): () => void {
    return this.#onClose.add(run);
  }

  leave(): Promise<void> {
    if (this.connection === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      this.onClose(() => resolve());
      this.link?.send(encodeClientFrame(this.#game, { kind: 'leave' }));
    });
  }

  hash(): string {
    return hashState(this.#seated().store, this.seat);
  }

  /** Takes one frame. `joined` is called with the first state. */
  receive(bytes: Uint8Array, joined: () => void): void {
    if (this.connection === 'closed') return;
    // What builds on a state that is not here is of no use until the whole is.
    if (this.#repairing === 'gap' && isStateFrame(bytes) && !isSnapshot(bytes)) return;
    let frame: ServerFrame;
    try {
      if (this.#repairing === 'checksum' && isSnapshot(bytes)) this.#compare(bytes);
      frame = applyServerFrame(this.#game, this.#mirror?.store ?? null, this.tick, new ByteReader(bytes));
    } catch (error) {
      if (!isGameError(error)) throw error;
      // A frame without state leaves the mirror as it was.
      if (!isStateFrame(bytes)) return this.#onError.tell(error);
      // What could not be read once is asked for whole; if that cannot be read either, asking on would never end.
      if (this.#repairing !== 'gap') return this.#repair('gap');
      this.#reason = error;
      this.link?.close();
      return;
    }
    this.#take(frame, joined);
  }

  #take(frame: ServerFrame, joined: () => void): void {
    switch (frame.kind) {
      case 'welcome':
        this.id = frame.roomId;
        this.seat = frame.seat;
        this.you = frame.you;
        this.#mirror = createMirror(this.#game.state, frame.seat);
        return;
      case 'snapshot':
      case 'delta':
        this.tick = frame.tick;
        if (frame.kind === 'snapshot') this.#repairing = null;
        joined();
        return this.#onState.tell(frame.tick);
      case 'gap':
        return this.#repair('gap');
      case 'check':
        if (frame.tick > this.tick) this.#repair('gap');
        else if (frame.tick === this.tick && frame.hash !== this.hash()) this.#repair('checksum');
        return;
      case 'event':
        return this.#onEvent.get(frame.name)?.tell(frame.payload);
      case 'said':
        return this.#onMessage.tell({ from: frame.from, message: frame.message });
      case 'refusal':
        return this.#refused(frame);
    }
  }

  /** The line is closed. */
  lost(closeCode: number, reason: string): void {
    if (this.connection === 'closed') return;
    this.connection = 'closed';
    this.#pacer.stop();
    this.#onClose.tell(this.#reason ?? reasonOf(closeCode, reason));
  }

  #refused({ code, sentence, details }: Extract<ServerFrame, { kind: 'refusal' }>): void {
    // A code that this client does not know comes from a newer server; its sentence still helps.
    const known: ErrorCode = isErrorCode(code) ? code : 'BAD_MESSAGE';
    // The server wrote the details of this very code.
    const error = new GameError(known, sentence, details as unknown as GameError['details']);
    // Before there is a seat, every refusal is why there will be none.
    if (ERRORS[known].closeCode !== null || this.#mirror === null) this.#reason = error;
    else this.#onError.tell(error);
  }

  #repair(because: RepairReason): void {
    if (this.#repairing === because || this.#repairing === 'gap') return;
    this.#repairing = because;
    this.link?.send(encodeClientFrame(this.#game, { kind: 'repair', because }));
  }

  /**
   * Tells the server where this mirror, whose checksum was wrong, differs from the snapshot that is to replace it. The server
   * brings a mirror up to date before it answers such a repair, so the two are of one state, also where their ticks differ.
   */
  #compare(snapshot: Uint8Array): void {
    const fresh = createMirror(this.#game.state, this.seat);
    const frame = applyServerFrame(this.#game, fresh.store, -1, new ByteReader(snapshot));
    const at = firstDifference(this.#seated().store, fresh.store);
    if (frame.kind !== 'snapshot' || at === null) return;
    this.link?.send(encodeClientFrame(this.#game, { kind: 'diverged', tick: frame.tick, at }));
  }

  #seated(): StateMirror<S> {
    if (this.#mirror === null) throw new TypeError('a room has no state before the server has sent it');
    return this.#mirror;
  }
}

/** What a close says by itself, where no refusal came before it: its reason is the code of the error that caused it. */
function reasonOf(closeCode: number, reason: string): GameError {
  const code: ErrorCode = isErrorCode(reason) ? reason : closeCode === 1009 ? 'MESSAGE_TOO_LARGE' : 'LINK_LOST';
  return new GameError(code, `The line to the server is gone (close code ${closeCode}).`, {
    reason: `close code ${closeCode}`,
  });
}
