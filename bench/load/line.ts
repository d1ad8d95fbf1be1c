/**
 * A WebSocket client of the least work, so that it is the server that is measured: a socket, an upgrade written by hand, frames
 * read where they lie. Every byte comes by one buffer, which is anybody's again when a callback is over.
 */
import { connect, type Socket } from 'node:net';

/** Servers count connections by address: players are spread over as many as a city has. */
const ADDRESSES = 250;

const READ_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const UPGRADED = 'HTTP/1.1 101 ';

const FIN_AND_OPCODE = 0x8f;
const OPCODE = 0x0f;
export const TEXT = 1;
export const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const MASKED = 0x80;
/** Not zero: a server may skip the unmasking then. */
const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

export interface LineEvents {
  opened(line: Line): void;
  /** So many bytes came; the messages in them, if any, follow. */
  received?(bytes: number): void;
  /** One message: the bytes of `data` from `start` to `end`, for as long as this call lasts. */
  message(line: Line, data: Buffer, start: number, end: number): void;
  /** The end of it, whoever ended it, unless this side cut it. */
  gone(line: Line, why: string): void;
}

export class Line {
  readonly #socket: Socket;
  readonly #on: LineEvents;
  #rest: Buffer | null = null;
  #isOpen = false;
  #isOver = false;

  /** Opens a socket from the address with this number and asks for the upgrade. */
  constructor(port: number, number: number, request: Buffer, on: LineEvents) {
    this.#on = on;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      localAddress: addressOf(number),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          this.#on.received?.(bytes);
          this.#read(bytes);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#gone(error.message));
    this.#socket.on('close', () => this.#gone('closed'));
    this.#socket.write(request);
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Ends it here and now, as a lost network does; `gone` is not called. */
  cut(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #gone(why: string): void {
    if (this.#isOver) return;
    this.cut();
    this.#on.gone(this, why);
  }

  #read(bytes: number): void {
    let data = readBuffer;
    let end = bytes;
    if (this.#rest !== null) {
      data = Buffer.concat([this.#rest, readBuffer.subarray(0, bytes)]);
      end = data.length;
    }
    let at = 0;
    if (!this.#isOpen) {
      at = this.#readHead(data, end);
      if (this.#isOver) return;
    }
    if (this.#isOpen) at = this.#readFrames(data, at, end);
    this.#rest = at < end && !this.#isOver ? Buffer.from(data.subarray(at, end)) : null;
  }

  /** Answers where the head ends, 0 where it is not whole yet. */
  #readHead(data: Buffer, end: number): number {
    const head = data.toString('latin1', 0, end);
    const headEnd = head.indexOf(HEAD_END);
    if (headEnd < 0) return 0;
    if (!head.startsWith(UPGRADED)) {
      this.#gone(head.slice(0, head.indexOf('\r\n')));
      return 0;
    }
    this.#isOpen = true;
    this.#on.opened(this);
    return headEnd + HEAD_END.length;
  }

  /** Answers where the first frame begins that is not whole yet. */
  #readFrames(data: Buffer, from: number, dataEnd: number): number {
    let at = from;
    while (at + 2 <= dataEnd && !this.#isOver) {
      const opcode = (data[at] ?? 0) & OPCODE;
      let size = data[at + 1] ?? 0;
      let start = at + 2;
      if (size === 126) {
        if (dataEnd < at + 4) break;
        size = data.readUInt16BE(at + 2);
        start = at + 4;
      } else if (size === 127) {
        if (dataEnd < at + 10) break;
        size = Number(data.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      const end = start + size;
      if (end > dataEnd) break;
      if (opcode === TEXT || opcode === BINARY) this.#on.message(this, data, start, end);
      else if (opcode === PING) this.send(frameOf(data.subarray(start, end), PONG));
      else if (opcode === CLOSE) this.#gone(`close ${size >= 2 ? data.readUInt16BE(start) : ''}`.trimEnd());
      at = end;
    }
    return at;
  }
}

/** The request that asks for an upgrade of this path. */
export function upgradeRequest(port: number, path: string, headers = ''): Buffer {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${headers}\r\n`,
  );
}

/** One message as a client's frame. */
export function frameOf(payload: Uint8Array, opcode: number = BINARY): Buffer {
  const head = payload.length < 126 ? 2 : 4;
  const frame = Buffer.alloc(head + MASK.length + payload.length);
  frame[0] = (FIN_AND_OPCODE & ~OPCODE) | opcode;
  frame[1] = MASKED | (head === 2 ? payload.length : 126);
  if (head === 4) frame.writeUInt16BE(payload.length, 2);
  frame.set(MASK, head);
  for (const [index, byte] of payload.entries()) frame[head + MASK.length + index] = byte ^ (MASK[index % 4] ?? 0);
  return frame;
}

/** The player's address: there is a network of them on every machine. */
export function addressOf(number: number): string {
  return `127.0.1.${1 + (number % ADDRESSES)}`;
}

const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
