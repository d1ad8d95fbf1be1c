/**
 * Requests over HTTP for those servers that give out seats by it. Lines are kept open and used again, which is kinder than life, where
 * each player opens one of its own.
 */
import { connect, type Socket } from 'node:net';
import { addressOf } from './line.ts';

const HEAD_END = '\r\n\r\n';

export class Reservations {
  readonly #port: number;
  readonly #free: HttpLine[] = [];
  #made = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** The body of the answer. Rejects where it is no success. */
  async post(path: string, body: string): Promise<string> {
    const line = this.#take();
    const answer = await line.post(path, body);
    this.#free.push(line);
    return answer;
  }

  /** A line that is open. Servers close those that were not used for a while. */
  #take(): HttpLine {
    for (let line = this.#free.pop(); line !== undefined; line = this.#free.pop()) if (line.isUsable) return line;
    return new HttpLine(this.#port, this.#made++);
  }
}

class HttpLine {
  readonly #port: number;
  readonly #socket: Socket;
  #heard = '';
  #waiting: { resolve(body: string): void; reject(error: Error): void } | null = null;

  constructor(port: number, number: number) {
    this.#port = port;
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: addressOf(number), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('closed'));
  }

  get isUsable(): boolean {
    return this.#socket.readyState === 'open' || this.#socket.connecting;
  }

  post(path: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nAccept: application/json\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
  }

  #read(text: string): void {
    this.#heard += text;
    const end = this.#heard.indexOf(HEAD_END);
    if (end < 0) return;
    const size = Number(/\r\ncontent-length: (\d+)/i.exec(this.#heard.slice(0, end))?.[1]);
    const body = this.#heard.slice(end + HEAD_END.length);
    if (Number.isNaN(size)) return this.#fail(`no length in ${this.#heard.slice(0, end)}`);
    if (body.length < size) return;
    const isSuccess = this.#heard.startsWith('HTTP/1.1 200');
    this.#heard = '';
    if (!isSuccess) return this.#fail(body);
    this.#waiting?.resolve(body);
  }

  #fail(why: string): void {
    this.#socket.destroy();
    this.#waiting?.reject(new Error(`a reservation failed: ${why}`));
    this.#waiting = null;
  }
}
