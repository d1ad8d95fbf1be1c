/** WebSockets as a transport, on the `ws` library: one instance per path. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLIENT_FRAME_BYTES_MAX } from '@madang/core';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../ports/clock.ts';
import type { Peer, Transport, TransportEvents } from '../ports/transport.ts';

/** Fragments one message may come in. */
const FRAGMENTS_MAX = 32;

/** How often a peer is pinged; one that has not answered by the third ping is gone. Browsers answer by themselves. */
const PING_PERIOD_MS = 5_000;
const UNANSWERED_PINGS_MAX = 2;

/** After our close frame, how long the other side may take to close. The option is newer than its type declaration. */
const CLOSE_TIMEOUT = { closeTimeout: 2_000 };

export interface WsTransportOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The subprotocol to agree on where the client offers it; a client that offers only others gets none. */
  readonly subprotocol?: string;
}

export class WsTransport implements Transport {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #server: WebSocketServer;
  #on: TransportEvents | null = null;
  #cancelPing: (() => void) | null = null;

  constructor({ clock, log, subprotocol }: WsTransportOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      maxPayload: CLIENT_FRAME_BYTES_MAX,
      maxFragments: FRAGMENTS_MAX,
      perMessageDeflate: false,
      ...CLOSE_TIMEOUT,
      handleProtocols: (offered) => (subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false),
    });
  }

  start(on: TransportEvents): void {
    this.#on = on;
    this.#pingLater(new WeakMap());
  }

  /** Takes over a connection whose request was already checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request));
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#on = null;
    this.#cancelPing?.();
    const gone = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const webSocket of this.#server.clients) webSocket.close(1012, 'SERVER_STOPPING');
    const cancel = this.#clock.after(deadlineMs, () => {
      for (const webSocket of this.#server.clients) webSocket.terminate();
    });
    await Promise.all([
      gone,
      ...[...this.#server.clients].map((one) => new Promise((done) => one.once('close', done))),
    ]);
    cancel();
  }

  #accept(webSocket: WebSocket, request: IncomingMessage): void {
    const on = this.#on;
    if (on === null) return webSocket.close(1012, 'SERVER_STOPPING');
    const peer = new WsPeer(webSocket, request);
    // Errors are followed by a close, and the close tells the gateway; without a listener they would end the process.
    webSocket.on('error', (error) => {
      this.#log.info({ code: 'code' in error ? error.code : error.name }, 'a connection broke the WebSocket protocol');
    });
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      on.message(peer, isBinary ? data : data.toString('utf8'));
    });
    webSocket.on('close', () => on.gone(peer));
    on.open(peer);
  }

  #pingLater(unanswered: WeakMap<WebSocket, number>): void {
    this.#cancelPing = this.#clock.after(PING_PERIOD_MS, () => {
      for (const webSocket of this.#server.clients) {
        const count = unanswered.get(webSocket) ?? 0;
        if (count >= UNANSWERED_PINGS_MAX) {
          webSocket.terminate();
          continue;
        }
        if (!unanswered.has(webSocket)) webSocket.on('pong', () => unanswered.set(webSocket, 0));
        unanswered.set(webSocket, count + 1);
        if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
      }
      this.#pingLater(unanswered);
    });
  }
}

class WsPeer implements Peer {
  readonly address: string;
  readonly query: URLSearchParams;
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket, request: IncomingMessage) {
    this.#webSocket = webSocket;
    this.address = request.socket.remoteAddress ?? '';
    const { url = '' } = request;
    this.query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(data: Uint8Array | string): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(data);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }
}
