/**
 * One WebSocket connection over a stream in memory: what a transport made of bytes that came in pieces. For
 * scripts/fuzz, which finds it by its path.
 */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import pino from 'pino';
import { DEFAULT_LIMITS } from '../gateways/limits.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { OpenPeer } from '../ports/transport.ts';
import { Counters } from './counters.ts';
import { WsTransport } from './ws-transport.ts';

/** What can be told apart from outside, but for when. */
export interface StreamOutcome {
  /** Messages as the gateway had them: `text:…` or `binary:…` in hex. */
  readonly messages: readonly string[];
  /** How often the gateway was told that the peer is gone. */
  readonly timesGone: number;
  /** What came back behind the upgrade, in the order it was sent: frames as the server writes them. */
  readonly sent: Uint8Array;
  /** True once the stream is closed on both sides. */
  readonly isOver: boolean;
}

/** A message that begins with this is answered by a close with 4400, as a gateway does with what it cannot read. */
const CLOSES = 0x3f;

/**
 * Makes connections one after another. The first of `pieces` comes with the upgrade, the others one by one, and then
 * the end of the client's side; `turns` are waited for between two pieces.
 */
export function streamsUnderTest(): (pieces: readonly Uint8Array[], turns: number) => Promise<StreamOutcome> {
  const clock = new VirtualClock();
  const transport = new WsTransport({
    clock,
    limits: DEFAULT_LIMITS,
    counters: new Counters({ clock, log: pino({ level: 'silent' }) }),
  });
  let current: { messages: string[]; timesGone: number } = { messages: [], timesGone: 0 };
  const open: OpenPeer = (peer) => ({
    message: (data) => {
      const bytes = Buffer.from(data);
      current.messages.push(typeof data === 'string' ? `text:${data}` : `binary:${bytes.toString('hex')}`);
      if (bytes[0] === CLOSES) peer.close(4400, 'BAD_FRAME');
    },
    gone: () => {
      current.timesGone++;
    },
  });
  transport.start(open);
  const request = upgradeRequest();

  return async ([head = new Uint8Array(0), ...pieces], turns) => {
    current = { messages: [], timesGone: 0 };
    const wire = new MemoryWire();
    transport.upgrade(request, wire, Buffer.from(head), { address: '', isAdmitted: true, admit() {}, leave() {} });
    for (const piece of pieces) {
      for (let left = turns; left > 0; left--) await nextTurn();
      wire.deliver(piece);
    }
    await nextTurn();
    wire.deliver(null);
    for (let left = 10; left > 0 && !wire.isOver; left--) await nextTurn();
    const { messages, timesGone } = current;
    const outcome = { messages, timesGone, sent: wire.sent(), isOver: wire.isOver };
    wire.destroy();
    return outcome;
  };
}

/** The server's end of a connection, and in `deliver` and `sent` the client's. */
class MemoryWire extends Duplex {
  readonly #written: Uint8Array[] = [];
  isOver = false;

  constructor() {
    super();
    this.once('close', () => {
      this.isOver = true;
    });
  }

  /** A copy of the bytes, which the reader unmasks in place; null for the end. */
  deliver(bytes: Uint8Array | null): void {
    if (!this.destroyed) this.push(bytes === null ? null : Uint8Array.from(bytes));
  }

  /** What the server wrote behind the answer to the upgrade. */
  sent(): Uint8Array {
    const all = Buffer.concat(this.#written);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#written.push(chunk);
    done();
  }
}

function upgradeRequest(): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.url = '/websocket';
  request.headers = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return request;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
