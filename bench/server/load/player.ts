/** One player: the way in, the states it gets, the inputs it sends, and the way out. */
import { Line, type LineEvents } from '../../load/line.ts';
import type { Dialect, Speaker } from './dialects.ts';

/** What players tell of themselves. */
export interface PlayerEvents {
  /** The first state is here. */
  playing(player: Player): void;
  /** It was refused, or its connection has ended by itself. */
  lost(player: Player, why: string): void;
  /** A state of so many bytes after the first; the time is that at which the bytes were read. */
  state(player: Player, bytes: number): void;
  received(bytes: number): void;
}

export class Player implements LineEvents, Speaker {
  readonly number: number;
  newestTick = 0;
  isPlaying = false;
  /** When its newest state came. */
  stateAtMs = 0;
  readonly #port: number;
  readonly #dialect: Dialect;
  readonly #on: PlayerEvents;
  #line: Line | null = null;
  #isComing = false;
  #inputs: number;

  /** Players begin their squares at different corners. */
  constructor(number: number, port: number, dialect: Dialect, on: PlayerEvents) {
    this.number = number;
    this.#port = port;
    this.#dialect = dialect;
    this.#on = on;
    this.#inputs = number;
  }

  /** Asks for a seat; `playing` or `lost` follows. */
  come(): void {
    this.#isComing = true;
    const asked = this.#dialect.ask();
    if (Buffer.isBuffer(asked)) return this.#open(asked);
    asked.then(
      (request) => this.#open(request),
      (error: unknown) => this.#lost(String(error)),
    );
  }

  /** Leaves for good. */
  leave(): void {
    const { farewell } = this.#dialect;
    const line = this.#line;
    this.#isComing = false;
    this.isPlaying = false;
    if (farewell === null) line?.cut();
    else line?.send(farewell);
  }

  /** Asks for its next step. */
  sendInput(turnEveryTicks: number): void {
    const direction = Math.floor(this.#inputs++ / turnEveryTicks) & 3;
    this.#line?.send(this.#dialect.input(this, direction));
  }

  opened(line: Line): void {
    const { hello } = this.#dialect;
    if (hello !== null) line.send(hello);
  }

  received(bytes: number): void {
    this.#on.received(bytes);
  }

  message(line: Line, data: Buffer, start: number, end: number): void {
    const heard = this.#dialect.hear(line, this, data, start, end);
    if (this.isPlaying) {
      if (heard === 'state') this.#on.state(this, end - start);
    } else if (heard !== 'other' && this.#isComing) {
      if (typeof heard === 'object') return this.#lost(heard.refused);
      this.#isComing = false;
      this.isPlaying = true;
      this.#on.playing(this);
    }
  }

  gone(_line: Line, why: string): void {
    this.#lost(why);
  }

  #open(request: Buffer): void {
    this.#line = new Line(this.#port, this.number, request, this);
  }

  #lost(why: string): void {
    const wasWanted = this.#isComing || this.isPlaying;
    this.#isComing = false;
    this.isPlaying = false;
    this.#line?.cut();
    if (wasWanted) this.#on.lost(this, why);
  }
}
