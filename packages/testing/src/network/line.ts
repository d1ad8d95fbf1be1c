/**
 * One connection between a client and a server, as a WebSocket is: it opens with two round trips, carries messages in
 * order both ways, and closes with a handshake, or breaks.
 *
 * Each end is told once that it is over: the client by `closed`, the server, which heard `open`, by `gone`.
 */
import type { Link, LinkEvents } from '@madang/client';
import type { OpenPeer, Peer, PeerEvents } from '@madang/server';
import { type LaneOptions, OrderedLane } from './ordered-lane.ts';

/** What the parts of the opening take on the wire, roughly: they meet the same conditions as all else. */
const SYN_BYTES = 60;
const REQUEST_BYTES = 400;
const CLOSE_BYTES = 40;

/** How long either end waits for the other to answer its close before it gives up. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A server that takes lines. */
export interface Listener {
  /** The line is this server's from now on; null where it takes none any more. */
  accept(line: Line): OpenPeer | null;
  /** The server has heard the last of it. */
  release(line: Line): void;
}

export interface LineOptions {
  readonly up: LaneOptions;
  readonly down: LaneOptions;
  readonly address: string;
  readonly query: URLSearchParams;
  readonly client: LinkEvents;
  /** Who listens on the other side at this moment, or null. */
  readonly listener: () => Listener | null;
  /** Told of all that arrives and happens, in order. */
  readonly watch: (what: LineEvent, data: Uint8Array | string | null) => void;
  /** Told once both ends are over. */
  readonly over: (line: Line) => void;
}

/** `open` and `gone` at the server, `opened` and `closed` at the client; `up` and `down` for messages that arrived. */
export type LineEvent = 'open' | 'gone' | 'opened' | 'closed' | 'up' | 'down';

type EndState = 'opening' | 'open' | 'closing' | 'over';

export class Line {
  readonly link: Link;
  readonly #options: LineOptions;
  readonly #up: OrderedLane;
  readonly #down: OrderedLane;
  readonly #peer: Peer;
  /** Who hears of the server's end, once it has been opened. */
  #server: PeerEvents | null = null;
  #listener: Listener | null = null;
  #clientEnd: EndState = 'opening';
  #serverEnd: EndState = 'opening';
  #isCut = false;
  #cancelTimeouts: (() => void)[] = [];

  constructor(options: LineOptions) {
    this.#options = options;
    this.#up = new OrderedLane(options.up);
    this.#down = new OrderedLane(options.down);
    this.#peer = this.#makePeer();
    this.link = {
      send: (frame) => this.#sendUp(frame),
      close: () => this.#closeFromClient(),
    };
  }

  /** Bytes that the server has sent and that have not set out. */
  get bufferedBytes(): number {
    return this.#down.waitingBytes;
  }

  /** Knocks, asks and is answered; or learns that nobody listens. */
  open(): void {
    const { listener } = this.#options;
    this.#up.send(SYN_BYTES, () => {
      if (listener() === null) return this.#turnAway();
      this.#down.send(SYN_BYTES, () => {
        if (this.#clientEnd === 'opening') this.#up.send(REQUEST_BYTES, () => this.#accept(listener()));
      });
    });
  }

  /** The path itself refuses: the client hears of it, nobody else ever knew. */
  refuse(): void {
    this.#serverEnd = 'over';
    this.#later(0, () => this.#clientOver(1006, ''));
  }

  holdUp(isHeld: boolean): void {
    this.#up.hold(isHeld);
  }

  holdDown(isHeld: boolean): void {
    this.#down.hold(isHeld);
  }

  refresh(): void {
    this.#up.refresh();
    this.#down.refresh();
  }

  /** What is on its way arrives now, and what went unnoticed is noticed. */
  hurry(): void {
    this.#up.hurry();
    this.#down.hurry();
    if (this.#isCut) this.#later(0, () => this.#serverOver());
  }

  /** The line breaks without a goodbye. The client learns of it now, the server after `serverLearnsMs`. */
  cut(serverLearnsMs: number): void {
    this.#isCut = true;
    this.#up.cut();
    this.#down.cut();
    // An event of its own: whoever cuts the line is not called back in the midst of it.
    this.#later(0, () => this.#clientOver(1006, ''));
    this.#later(serverLearnsMs, () => this.#serverOver());
  }

  /** The server's process is gone, without a word to its own code; its machine tells the client. */
  serverDied(): void {
    this.#server = null;
    this.#serverEnd = 'over';
    this.#listener?.release(this);
    this.#up.cut();
    this.#down.dropWaiting();
    this.#down.send(CLOSE_BYTES, () => this.#clientOver(1006, ''));
    this.#finish();
  }

  /** Closes after what was sent; where the client does not answer in time, without it. */
  closeFromServer(code: number, reason: string): void {
    if (this.#serverEnd !== 'open') return;
    this.#serverEnd = 'closing';
    this.#down.send(CLOSE_BYTES, () => {
      this.#clientOver(code, reason);
      this.#up.send(CLOSE_BYTES, () => this.#serverOver());
    });
    this.#later(CLOSE_TIMEOUT_MS, () => this.#serverOver());
  }

  /** The server waits no longer. */
  terminate(): void {
    this.#serverOver();
    this.#down.send(CLOSE_BYTES, () => this.#clientOver(1006, ''));
  }

  #accept(listener: Listener | null): void {
    if (this.#serverEnd !== 'opening') return;
    const open = listener?.accept(this) ?? null;
    if (open === null) return this.#turnAway();
    this.#listener = listener;
    this.#serverEnd = 'open';
    this.#down.send(REQUEST_BYTES, () => {
      if (this.#clientEnd !== 'opening') return;
      this.#clientEnd = 'open';
      this.#options.watch('opened', null);
      this.#options.client.open();
    });
    this.#options.watch('open', null);
    this.#server = open(this.#peer);
  }

  /** Nobody listens here. */
  #turnAway(): void {
    this.#serverEnd = 'over';
    this.#down.send(CLOSE_BYTES, () => this.#clientOver(1006, ''));
    // The client may have given up meanwhile.
    this.#finish();
  }

  #makePeer(): Peer {
    const { address, query } = this.#options;
    const bufferedBytes = (): number => this.#down.waitingBytes;
    return {
      address,
      query,
      get bufferedBytes() {
        return bufferedBytes();
      },
      send: (data) => this.#sendDown(data),
      admit: () => {},
      close: (code, reason) => this.closeFromServer(code, reason),
    };
  }

  #sendUp(frame: Uint8Array): void {
    if (this.#clientEnd !== 'open') return;
    const copy = frame.slice();
    this.#up.send(copy.length, () => {
      if (this.#server === null || this.#serverEnd === 'over') return;
      this.#options.watch('up', copy);
      this.#server.message(copy);
    });
  }

  #sendDown(data: Uint8Array | string): void {
    if (this.#serverEnd !== 'open') return;
    const copy = typeof data === 'string' ? data : data.slice();
    this.#down.send(copy.length, () => {
      // A browser hears nothing more once it has begun to close.
      if (this.#clientEnd !== 'open') return;
      this.#options.watch('down', copy);
      if (typeof copy !== 'string') this.#options.client.frame(copy);
    });
  }

  #closeFromClient(): void {
    if (this.#clientEnd === 'closing' || this.#clientEnd === 'over') return;
    const isEarly = this.#clientEnd === 'opening';
    this.#clientEnd = 'closing';
    this.#up.send(CLOSE_BYTES, () => {
      if (this.#serverEnd === 'open') this.#down.send(CLOSE_BYTES, () => this.#clientOver(1000, ''));
      this.#serverOver();
    });
    this.#later(isEarly ? 0 : CLOSE_TIMEOUT_MS, () => this.#clientOver(1006, ''));
  }

  #clientOver(closeCode: number, reason: string): void {
    if (this.#clientEnd === 'over') return;
    this.#clientEnd = 'over';
    this.#options.watch('closed', `${closeCode} ${reason}`);
    this.#finish();
    this.#options.client.closed(closeCode, reason);
  }

  #serverOver(): void {
    if (this.#serverEnd === 'over') return;
    this.#serverEnd = 'over';
    const server = this.#server;
    if (server !== null) {
      this.#options.watch('gone', null);
      server.gone();
      this.#listener?.release(this);
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#clientEnd !== 'over' || this.#serverEnd !== 'over') return;
    for (const cancel of this.#cancelTimeouts.splice(0)) cancel();
    this.#up.stop();
    this.#down.stop();
    this.#options.over(this);
  }

  #later(ms: number, run: () => void): void {
    this.#cancelTimeouts.push(this.#options.up.clock.after(ms, run));
  }
}
