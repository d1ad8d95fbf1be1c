/** One client's way to the server: the client's `OpenLink`, and what happens to what goes through it. */
import type { OpenLink } from '@madang/client';
import type { SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';
import { type Conditions, checkConditions } from './conditions.ts';
import { Line, type LineEvent } from './line.ts';
import type { NodeTransport } from './node-transport.ts';
import { Pauses } from './pauses.ts';

/** How long a server may take to notice that a client went away without a goodbye: three pings of `WsTransport`. */
const UNNOTICED_MS = 15_000;

export interface ClientNetworkOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly shared: () => Conditions;
  readonly listener: () => NodeTransport | null;
  readonly watch: (what: LineEvent, data: Uint8Array | string | null) => void;
}

export class ClientNetwork {
  readonly name: string;
  /** What `connect` of @madang/client takes. */
  readonly openLink: OpenLink;
  /** Lines that were opened so far, and how many of them have told their client that they are over. */
  opened = 0;
  closed = 0;

  readonly #options: ClientNetworkOptions;
  readonly #lines = new Set<Line>();
  readonly #stallPhase: number;
  #own: Partial<Conditions> = {};
  #conditions: Conditions;
  readonly #pauses = new Pauses(() => this.#holdAll());

  constructor(options: ClientNetworkOptions) {
    this.#options = options;
    this.name = options.name;
    this.#conditions = options.shared();
    this.#stallPhase = options.random.float();
    this.openLink = (url, on) => {
      this.opened++;
      const lane = {
        clock: options.clock,
        random: options.random,
        conditions: () => this.#conditions,
        stallEndMs: (atMs: number) => this.#stallEndMs(atMs),
      };
      const line = new Line({
        up: lane,
        down: lane,
        address: options.name,
        query: new URL(url).searchParams,
        client: on,
        listener: options.listener,
        watch: (what, data) => {
          if (what === 'closed') this.closed++;
          options.watch(what, data);
        },
        over: () => this.#lines.delete(line),
      });
      this.#lines.add(line);
      if (this.#conditions.isDown) line.refuse();
      else line.open();
      this.#hold(line);
      return line.link;
    };
  }

  get conditions(): Conditions {
    return this.#conditions;
  }

  get lines(): readonly Line[] {
    return [...this.#lines];
  }

  get lineCount(): number {
    return this.#lines.size;
  }

  /** What the server has sent to this client and what waits on its side. */
  get bufferedBytes(): number {
    let most = 0;
    for (const line of this.#lines) most = Math.max(most, line.bufferedBytes);
    return most;
  }

  /** While true the client reads nothing: what the server sends stays in the server's buffer. False ends every pause. */
  get isPaused(): boolean {
    return this.#pauses.isPaused;
  }

  set isPaused(isPaused: boolean) {
    if (isPaused) this.pause();
    else this.#pauses.clear();
  }

  /** The client reads nothing until this pause and all others are over. Answers a function that ends this one. */
  pause(): () => void {
    return this.#pauses.begin();
  }

  /** Changes what this client's way is like, whatever the others' are. Throws RangeError. */
  set(conditions: Partial<Conditions>): void {
    checkConditions({ ...this.#options.shared(), ...this.#own, ...conditions });
    this.#own = { ...this.#own, ...conditions };
    this.refresh();
  }

  /**
   * Breaks the open lines without a goodbye. The client hears of it at once, as 1006; the server after `serverLearnsMs`,
   * by chance at once, as when a machine says so, or up to 15 s later, as when pings go unanswered.
   */
  cut(serverLearnsMs: number = this.#drawUnnoticedMs()): void {
    for (const line of this.lines) line.cut(serverLearnsMs);
  }

  /** As `SeededNetwork.heal`, for this client, whose way is the shared one again. */
  heal(): void {
    this.#own = {};
    this.#pauses.clear();
    this.refresh();
    for (const line of this.lines) line.hurry();
  }

  /** Looks at the shared conditions again. */
  refresh(): void {
    this.#conditions = { ...this.#options.shared(), ...this.#own };
    for (const line of this.lines) {
      this.#hold(line);
      line.refresh();
    }
  }

  #holdAll(): void {
    for (const line of this.#lines) this.#hold(line);
  }

  #hold(line: Line): void {
    const { isDown } = this.#conditions;
    line.holdUp(isDown || (this.#options.listener()?.isPaused ?? false));
    line.holdDown(isDown || this.isPaused);
  }

  #drawUnnoticedMs(): number {
    const { random } = this.#options;
    return random.chance(0.5) ? 0 : random.float() * UNNOTICED_MS;
  }

  #stallEndMs(atMs: number): number {
    const { stalls } = this.#conditions;
    if (stalls === null) return atMs;
    const sinceMs = (atMs + this.#stallPhase * stalls.everyMs) % stalls.everyMs;
    return sinceMs < stalls.forMs ? atMs + stalls.forMs - sinceMs : atMs;
  }
}
