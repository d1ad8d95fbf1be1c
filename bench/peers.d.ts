/**
 * What the benches call of the libraries they compare with. Declared here rather than read from the libraries, so that
 * the benches are type-checked where those are not installed; an ambient declaration also wins where they are.
 */
declare module '@colyseus/schema' {
  export class Schema {
    private readonly schemaBrand: true;
  }

  /** One field of a `schema()`. `view()` makes it visible only through a StateView it was added to. */
  export interface FieldBuilder<T> {
    readonly valueType?: T;
    view(): FieldBuilder<T>;
  }

  export const t: {
    float32(): FieldBuilder<number>;
    /** A number in a known range, sent as an unsigned integer; both ends are exact. */
    quantized(options: { min: number; max: number; bits: 8 | 16 | 32 }): FieldBuilder<number>;
    /** Radians, sent as one of 2^bits parts of the circle. */
    angle(options: { bits: 8 | 16 | 32 }): FieldBuilder<number>;
    map<T extends Schema>(element: new () => T): FieldBuilder<MapSchema<T>>;
  };

  export type ValuesOf<F> = { -readonly [K in keyof F]: F[K] extends FieldBuilder<infer T> ? T : never };

  export function schema<F extends Record<string, FieldBuilder<unknown>>>(
    fields: F,
    name: string,
  ): new () => Schema & ValuesOf<F>;

  export class MapSchema<T> {
    set(key: string, value: T): this;
    get(key: string): T | undefined;
    delete(key: string): boolean;
    values(): IterableIterator<T>;
    readonly size: number;
  }

  /** What one client sees of the fields marked `view()`. */
  export class StateView {
    add(item: Schema): unknown;
    remove(item: Schema): unknown;
  }

  export class Encoder {
    /** Bytes of the shared buffer, and the step it grows by. Growing logs a warning and encodes again. */
    static BUFFER_SIZE: number;
    constructor(state: Schema);
    /** The changes everybody sees. The answer is a part of the shared buffer. */
    encode(it?: { offset: number }): Uint8Array;
    /** The shared bytes followed by what only this view sees, as a copy. */
    encodeView(view: StateView, sharedOffset: number, it: { offset: number }): Uint8Array;
    discardChanges(): void;
  }
}

declare module '@colyseus/core' {
  import type { StateView } from '@colyseus/schema';

  /** Somebody in a room. */
  export interface Client {
    readonly sessionId: string;
    /** What this one sees of the fields marked `view()`. */
    view?: StateView;
  }

  /** One running game and its clients. */
  export class Room {
    maxClients: number;
    /** Milliseconds between two states. Its timer begins when it is set, and once before `onCreate`. */
    patchRate: number | null;
    state: object;
    /** What is done about each kind of message. */
    messages?: Readonly<Record<string, (client: Client, payload: never) => void>>;
    onCreate(): void;
    onJoin(client: Client, options?: object): void;
    onLeave(client: Client): void;
    setSimulationInterval(run: () => void, delayMs: number): void;
    /** What `setSimulationInterval` is called from 0.18 on. */
    setTimestep(run: () => void, delayMs: number): void;
  }

  export interface RoomDefinition {
    readonly klass: new () => Room;
  }

  export function defineRoom(room: new () => Room): RoomDefinition;

  export function defineServer(options: {
    rooms: Readonly<Record<string, RoomDefinition>>;
    transport: object;
    greet: boolean;
  }): { listen(port: number, host: string): Promise<void> };
}

declare module '@colyseus/sdk' {
  /** A room as its player holds it. */
  export interface Room<State> {
    readonly sessionId: string;
    /** Live: it is the same object after each state. */
    readonly state: State;
    /** Calls `run` after each state. */
    onStateChange(run: (state: State) => void): unknown;
    onLeave(run: (code: number) => void): unknown;
    send(type: string, payload: unknown): void;
    leave(): Promise<number>;
  }

  export class Client {
    constructor(endpoint: string);
    joinOrCreate<State>(room: string, options?: object): Promise<Room<State>>;
  }
}

/** What a program finds inside Bun. */
declare module 'bun' {
  export interface ServerWebSocket<Data> {
    data: Data;
    /** Bytes sent; -1 where they wait, 0 where they were dropped. */
    send(data: string | Uint8Array): number;
    subscribe(topic: string): void;
    close(): void;
  }

  export interface Server {
    readonly port: number;
    upgrade(request: Request, options: { data: unknown }): boolean;
    publish(topic: string, data: Uint8Array): number;
  }

  export function serve<Data>(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: Server): Response | undefined;
    websocket: {
      open?(socket: ServerWebSocket<Data>): void;
      message(socket: ServerWebSocket<Data>, message: string | Buffer): void;
      close?(socket: ServerWebSocket<Data>): void;
      perMessageDeflate?: boolean;
      sendPings?: boolean;
      idleTimeout?: number;
      backpressureLimit?: number;
    };
  }): Server;

  export function gc(force: boolean): void;
}

declare module '@colyseus/ws-transport' {
  import type { Server } from 'node:http';

  export class WebSocketTransport {
    constructor(options: { server: Server; pingInterval?: number; pingMaxRetries?: number });
  }
}
