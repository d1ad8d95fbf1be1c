/**
 * The Socket.IO gateway: unmodified Socket.IO clients as players, on the official `socket.io` server. See
 * docs/protocol.md for the events. Every event is answered before listeners would run, so none that is not in the
 * contract reaches any.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { adviceFor, type ErrorCode, GameError, toJsonValue } from '@madang/core';
import {
  BAD_HANDSHAKE,
  type Gateway,
  type GatewayContext,
  type GatewayFactory,
  GuardedWebSocketServer,
  type Limits,
  PlayerLink,
  refusalOf,
  refuseRequest,
  refuseSocket,
  type Speech,
  tooLongYet,
  type Visitor,
} from '@madang/server';
import { Server as Engine, type Socket as EngineSocket, type Transport } from 'engine.io';
import { Server, type Socket } from 'socket.io';
import { serveClientFile } from './client-files.ts';
import { type DirectLine, DirectLines } from './direct-line.ts';
import { SessionLine } from './session-line.ts';
import { StatePackets } from './state-packets.ts';

const PATH = '/socket.io/';

/** A client that vanished is noticed within the sum of the two. */
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 9_000;

type UseWebSocket = Parameters<GuardedWebSocketServer['handleUpgrade']>[3];

/** Packets of the transport that a client may send by itself; the others are the server's or the handshake's. */
const CLIENT_PACKETS: ReadonlySet<string> = new Set(['message', 'pong', 'ping', 'close']);

/** The types of Socket.IO's packets that have bytes behind them. Source: its protocol, version 5. */
const ANNOUNCES_BYTES = /^[56]/;

/** Serves Socket.IO clients on the server's own port, at `/socket.io/`. */
export function socketIo(): GatewayFactory {
  return (context) => new SocketIoGateway(context);
}

class SocketIoGateway implements Gateway {
  readonly path = PATH;
  readonly #context: GatewayContext;
  readonly #engine: Engine;
  readonly #io: Server;
  /** Whom a request let in, until there is a session. */
  readonly #visitors = new WeakMap<IncomingMessage, Visitor>();
  readonly #responses = new WeakMap<IncomingMessage, ServerResponse>();
  /** By the id of their session. */
  readonly #links = new Map<string, SocketLink>();
  readonly #lines = new DirectLines();
  readonly #states = new StatePackets();

  constructor(context: GatewayContext) {
    const { limits, counters } = context;
    const visitors = this.#visitors;
    const lines = this.#lines;
    this.#context = context;
    this.#engine = new Engine({
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: limits.messageBytes,
      httpCompression: false,
      wsEngine: class extends GuardedWebSocketServer {
        constructor(options: object) {
          super({ ...context, visitors }, options);
        }

        override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, use: UseWebSocket): void {
          super.handleUpgrade(request, socket, head, (webSocket, _request, heardBy) => {
            heardBy(lines.add(webSocket, socket));
            use(webSocket, request, heardBy);
          });
        }
      },
      allowRequest: (request, answer) => {
        if (this.#isLetIn(request)) answer(null, true);
      },
      // Without origins of others there are no headers for them at all.
      ...(context.allowedOrigins.length === 0 ? {} : { cors: { origin: [...context.allowedOrigins] } }),
    });
    // What the engine refuses by itself.
    this.#engine.on('connection_error', () => counters.refused('BAD_REQUEST', 'a Socket.IO request was refused'));
    // Ours ends who does not join, and counts it; the library's must not come first.
    this.#io = new Server({ serveClient: false, connectTimeout: 2 * limits.joinTimeoutMs });
    this.#engine.on('connection', (connection: EngineSocket) => this.#watch(connection));
    this.#io.bind(this.#engine);
    this.#io.use((socket, next) => {
      const link = this.#links.get(idOf(socket.conn));
      if (link === undefined) return next();
      link.join(socket, (refusal) => {
        if (refusal === null) next();
        else next(Object.assign(new Error(refusal.message), { data: { code: refusal.code } }));
      });
    });
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    if (isEngineAddress(request)) {
      this.#responses.set(request, response);
      this.#engine.handleRequest(engineRequest(request), response);
    } else if (!serveClientFile(PATH, request, response)) response.writeHead(404).end('Not found.\n');
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void {
    const asked = queryOf(request);
    // The engine would upgrade first and then answer in plain HTTP.
    if (asked.get('EIO') !== '4' || asked.get('transport') !== 'websocket') {
      this.#context.counters.refused(BAD_HANDSHAKE.reason, 'an upgrade was refused', { status: 400 });
      return refuseSocket(socket, BAD_HANDSHAKE);
    }
    this.#visitors.set(request, visitor);
    // A session that goes on over a WebSocket is the one that was there.
    this.#links.get(asked.get('sid') ?? '')?.comesOver(visitor);
    this.#engine.handleUpgrade(engineRequest(request), socket, head);
  }

  async stop(): Promise<void> {
    await this.#io.close();
    this.#engine.close();
  }

  /**
   * Whether a new session may begin. One over a WebSocket was let in with its socket; one by plain requests is let in here, or
   * answered why not.
   */
  #isLetIn(request: IncomingMessage): boolean {
    const response = this.#responses.get(request);
    if (response === undefined) return true;
    const visitor = this.#context.enter(request);
    if (visitor instanceof GameError) {
      this.#context.counters.refused(visitor.code, 'a Socket.IO session was refused', { code: visitor.code });
      refuseRequest(response, refusalOf(visitor));
      return false;
    }
    this.#visitors.set(request, visitor);
    // Where no session came of it.
    response.once('close', () => this.#visitors.get(request)?.leave());
    return true;
  }

  #watch(connection: EngineSocket): void {
    const { request } = connection;
    const visitor = this.#visitors.get(request);
    if (visitor === undefined) return connection.close(true);
    this.#visitors.delete(request);
    const link = new SocketLink(this.#context, connection, visitor, this.#states);
    link.isOn(this.#lines.of(connection.transport));
    this.#links.set(idOf(connection), link);
    connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => link.packet(type, data));
    connection.on('upgrade', (transport: Transport) => {
      visitor.leave();
      link.isOn(this.#lines.of(transport));
    });
    connection.on('close', (reason: string) => {
      this.#context.log.info({ reason }, 'a Socket.IO connection closed');
      this.#links.delete(idOf(connection));
      visitor.leave();
      link.player.gone();
    });
  }
}

/** One Socket.IO connection, from its transport's opening on: it is a player once it connects to the namespace. */
class SocketLink {
  readonly player: PlayerLink;
  readonly #connection: EngineSocket;
  readonly #line: SessionLine;
  /** True once bytes were announced. */
  #awaitsBytes = false;
  readonly #limits: Limits;
  /** Its connections, of which there are two while it goes over from plain requests to a WebSocket. */
  #visitors: readonly Visitor[];
  #socket: Socket | null = null;

  constructor(context: GatewayContext, connection: EngineSocket, visitor: Visitor, states: StatePackets) {
    this.#connection = connection;
    this.#line = new SessionLine(connection);
    this.#limits = context.limits;
    this.#visitors = [visitor];
    this.player = new PlayerLink(context, this.#speech(states), visitor.address);
  }

  /** The session goes on over another connection. */
  comesOver(visitor: Visitor): void {
    // One that tried before and did not come over has left.
    this.#visitors = [...this.#visitors.slice(0, 1), visitor];
    if (this.#socket !== null) visitor.admit();
  }

  /** The session is on a WebSocket now: inputs come from there, and states go there. Null where it is on none. */
  isOn(line: DirectLine | null): void {
    this.#line.direct = line;
    if (!this.#awaitsBytes) line?.heardBy((event, sizeBytes) => this.#hearEvent(event, sizeBytes));
  }

  /** Answers false where the library is to hear it: of who is not in the room yet, or any more, and what it may not take. */
  #hearEvent([event, ...values]: readonly unknown[], sizeBytes: number): boolean {
    if (this.#connection.readyState !== 'open' || this.#socket?.connected !== true || !isOurs(event)) return false;
    if (this.player.mayHear(sizeBytes)) this.#event(event, values);
    return true;
  }

  /** Every packet of the transport is paid for here, the events in them as well. */
  packet(type: string, data: unknown): void {
    // Bytes must come next, and the library is who waits for them. No honest client ever sends any.
    if (typeof data === 'string' && ANNOUNCES_BYTES.test(data)) {
      this.#awaitsBytes = true;
      this.#line.direct?.heardBy(null);
    }
    const sizeBytes = typeof data === 'string' || Buffer.isBuffer(data) ? Buffer.byteLength(data) : 0;
    this.player.handle(sizeBytes, () => {
      const tooLong = tooLongYet(sizeBytes, { isAdmitted: this.#socket !== null }, this.#limits);
      if (tooLong !== null) throw tooLong;
      if (!CLIENT_PACKETS.has(type)) throw badFrame(`a client does not send ${type} packets`);
    });
  }

  /** Takes a seat for the namespace's socket. `joined` is told of the refusal, of which the client hears as `connect_error`. */
  join(socket: Socket, joined: (refusal: GameError | null) => void): void {
    const { game, room, name, spectate, token: identity } = socket.handshake.auth;
    this.player.join({ game, room, name, identity, isSpectator: spectate === true }, (refusal) => {
      if (refusal !== null) return joined(refusal);
      this.#socket = socket;
      for (const visitor of this.#visitors) visitor.admit();
      socket.use(([event, ...values]: unknown[]) => this.#event(event, values));
      // One connection is one player: who leaves the namespace leaves the room, and has nothing more to say here.
      socket.on('disconnect', () => this.#connection.close());
      joined(null);
    });
  }

  #event(event: unknown, values: unknown[]): void {
    const last = values.at(-1);
    const acknowledge = typeof last === 'function' ? (answer: object): void => last(answer) : null;
    if (acknowledge !== null) values.pop();
    try {
      this.#ask(event, values);
      acknowledge?.({ ok: true });
    } catch (problem) {
      this.player.fail(problem, ({ code, message }) => {
        if (acknowledge === null) this.#socket?.emit('game_error', { code, message });
        else acknowledge({ ok: false, code, message });
      });
    }
  }

  #ask(event: unknown, values: readonly unknown[]): void {
    if (this.player.isOver) return;
    // The name that Node's emitters treat apart: no honest client emits it. CVE-2024-38355.
    if (event === 'error') throw badFrame('an event of this name is reserved');
    if (!isOurs(event)) {
      throw new GameError('UNKNOWN_EVENT', 'Only "input" and "message" can be emitted here.', {
        event: typeof event === 'string' ? event.slice(0, 32) : typeof event,
      });
    }
    const [value] = values;
    if (values.length > 1) {
      throw new GameError('BAD_MESSAGE', `"${event}" takes one value and an acknowledgement.`, {
        reason: 'many values',
      });
    }
    const seat = this.player.seat(event);
    if (event === 'message') seat.say(toJsonValue(value ?? null));
    else if (typeof value === 'string') seat.press(value);
    else seat.input(value);
  }

  #speech(states: StatePackets): Speech {
    const connection = this.#connection;
    const line = this.#line;
    const emit = (event: string, value: object): void => void this.#socket?.emit(event, value);
    return {
      get bufferedBytes() {
        return line.unsentBytes;
      },
      welcome: (welcome, view) => {
        view.advance();
        emit('welcome', { you: welcome.you, tick: view.tick, state: view.json() });
      },
      update: (view) => {
        if (this.#socket !== null && view.advance()) line.send(states.of(view.tick, view.json()));
      },
      // The contract of this gateway is state and messages; events are the native protocol's.
      timing: null,
      more: null,
      event: null,
      said: ({ from, message }) => emit('response', { from, message }),
      refuse: ({ code, message }) => emit('game_error', { code, message }),
      end: ({ code, message }) => {
        emit('game_error', { code, message });
        // What came with it is not for Socket.IO any more, which would go on answering.
        connection.removeAllListeners('data');
        this.#close(code);
      },
    };
  }

  /** A client that is told to disconnect stays away; one whose transport closes comes back by itself, after a while. */
  #close(code: ErrorCode): void {
    const advice = adviceFor(code);
    const staysAway = advice === 'stop' || advice === 'fix' || advice === 'update';
    if (this.#socket?.connected === true && staysAway) this.#socket.disconnect(true);
    // Behind the `connect_error`, where it was the join that was refused.
    else setImmediate(() => this.#connection.close());
  }
}

/** The events that a client may emit. */
function isOurs(event: unknown): event is 'input' | 'message' {
  return event === 'input' || event === 'message';
}

/** The engine takes any path as its own; only one is. */
function isEngineAddress({ url = '' }: IncomingMessage): boolean {
  return url === PATH || url.startsWith(`${PATH}?`);
}

/** The id of a session: public by the engine's documents, and private by its types. */
function idOf(connection: EngineSocket): string {
  return String(Reflect.get(connection, 'id'));
}

/** What a request asks for; of several values of one name the last, as the engine has it. */
function queryOf({ url = '' }: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(url.slice(url.indexOf('?') + 1)));
}

/** The engine reads properties of its own off the request, which its types declare as another class. */
function engineRequest(request: IncomingMessage): Parameters<Engine['handleRequest']>[0] {
  return request as Parameters<Engine['handleRequest']>[0];
}

function badFrame(reason: string): GameError {
  return new GameError('BAD_FRAME', `This connection cannot go on: ${reason}.`, { reason, offset: 0 });
}
