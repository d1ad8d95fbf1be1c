/**
 * WebSockets that are held to the limits of the server, whatever is spoken over them: how long a message may be and may take,
 * in how many pieces, and how many pings and pongs may come. What breaks a limit or the protocol is refused with a close
 * code, counted and logged. Compression is never agreed to: it would let a client choose what its messages cost.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
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
      guard(webSocket, socket, visitor, this.#guard);
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
export function tooLongYet(
  sizeBytes: number,
  { isAdmitted }: Pick<Visitor, 'isAdmitted'>,
  limits: Limits,
): GameError | null {
  const limitBytes = limits.messageBytesBeforeJoin;
  if (isAdmitted || sizeBytes <= limitBytes) return null;
  return new GameError('MESSAGE_TOO_LARGE', `Before a join a message may have ${limitBytes} bytes.`, {
    sizeBytes,
    limitBytes,
  });
}

/** Holds one connection to its limits until it closes. */
function guard(
  webSocket: WebSocket,
  socket: Duplex,
  visitor: Visitor,
  { clock, limits, counters }: WebSocketGuard,
): void {
  const end = (error: GameError): void => endWebSocket(webSocket, counters, error);
  const limit = (event: 'ping' | 'pong', perSecond: number): void => {
    const bucket = new TokenBucket(clock, perSecond, perSecond * limits.messagesBurstSeconds);
    webSocket.on(event, () => {
      if (!bucket.take(1)) end(tooMany(`${event}s`, perSecond));
    });
  };
  limit('ping', limits.pingsPerSecond);
  limit('pong', limits.pongsPerSecond);
  // A close follows, which tells the gateway; an error that nobody hears would end the process.
  webSocket.on('error', (error) => {
    const reason = 'code' in error ? String(error.code) : error.name;
    counters.refused(reason, 'a connection broke the WebSocket protocol');
  });

  const frames = new FrameWatch();
  let timed: number | null = null;
  let cancel = (): void => {};
  // Heard after the library, which listens already: what was whole in this chunk has been dealt with, a join as well.
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk);
    const { partial, messageBytes } = frames;
    const tooLong = tooLongYet(messageBytes, visitor, limits);
    if (tooLong !== null) end(tooLong);
    if (partial === timed) return;
    cancel();
    timed = partial;
    if (partial === null) return;
    const afterMs = limits.partialMessageMs;
    cancel = afterAwake(clock, afterMs, () => {
      end(new GameError('PARTIAL_MESSAGE', `A message was not whole after ${afterMs} ms.`, { afterMs }));
    });
  });
  socket.once('close', () => cancel());
}
