/**
 * WebSockets that are held to the limits of the server, whatever is spoken over them: how long a message may be and may take,
 * in how many pieces, and how many pings and pongs may come. What breaks a limit or the protocol is refused with a close
 * code, counted and logged. Compression is never agreed to: it would let a client choose what its messages cost.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { ERRORS, GameError } from '@madang/core';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { afterAwake } from '../gateways/awake-time.ts';
import type { Limits } from '../gateways/limits.ts';
import { tooMany } from '../gateways/peer-budget.ts';
import { TokenBucket } from '../gateways/token-bucket.ts';
import { BAD_HANDSHAKE, refuseSocket } from '../http/refusal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Visitor } from '../ports/gateway.ts';
import type { Counters } from './counters.ts';
import { FrameWatch } from './frame-watch.ts';
import {
  isPong,
  isShortBinary,
  SHORT_BYTES_MAX,
  SHORT_HEAD_BYTES,
  shortMessageEnd,
  toggleMask,
} from './short-messages.ts';

/** After our close frame, how long the other side may take to close. The option is newer than its type declaration. */
const CLOSE_TIMEOUT = { closeTimeout: 2_000 };

/** The close code of refusals that have none of their own. */
const POLICY = 1008;

const NOTHING = Buffer.alloc(0);

/** Who hears the messages of a connection. */
export interface MessageListener {
  /** Bytes that are its own, or those of a text. */
  hear(message: Buffer, isBinary: boolean): void;
}

/** Where a socket keeps how it is held. */
const HOLD = Symbol('hold');

/** Stands for `push` on sockets that are held, one function for all of them. */
function pushHeld(this: Duplex & { [HOLD]?: Hold }, chunk: unknown): boolean {
  return this[HOLD]?.read(chunk) ?? false;
}

export interface WebSocketGuard {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Who is behind each request that is handed over. */
  readonly visitors: WeakMap<IncomingMessage, Visitor>;
}

/** The `ws` library's server, for sockets that were accepted elsewhere. */
export class GuardedWebSocketServer extends WebSocketServer {
  readonly #guard: WebSocketGuard;

  constructor(guard: WebSocketGuard, options: ServerOptions = {}) {
    super({
      ...options,
      ...CLOSE_TIMEOUT,
      noServer: true,
      maxPayload: guard.limits.messageBytes,
      maxFragments: guard.limits.fragments,
      perMessageDeflate: false,
    });
    this.#guard = guard;
    this.on('wsClientError', (_error, socket) => {
      guard.counters.refused(BAD_HANDSHAKE.reason, 'an upgrade was refused', { status: 400 });
      refuseSocket(socket, BAD_HANDSHAKE);
    });
  }

  /** `use` may say who hears short messages; else they are events of the WebSocket, as all others are. */
  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    use: (webSocket: WebSocket, request: IncomingMessage, heardBy: (listener: MessageListener) => void) => void,
  ): void {
    super.handleUpgrade(request, socket, NOTHING, (webSocket) => {
      const visitor = this.#guard.visitors.get(request);
      if (visitor === undefined) return webSocket.terminate();
      const hold = holdToLimits(webSocket, socket, visitor, this.#guard);
      use(webSocket, request, (listener) => {
        hold.listener = listener;
      });
      // What came with the request is read like the rest, once everybody listens.
      if (head.length > 0) process.nextTick(() => socket.push(head));
    });
  }
}

/** Ends a connection for what came over it: closes with the code of the error, and counts and logs it once. */
export function endWebSocket(webSocket: WebSocket, counters: Counters, { code }: GameError): void {
  if (webSocket.readyState !== webSocket.OPEN) return;
  const closeCode = ERRORS[code].closeCode ?? POLICY;
  counters.refused(code, 'a connection was ended', { code, closeCode });
  webSocket.close(closeCode, code);
}

/** What a message is refused with that is longer than its sender may send before somebody has joined; null if it is not. */
export function tooLongYet(sizeBytes: number, visitor: Pick<Visitor, 'isAdmitted'>, limits: Limits): GameError | null {
  const limitBytes = limits.messageBytesBeforeJoin;
  if (sizeBytes <= limitBytes || visitor.isAdmitted) return null;
  return new GameError('MESSAGE_TOO_LARGE', `Before a join a message may have ${limitBytes} bytes.`, {
    sizeBytes,
    limitBytes,
  });
}

/** Apart, so that nothing which lives as long as the connection keeps its request, which is larger than all else it has. */
function holdToLimits(webSocket: WebSocket, socket: Duplex, visitor: Visitor, guard: WebSocketGuard): Hold {
  const hold = new Hold(webSocket, socket, visitor, guard);
  socket.once('close', () => hold.end());
  return hold;
}

/**
 * How one connection is held to its limits. It stands where the socket gives out what it has read: short whole messages are taken
 * there, all else goes on to the library. For the former that saves the work of a stream, of an event, and of a turn of its own.
 */
class Hold {
  listener: MessageListener;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #visitor: Visitor;
  readonly #guard: WebSocketGuard;
  readonly #shortBytesMax: number;
  #pings: TokenBucket | null = null;
  #pongs: TokenBucket | null = null;
  /** Follows what the library reads; null while it is in the midst of nothing. */
  #frames: FrameWatch | null = null;
  /** True where the library is in the midst of nothing, and has read all that there was. */
  #isBetween = true;
  /** The message that is to be whole in time. */
  #timed: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(webSocket: WebSocket, socket: Duplex, visitor: Visitor, guard: WebSocketGuard) {
    const { messageBytes, messageBytesBeforeJoin } = guard.limits;
    this.listener = { hear: (message, isBinary) => webSocket.emit('message', message, isBinary) };
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#visitor = visitor;
    this.#guard = guard;
    this.#shortBytesMax = Math.min(SHORT_BYTES_MAX, messageBytes, messageBytesBeforeJoin);
    Object.assign(socket, { [HOLD]: this, push: pushHeld });
    webSocket.on('ping', () => this.#pinged());
    webSocket.on('pong', () => this.#ponged());
    // A close follows, which tells the gateway; an error that nobody hears would end the process.
    webSocket.on('error', (error) => {
      const reason = 'code' in error ? String(error.code) : error.name;
      guard.counters.refused(reason, 'a connection broke the WebSocket protocol');
    });
  }

  end(): void {
    this.#cancel?.();
  }

  #pinged(): void {
    const { pingsPerSecond } = this.#guard.limits;
    this.#pings ??= this.#bucket(pingsPerSecond);
    if (!this.#pings.take(1)) this.#refuse(tooMany('pings', pingsPerSecond));
  }

  #ponged(): void {
    const { pongsPerSecond } = this.#guard.limits;
    this.#pongs ??= this.#bucket(pongsPerSecond);
    if (!this.#pongs.take(1)) this.#refuse(tooMany('pongs', pongsPerSecond));
  }

  /** What the socket has read, or null at its end. Answers whether more may come, as streams do. */
  read(chunk: unknown): boolean {
    // Behind a close, and behind what was wrong, nothing counts any more.
    if (!Buffer.isBuffer(chunk) || !this.#isOpen) return this.#pass(chunk);
    const at = this.#isBetween ? this.#readShort(chunk) : 0;
    if (at === chunk.length) return true;
    const rest = at === 0 ? chunk : chunk.subarray(at);
    const mayGoOn = this.#pass(rest);
    this.#check(rest);
    return mayGoOn;
  }

  /** Gives it to the library, which listens to what the stream gives out. */
  #pass(chunk: unknown): boolean {
    return Duplex.prototype.push.call(this.#socket, chunk);
  }

  get #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /** Gives out the messages that a chunk begins with, as far as they are short and whole, and answers where they end. */
  #readShort(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#isOpen) {
      const end = shortMessageEnd(chunk, at, this.#shortBytesMax);
      if (end === 0) break;
      const isBinary = isShortBinary(chunk, at);
      toggleMask(chunk, at, end);
      const message = chunk.subarray(at + SHORT_HEAD_BYTES, end);
      if (isPong(chunk, at)) this.#webSocket.emit('pong', message);
      else if (isBinary || isUtf8(message)) this.listener.hear(message, isBinary);
      else {
        toggleMask(chunk, at, end);
        break;
      }
      at = end;
    }
    return at;
  }

  /** Follows what the library was given. What was whole in it has been dealt with, a join as well. */
  #check(chunk: Buffer): void {
    this.#frames ??= new FrameWatch();
    this.#frames.push(chunk);
    const { partial, messageBytes } = this.#frames;
    this.#isBetween = partial === null && this.#socket.readableFlowing === true && this.#socket.readableLength === 0;
    const tooLong = tooLongYet(messageBytes, this.#visitor, this.#guard.limits);
    if (tooLong !== null) this.#refuse(tooLong);
    if (partial === null) this.#frames = null;
    if (partial === this.#timed) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#timed = partial;
    if (partial === null) return;
    const { clock, limits } = this.#guard;
    const { partialMessageMs: afterMs } = limits;
    this.#cancel = afterAwake(clock, afterMs, () => {
      this.#refuse(new GameError('PARTIAL_MESSAGE', `A message was not whole after ${afterMs} ms.`, { afterMs }));
    });
  }

  #refuse(error: GameError): void {
    endWebSocket(this.#webSocket, this.#guard.counters, error);
  }

  #bucket(perSecond: number): TokenBucket {
    const { clock, limits } = this.#guard;
    return new TokenBucket(clock, perSecond, perSecond * limits.messagesBurstSeconds);
  }
}
