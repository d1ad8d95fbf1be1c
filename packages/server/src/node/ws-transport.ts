/**
 * WebSockets as a transport, on the `ws` library: one instance per path.
 *
 * What a peer is sent in one turn of the event loop, which is one tick of its room, goes out in one write: a system call is
 * what costs most. A message that goes to many peers in a row is framed once, and the same buffer is written to each of
 * their sockets; nothing writes to it afterwards. Compression is off, so `ws` itself never holds a message back and
 * frames written beside it keep their order.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { afterAwake } from '../gateways/awake-time.ts';
import type { Limits } from '../gateways/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Visitor } from '../ports/gateway.ts';
import type { OpenPeer, Peer, PeerEvents, Transport } from '../ports/transport.ts';
import type { Counters } from './counters.ts';
import { endWebSocket, GuardedWebSocketServer, type MessageListener, tooLongYet } from './guarded-web-sockets.ts';
import { framed } from './ws-frame.ts';

/** A peer that has not answered by the next ping is gone. Browsers answer by themselves. */
const UNANSWERED_PINGS_MAX = 1;

/** A ping without anything in it. Source: RFC 6455, section 5.5.2. */
const PING = Buffer.from([0x89, 0]);

/** Peers are pinged in so many groups, one after another: thousands at once would stall what is played meanwhile. */
const PING_GROUPS = 16;

export interface WsTransportOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly counters: Counters;
  /** The subprotocol to agree on where the client offers it; a client that offers only others gets none. */
  readonly subprotocol?: string;
}

export class WsTransport implements Transport {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #visitors = new WeakMap<IncomingMessage, Visitor>();
  readonly #server: GuardedWebSocketServer;
  readonly #writes = new TurnWrites();
  readonly #pingGroups = Array.from({ length: PING_GROUPS }, () => new Set<WsPeer>());
  /** The group that the next peer is put into, and the one that is pinged next. */
  #joinGroup = 0;
  #pingGroup = 0;
  #open: OpenPeer | null = null;
  #cancelPing: (() => void) | null = null;

  constructor({ clock, limits, counters, subprotocol }: WsTransportOptions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#counters = counters;
    this.#server = new GuardedWebSocketServer(
      { clock, limits, counters, visitors: this.#visitors },
      {
        clientTracking: true,
        handleProtocols: (offered) => (subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false),
      },
    );
  }

  start(open: OpenPeer): void {
    this.#open = open;
    this.#pingLater();
  }

  /** Takes over a connection whose request was already checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void {
    this.#visitors.set(request, visitor);
    this.#server.handleUpgrade(request, socket, head, (webSocket, _request, heardBy) => {
      this.#accept(
        webSocket,
        visitor,
        new WsPeer(webSocket, socket, this.#writes, visitor, request.url ?? ''),
        heardBy,
      );
    });
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#open = null;
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

  #accept(webSocket: WebSocket, visitor: Visitor, peer: WsPeer, heardBy: (listener: MessageListener) => void): void {
    const open = this.#open;
    if (open === null) return webSocket.close(1012, 'SERVER_STOPPING');
    peer.events = open(peer);
    heardBy(peer);
    webSocket.on('pong', () => {
      peer.unansweredPings = 0;
    });
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      const tooLong = tooLongYet(data.length, visitor, this.#limits);
      if (tooLong !== null) endWebSocket(webSocket, this.#counters, tooLong);
      // What was sent behind that is nobody's any more.
      if (webSocket.readyState === webSocket.OPEN) peer.hear(data, isBinary);
    });
    this.#joinGroup = (this.#joinGroup + 1) % PING_GROUPS;
    const group = this.#pingGroups[this.#joinGroup];
    group?.add(peer);
    webSocket.on('close', () => {
      group?.delete(peer);
      peer.events?.gone();
    });
  }

  /** In time that this process runs: nobody is to go because the server itself stood still. */
  #pingLater(): void {
    this.#cancelPing = afterAwake(this.#clock, this.#limits.heartbeatMs / PING_GROUPS, () => {
      this.#pingGroup = (this.#pingGroup + 1) % PING_GROUPS;
      for (const peer of this.#pingGroups[this.#pingGroup] ?? []) {
        if (peer.unansweredPings < UNANSWERED_PINGS_MAX) peer.ping();
        else {
          this.#counters.refused('SILENT', 'a connection was cut: nothing was heard of it');
          peer.terminate();
        }
      }
      this.#pingLater();
    });
  }
}

interface Framed {
  readonly data: Uint8Array | string | null;
  readonly frame: Buffer;
}

const NO_MESSAGE: Framed = { data: null, frame: Buffer.alloc(0) };

/** What the peers of a transport are sent in one turn of the event loop. */
class TurnWrites {
  #peers: WsPeer[] = [];
  /** The last two messages, the newer one first: between two that get the same, one is told something of its own. */
  #newer: Framed = NO_MESSAGE;
  #older: Framed = NO_MESSAGE;
  readonly #flush = (): void => {
    const peers = this.#peers;
    this.#peers = [];
    this.#newer = NO_MESSAGE;
    this.#older = NO_MESSAGE;
    for (const peer of peers) peer.flush();
  };

  /** The message as a frame; the same frame for the same message again. */
  framed(data: Uint8Array | string): Buffer {
    if (data !== this.#newer.data) {
      const again = this.#older;
      this.#older = this.#newer;
      this.#newer = data === again.data ? again : { data, frame: framed(data) };
    }
    return this.#newer.frame;
  }

  /** Flushes this peer when the turn is over. */
  add(peer: WsPeer): void {
    if (this.#peers.push(peer) === 1) process.nextTick(this.#flush);
  }
}

class WsPeer implements Peer, MessageListener {
  /** Pings that were sent since it was heard of last. */
  unansweredPings = 0;
  /** Who is told what comes. */
  events: PeerEvents | null = null;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #writes: TurnWrites;
  readonly #visitor: Visitor;
  readonly #url: string;
  /** The frame of this turn, which is mostly one; where there are more, all of them. */
  #frame: Buffer | null = null;
  #frames: Buffer[] | null = null;
  #frameBytes = 0;

  constructor(webSocket: WebSocket, socket: Duplex, writes: TurnWrites, visitor: Visitor, url: string) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writes = writes;
    this.#visitor = visitor;
    this.#url = url;
  }

  get address(): string {
    return this.#visitor.address;
  }

  get query(): URLSearchParams {
    const url = this.#url;
    return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength + this.#frameBytes;
  }

  hear(message: Buffer, isBinary: boolean): void {
    // Whatever comes shows that somebody is there: one who reads slowly hears of a ping late.
    if (this.unansweredPings > 0) this.unansweredPings = 0;
    this.events?.message(isBinary ? message : message.toString('utf8'));
  }

  send(data: Uint8Array | string): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const frame = this.#writes.framed(data);
    this.#frameBytes += frame.length;
    if (this.#frame === null) {
      this.#frame = frame;
      this.#writes.add(this);
    } else if (this.#frames === null) this.#frames = [this.#frame, frame];
    else this.#frames.push(frame);
  }

  admit(): void {
    this.#visitor.admit();
  }

  close(code: number, reason: string): void {
    this.flush();
    this.#webSocket.close(code, reason);
  }

  flush(): void {
    const frame = this.#frame;
    const frames = this.#frames;
    const bytes = this.#frameBytes;
    this.#frame = null;
    this.#frames = null;
    this.#frameBytes = 0;
    if (frame === null || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    // A few small frames are joined rather than handed over one by one: copying them is less than another write.
    this.#socket.write(frames === null ? frame : Buffer.concat(frames, bytes));
  }

  ping(): void {
    this.unansweredPings++;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#socket.write(PING);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}
