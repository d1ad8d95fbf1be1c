/**
 * The WebSocket under a session of Socket.IO, for what nearly all of its traffic is: players' inputs and states of the room. They
 * pass by the side of the library, which would ask of each what it may be; all else goes through it.
 */
import type { Duplex } from 'node:stream';
import type { MessageListener } from '@madang/server';
import type { Transport } from 'engine.io';
import type { WebSocket } from 'ws';

/** How an event begins that wants no answer. Source: the protocols of Socket.IO (5) and of its engine (4). */
const EVENT = '42[';

/** The type of packet that is in every message of the engine which holds one of Socket.IO's. */
export const MESSAGE = '4';

/** Takes an event: its name, then its values. Answers false where it is the library's. */
type HearEvent = (event: readonly unknown[], sizeBytes: number) => boolean;

export class DirectLine implements MessageListener {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  #hearEvent: HearEvent | null = null;
  /** True while the library may have heard something that it deals with a moment later. */
  #isBehind = false;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  /** Who hears events from now on; null for the library alone. */
  heardBy(hearEvent: HearEvent | null): void {
    this.#hearEvent = hearEvent;
  }

  /**
   * Short messages, as they come. What is no event of this kind is the library's, also what only looks like one; and so is what comes
   * behind it in the same read: the library hears events by `nextTick`, and none is to overtake another.
   */
  hear(message: Buffer, isBinary: boolean): void {
    const mayHear = !isBinary && !this.#isBehind && this.#hearEvent !== null;
    const event = mayHear ? eventOf(message.toString('utf8')) : null;
    if (event !== null && this.#hearEvent?.(event, message.length - MESSAGE.length) === true) return;
    if (!this.#isBehind) {
      this.#isBehind = true;
      process.nextTick(() => {
        this.#isBehind = false;
      });
    }
    this.#webSocket.emit('message', message, isBinary);
  }

  /** Bytes that wait here for the client to read. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Writes a whole frame: behind all that the engine has sent, as long as it holds nothing back. */
  write(frame: Buffer): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#socket.write(frame);
  }
}

/** The lines of an engine's WebSockets. */
export class DirectLines {
  readonly #lines = new WeakMap<object, DirectLine>();

  add(webSocket: WebSocket, socket: Duplex): DirectLine {
    const line = new DirectLine(webSocket, socket);
    this.#lines.set(webSocket, line);
    return line;
  }

  /** The line under a transport; null where it is none. The engine has no public name for the WebSocket. */
  of(transport: Transport): DirectLine | null {
    const webSocket: unknown = Reflect.get(transport, 'socket');
    return (typeof webSocket === 'object' && webSocket !== null && this.#lines.get(webSocket)) || null;
  }
}

function eventOf(text: string): readonly unknown[] | null {
  if (!text.startsWith(EVENT)) return null;
  try {
    const event: unknown = JSON.parse(text.slice(EVENT.indexOf('[')));
    return Array.isArray(event) ? event : null;
  } catch {
    return null;
  }
}
