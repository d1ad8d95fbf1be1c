/** One player: the way in, what it is sent, and the way out. */

import { Line } from '../../load/line.ts';
import type { Dialect, Heard } from './dialects.ts';

/** The end of a way in that did not lead to a seat, or of a line after it did. */
export interface Setback {
  readonly why: string;
  /** Where the server said when to come back. */
  readonly retryAfterMs: number | null;
}

export interface PlayerEvents {
  /** The first state is here. */
  playing(player: Player): void;
  lost(player: Player, setback: Setback): void;
  updated?(player: Player): void;
}

export class Player {
  readonly number: number;
  updates = 0;
  isPlaying = false;
  /** What the seat can be taken up again with, where the server has such a thing. */
  token: string | null = null;
  /** Whether it sits in the seat it had before. */
  hasReturned = false;
  readonly #port: number;
  readonly #dialect: Dialect;
  readonly #on: PlayerEvents;
  #line: Line | null = null;
  #isComing = false;
  #tries = 0;

  constructor(number: number, port: number, dialect: Dialect, on: PlayerEvents) {
    this.number = number;
    this.#port = port;
    this.#dialect = dialect;
    this.#on = on;
  }

  /** Asks for a seat, or for the one the token is of; `playing` or `lost` follows. */
  come(): void {
    this.#isComing = true;
    const number = ++this.#tries;
    const asked = this.#dialect.ask();
    if (Buffer.isBuffer(asked)) return this.#open(asked);
    // An answer that comes after the try was given up is nobody's.
    const ifWanted = (act: () => void): void => {
      if (this.#isComing && this.#tries === number) act();
    };
    asked.then(
      (request) => ifWanted(() => this.#open(request)),
      (error: unknown) => ifWanted(() => this.#lost(String(error))),
    );
  }

  /** Is gone without a word, as by a lost network. */
  cut(): void {
    this.#isComing = false;
    this.isPlaying = false;
    this.#line?.cut();
    this.#line = null;
  }

  /** Leaves for good. */
  leave(): void {
    const { farewell } = this.#dialect;
    if (farewell === null || this.#line === null) return this.cut();
    this.#isComing = false;
    this.isPlaying = false;
    this.#line.send(farewell);
  }

  #open(request: Buffer): void {
    const line = new Line(this.#port, this.number, request, {
      opened: () => {
        const hello = this.#dialect.hello(this.token);
        if (hello !== null) line.send(hello);
      },
      message: (_line, data, start, end) => this.#hear(this.#dialect.hear(line, data, start, end)),
      gone: (_line, why) => this.#lost(why),
    });
    this.#line = line;
  }

  #hear(heard: Heard): void {
    if (heard === 'other') return;
    if (typeof heard === 'object') {
      if ('refused' in heard) return this.#lost(heard.refused, heard.retryAfterMs);
      this.token = heard.token;
      this.hasReturned = heard.isReturn;
      return;
    }
    if (this.isPlaying) {
      this.updates++;
      this.#on.updated?.(this);
      return;
    }
    if (heard !== 'first' || !this.#isComing) return;
    this.#isComing = false;
    this.isPlaying = true;
    this.#on.playing(this);
  }

  #lost(why: string, retryAfterMs: number | null = null): void {
    const wasWanted = this.#isComing || this.isPlaying;
    this.cut();
    if (wasWanted) this.#on.lost(this, { why, retryAfterMs });
  }
}
