/** Connections within one process, over a clock's time: what tests and simulations play through. */
import type { Clock } from '../ports/clock.ts';
import type { OpenPeer, Peer, PeerEvents, Transport } from '../ports/transport.ts';

/** The other end of a memory connection: what a client holds. */
export interface MemoryLink {
  send(data: Uint8Array | string): void;
  close(): void;
  /** While true, what the server sends stays in its buffer, as with a reader that has stopped reading. */
  isPaused: boolean;
}

export interface MemoryLinkEvents {
  open(): void;
  message(data: Uint8Array | string): void;
  closed(code: number, reason: string): void;
}

export class MemoryTransport implements Transport {
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #peers = new Set<MemoryPeer>();
  #open: OpenPeer | null = null;

  /** Each message takes `latencyMs` of the clock's time, one way. */
  constructor(clock: Clock, latencyMs = 0) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  start(open: OpenPeer): void {
    this.#open = open;
  }

  stop(): Promise<void> {
    this.#open = null;
    for (const peer of this.#peers) peer.close(1012, 'stopping');
    return Promise.resolve();
  }

  /** Connects as a client would. Refused with code 1006 while nobody listens. */
  connect(client: MemoryLinkEvents, query = ''): MemoryLink {
    const later = (run: () => void): void => void this.#clock.after(this.#latencyMs, run);
    const openPeer = this.#open;
    if (openPeer === null) {
      later(() => client.closed(1006, 'nobody listens'));
      return { send: () => {}, close: () => {}, isPaused: false };
    }
    let server: PeerEvents | null = null;
    const peer = new MemoryPeer(later, client, new URLSearchParams(query), () => {
      if (this.#peers.delete(peer)) server?.gone();
    });
    this.#peers.add(peer);
    later(() => {
      client.open();
      server = openPeer(peer);
    });
    return {
      send: (data) => {
        const copy = typeof data === 'string' ? data : data.slice();
        later(() => {
          if (this.#peers.has(peer)) server?.message(copy);
        });
      },
      close: () => later(() => peer.lose()),
      get isPaused() {
        return peer.isPaused;
      },
      set isPaused(isPaused) {
        peer.isPaused = isPaused;
        peer.flush();
      },
    };
  }
}

class MemoryPeer implements Peer {
  readonly address = 'memory';
  readonly query: URLSearchParams;
  bufferedBytes = 0;
  isPaused = false;
  readonly #later: (run: () => void) => void;
  readonly #client: MemoryLinkEvents;
  readonly #gone: () => void;
  readonly #waiting: (Uint8Array | string)[] = [];
  #isOpen = true;

  constructor(later: (run: () => void) => void, client: MemoryLinkEvents, query: URLSearchParams, gone: () => void) {
    this.#later = later;
    this.#client = client;
    this.query = query;
    this.#gone = gone;
  }

  send(data: Uint8Array | string): void {
    if (!this.#isOpen) return;
    this.#waiting.push(typeof data === 'string' ? data : data.slice());
    this.bufferedBytes += data.length;
    this.flush();
  }

  flush(): void {
    if (this.isPaused) return;
    for (const data of this.#waiting.splice(0)) this.#later(() => this.#client.message(data));
    this.bufferedBytes = 0;
  }

  admit(): void {}

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#later(() => {
      this.#client.closed(code, reason);
      this.#gone();
    });
  }

  /** The client's end went away. */
  lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#gone();
  }
}
