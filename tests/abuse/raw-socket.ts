/**
 * A client that obeys nothing: one TCP connection with a minimal frame writer and reader of RFC 6455 of its own. It
 * writes whatever it is told, in one segment where it is told so, and keeps all that comes back. It answers a close by
 * ending the connection, as an honest client does, so that nobody has to wait for a time-out.
 */
import { connect, type Socket } from 'node:net';
import { until } from '../support/yard.ts';

/** The key of RFC 6455's own example; the answer to it is known. */
export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const SAMPLE_ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameToWrite {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** True unless said otherwise. */
  readonly fin?: boolean;
  /** Masked unless said otherwise, as a client must. */
  readonly masked?: boolean;
  /** The three reserved bits: 4, 2, 1. */
  readonly rsv?: number;
  /** The length the header claims, in its 64-bit form, in place of the true one. */
  readonly claimedLength?: bigint;
}

/** One frame as bytes, as wrong as it is asked for. */
export function frame({
  opcode,
  payload = '',
  fin = true,
  masked = true,
  rsv = 0,
  claimedLength,
}: FrameToWrite): Buffer {
  const body = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = masked ? Buffer.from([0x37, 0xfa, 0x21, 0x3d]) : Buffer.alloc(0);
  const header = Buffer.concat([Buffer.from([first]), lengthOf(body.length, masked, claimedLength), mask]);
  if (!masked) return Buffer.concat([header, body]);
  return Buffer.concat([header, body.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

function lengthOf(length: number, masked: boolean, claimed: bigint | undefined): Buffer {
  const bit = masked ? 0x80 : 0;
  if (claimed !== undefined || length > 0xffff) {
    const bytes = Buffer.alloc(9);
    bytes[0] = bit | 127;
    bytes.writeBigUInt64BE(claimed ?? BigInt(length), 1);
    return bytes;
  }
  if (length < 126) return Buffer.from([bit | length]);
  return Buffer.from([bit | 126, length >> 8, length & 0xff]);
}

export const textFrame = (payload: Uint8Array | string): Buffer => frame({ opcode: OPCODE.text, payload });
export const binaryFrame = (payload: Uint8Array | string): Buffer => frame({ opcode: OPCODE.binary, payload });

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; values of a repeated header are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The end of a WebSocket as this side saw it; 1006 where no close frame came. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export class RawSocket {
  readonly texts: string[] = [];
  readonly binaries: Buffer[] = [];
  readonly pongs: string[] = [];
  /** What kinds of message came, in order: a pong may have to come before a text. */
  readonly arrived: ('text' | 'binary' | 'pong' | 'ping')[] = [];
  answer: HttpAnswer | null = null;
  ending: Ending | null = null;
  /** Plain bytes of the answer's body, for answers that are no upgrade. */
  body = '';
  /** False for one whose machine is gone: what comes is heard by nobody. */
  answersPings = true;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #isGone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('close', () => {
      this.#isGone = true;
      this.ending ??= { code: 1006, reason: '' };
    });
  }

  /** True once the TCP connection is over on both sides. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** True while the server has neither closed nor cut this connection. */
  get isOpen(): boolean {
    return this.ending === null && !this.#isGone;
  }

  /** Writes all of it as one segment. */
  write(...parts: (Uint8Array | string)[]): void {
    this.#socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Cuts the line without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Cuts the line as a crashed program does: the other side is told that there is nobody. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Says that nothing more will come, and goes on listening. */
  finish(): void {
    this.#socket.end();
  }

  /** Reads nothing more, as a program that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  async answered(): Promise<HttpAnswer> {
    await until('the request is answered', () => this.answer !== null);
    if (this.answer === null) throw new Error('unreachable');
    return this.answer;
  }

  /** Resolves with the close frame once the connection is over on both sides. */
  async closed(): Promise<Ending> {
    await until('the server ends this connection', () => this.#isGone);
    return this.ending ?? { code: 1006, reason: '' };
  }

  /** The first text, from the `from`th on, that `is` what is looked for. */
  async text(what: string, is: (text: string) => boolean, from = 0): Promise<string> {
    let found: string | undefined;
    await until(`${what} arrives`, () => {
      found = this.texts.slice(from).find(is);
      return found !== undefined;
    });
    return found ?? '';
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.answer === null) this.#readAnswer();
    if (this.answer?.status !== 101) {
      this.body += this.#received.toString('latin1');
      this.#received = Buffer.alloc(0);
      return;
    }
    while (this.#readFrame());
  }

  #readAnswer(): void {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [statusLine = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    this.answer = { status: Number(statusLine.split(' ')[1]), headers };
    this.#received = this.#received.subarray(end + 4);
  }

  #readFrame(): boolean {
    const bytes = this.#received;
    const [first = 0, second = 0] = bytes;
    if (bytes.length < 2) return false;
    const short = second & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return false;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return false;
    const payload = bytes.subarray(start, start + length);
    this.#received = bytes.subarray(start + length);
    this.#take(first & 0x0f, payload);
    return true;
  }

  /** The server sends whole messages, never fragments. */
  #take(opcode: number, payload: Buffer): void {
    switch (opcode) {
      case OPCODE.text:
        this.texts.push(payload.toString('utf8'));
        return void this.arrived.push('text');
      case OPCODE.binary:
        this.binaries.push(Buffer.from(payload));
        return void this.arrived.push('binary');
      case OPCODE.pong:
        this.pongs.push(payload.toString('utf8'));
        return void this.arrived.push('pong');
      case OPCODE.ping:
        this.arrived.push('ping');
        if (!this.answersPings) return;
        return this.write(frame({ opcode: OPCODE.pong, payload }));
      case OPCODE.close:
        this.ending ??= {
          code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005,
          reason: payload.subarray(2).toString('utf8'),
        };
        this.#socket.end(frame({ opcode: OPCODE.close, payload: payload.subarray(0, 2) }));
        return;
      default:
        throw new Error(`the server sent a frame of opcode ${opcode}`);
    }
  }
}

/** A TCP connection on which nothing was said yet, from another address of this machine where one is given. */
export async function openRaw(port: number, from?: string): Promise<RawSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  return new RawSocket(socket);
}

export interface UpgradeRequest {
  readonly path: string;
  /** Another server's, in place of the world's own. */
  readonly port?: number;
  /** The address to connect from: any of 127.0.0.0/8. */
  readonly from?: string;
  readonly method?: string;
  /** In place of, or beside, the headers of a valid request; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A request to upgrade, valid but for what is changed. */
export function upgradeRequest(port: number, { path, method = 'GET', headers = {} }: UpgradeRequest): string {
  const all: Record<string, string | null> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': SAMPLE_KEY,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
