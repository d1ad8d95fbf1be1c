/**
 * WebSockets that are held to the limits of the server, whatever is spoken over them: how long a message may be and may take,
 * in how many pieces, and how many pings and pongs may come. What breaks a limit or the protocol is refused with a close
 * code, counted and logged. Compression is never agreed to: it would let a client choose what its messages cost.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Duplex, Writable } from 'node:stream';
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
import { isShortBinary, SHORT_BYTES_MAX, SHORT_HEAD_BYTES, shortMessageEnd, toggleMask } from './short-messages.ts';

/** After our close frame, how long the other side may take to close. The option is newer than its type declaration. */
const CLOSE_TIMEOUT = { closeTimeout: 2_000 };

/** The close code of refusals that have none of their own. */
const POLICY = 1008;

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

  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    use: (webSocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (webSocket) => {
      const visitor = this.#guard.visitors.get(request);
      if (visitor === undefined) return webSocket.terminate();
      holdToLimits(webSocket, socket, visitor, this.#guard);
      use(webSocket, request);
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
function holdToLimits(webSocket: WebSocket, socket: Duplex, visitor: Visitor, guard: WebSocketGuard): void {
  const hold = new Hold(webSocket, socket, visitor, guard);
  socket.once('close', () => hold.end());
}

/** How one connection is held to its limits. Short whole messages are read here and given out as the library does; all else it reads. */
class Hold {
  readonly #webSocket: WebSocket;
  readonly #visitor: Visitor;
  readonly #guard: WebSocketGuard;
  readonly #shortBytesMax: number;
  #pings: TokenBucket | null = null;
  #pongs: TokenBucket | null = null;
  /** Follows what the library reads; null while it is in the midst of nothing. */
  #frames: FrameWatch | null = null;
  /** True behind what is no WebSocket message, and behind a close. */
  #isBroken = false;
  /** The message that is to be whole in time. */
  #timed: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(webSocket: WebSocket, socket: Duplex, visitor: Visitor, guard: WebSocketGuard) {
    const { messageBytes, messageBytesBeforeJoin } = guard.limits;
    this.#webSocket = webSocket;
    this.#visitor = visitor;
    this.#guard = guard;
    this.#shortBytesMax = Math.min(SHORT_BYTES_MAX, messageBytes, messageBytesBeforeJoin);
    // The library has no door for bytes but this one, by which its own listener brings all that the socket reads, for as long as it does.
    const receiver: unknown = Reflect.get(webSocket, '_receiver');
    if (receiver instanceof Writable) {
      const read = receiver.write.bind(receiver);
      receiver.write = (chunk: Buffer) => this.#read(chunk, receiver, read);
    } else {
      // A release of it that has another: slower, and held to the same limits. Heard after the library, which listens already.
      socket.on('data', (chunk: Buffer) => this.#check(chunk));
    }
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

  /** Answers whether more may come, as streams do. */
  #read(chunk: Buffer, receiver: Writable, read: (rest: Buffer) => boolean): boolean {
    // In the midst of something the library goes on with it, and behind what was wrong nobody does.
    const at = this.#timed === null && !this.#isBroken ? this.#readShort(chunk) : 0;
    if (at === chunk.length) return true;
    const rest = at === 0 ? chunk : chunk.subarray(at);
    const isReady = read(rest);
    this.#isBroken = receiver.errored !== null || receiver.writableEnded;
    this.#check(rest);
    return isReady;
  }

  /** Gives out the messages that a chunk begins with, as far as they are short and whole, and answers where they end. */
  #readShort(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      const end = shortMessageEnd(chunk, at, this.#shortBytesMax);
      if (end === 0) break;
      const isBinary = isShortBinary(chunk, at);
      toggleMask(chunk, at, end);
      const message = chunk.subarray(at + SHORT_HEAD_BYTES, end);
      if (!isBinary && !isUtf8(message)) {
        toggleMask(chunk, at, end);
        break;
      }
      this.#webSocket.emit('message', message, isBinary);
      at = end;
    }
    return at;
  }

  /** Follows what the library was given. What was whole in it has been dealt with, a join as well. */
  #check(chunk: Buffer): void {
    this.#frames ??= new FrameWatch();
    this.#frames.push(chunk);
    const { partial, messageBytes } = this.#frames;
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
