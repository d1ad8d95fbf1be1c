/**
 * What one server counts, in the text format of Prometheus, and the log of what it refused. Each server has its own registry;
 * nothing is kept by process. Names and labels are the server's own words, never a client's.
 */
import type { Logger } from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Clock } from '../ports/clock.ts';

/** Refusals of one reason are logged at most this often: whoever is refused must not be able to fill a disk. */
const LOG_PERIOD_MS = 1_000;

export interface CountersOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Refusals of one kind since their last line in the log. */
interface Unlogged {
  readonly reason: string;
  readonly message: string;
  count: number;
  details: object;
  cancel: () => void;
}

export class Counters {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #registry = new Registry();
  readonly #refusals: Counter<'reason'>;
  readonly #joins: Counter;
  /** By reason and message, of which there are few; a kind that was quiet for a while is not here. */
  readonly #unlogged = new Map<string, Unlogged>();

  constructor({ clock, log }: CountersOptions) {
    this.#clock = clock;
    this.#log = log;
    const registers = [this.#registry];
    this.#refusals = new Counter({
      name: 'madang_refusals_total',
      help: 'Requests, messages and connections that were refused, by the code of the refusal.',
      labelNames: ['reason'],
      registers,
    });
    this.#joins = new Counter({ name: 'madang_joins_total', help: 'Seats that were taken.', registers });
  }

  /**
   * Counts a refusal and logs it: the first of its kind at once, those that follow within a second in one line, with their
   * `count` and the details of the last.
   */
  refused(reason: string, message: string, details: object = {}): void {
    this.count(reason);
    const kind = `${reason} ${message}`;
    const earlier = this.#unlogged.get(kind);
    if (earlier !== undefined) {
      earlier.count++;
      earlier.details = details;
      return;
    }
    const first: Unlogged = { reason, message, count: 1, details, cancel: () => {} };
    this.#unlogged.set(kind, first);
    this.#write(first);
    this.#writeLater(kind, first);
  }

  /** Counts a refusal that is not worth a line: of a request whose connection stays open. */
  count(reason: string): void {
    this.#refusals.inc({ reason });
  }

  joined(): void {
    this.#joins.inc();
  }

  /** Shows a figure that is read whenever somebody looks. `name` is used once per server. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Everything that was counted, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Logs what was not logged yet, and nothing by timer any more. */
  stop(): void {
    for (const unlogged of this.#unlogged.values()) {
      unlogged.cancel();
      this.#write(unlogged);
    }
    this.#unlogged.clear();
  }

  #writeLater(kind: string, unlogged: Unlogged): void {
    unlogged.cancel = this.#clock.after(LOG_PERIOD_MS, () => {
      if (unlogged.count === 0) return void this.#unlogged.delete(kind);
      this.#write(unlogged);
      this.#writeLater(kind, unlogged);
    });
  }

  #write(unlogged: Unlogged): void {
    const { reason, message, count, details } = unlogged;
    if (count > 0) this.#log.info({ ...details, reason, count }, message);
    unlogged.count = 0;
  }
}
