/**
 * A network in virtual time whose every chance comes from a seed: the server's `Transport` on one side, the client's
 * `OpenLink` on the other, and between them what a real way does to messages.
 *
 * Each client has a way of its own, and a sequence of chance of its own: what happens to one changes nothing for others.
 */
import type { Clock } from '@madang/server';
import { streamOf } from '../random-streams.ts';
import { ClientNetwork } from './client-network.ts';
import { type Conditions, checkConditions, PERFECT } from './conditions.ts';
import type { LineEvent } from './line.ts';
import { NodeTransport } from './node-transport.ts';

export interface NetworkOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** What all ways are like; perfect where absent. */
  readonly conditions?: Partial<Conditions>;
  /** Told of everything that arrives at either end, in order: for traces. Must not write to `data`. */
  readonly watch?: (client: string, what: LineEvent, data: Uint8Array | string | null) => void;
}

export class SeededNetwork {
  readonly #options: NetworkOptions;
  readonly #clients: ClientNetwork[] = [];
  #conditions: Conditions;
  #listener: NodeTransport | null = null;

  /** Throws RangeError for conditions that cannot be. */
  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#conditions = { ...PERFECT, ...options.conditions };
    checkConditions(this.#conditions);
  }

  get clients(): readonly ClientNetwork[] {
    return this.#clients;
  }

  /** Lines of which at least one end does not know yet that they are over. */
  get lineCount(): number {
    let count = 0;
    for (const client of this.#clients) count += client.lineCount;
    return count;
  }

  /** The most that waits for one client on the server's side. */
  get bufferedBytesMax(): number {
    let most = 0;
    for (const client of this.#clients) most = Math.max(most, client.bufferedBytes);
    return most;
  }

  /** A server's side. Of several, the one that was started last and still listens is who clients reach. */
  transport(): NodeTransport {
    return new NodeTransport(this.#options.clock, {
      listens: (transport) => {
        this.#listener = transport;
        this.#refresh();
      },
      leaves: (transport) => {
        if (this.#listener === transport) this.#listener = null;
      },
      changed: () => this.#refresh(),
    });
  }

  /** A client's side. The name is its address for the server, and what its chance is drawn by: each needs its own. */
  client(name: string): ClientNetwork {
    const { clock, seed, watch = () => {} } = this.#options;
    const client = new ClientNetwork({
      name,
      clock,
      random: streamOf(seed, `network ${name}`),
      shared: () => this.#conditions,
      listener: () => this.#listener,
      watch: (what, data) => watch(name, what, data),
    });
    this.#clients.push(client);
    return client;
  }

  /** Changes what all ways are like, but for what a client has of its own. Throws RangeError. */
  set(conditions: Partial<Conditions>): void {
    const next = { ...this.#conditions, ...conditions };
    checkConditions(next);
    this.#conditions = next;
    this.#refresh();
  }

  /** Every way is perfect from now on, everybody reads, and what was delayed or went unnoticed arrives now. */
  heal(): void {
    this.#conditions = PERFECT;
    for (const client of this.#clients) client.heal();
  }

  #refresh(): void {
    for (const client of this.#clients) client.refresh();
  }
}
