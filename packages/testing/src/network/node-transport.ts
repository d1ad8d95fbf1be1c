/** The network as one server process has it: its `Transport`, and what can befall the process. */
import type { Clock, OpenPeer, Transport } from '@madang/server';
import type { Line, Listener } from './line.ts';
import { Pauses } from './pauses.ts';

/** What the network does for its transports. */
export interface NodeTransportOptions {
  listens(transport: NodeTransport): void;
  leaves(transport: NodeTransport): void;
  /** It reads again, or no more. */
  changed(): void;
}

export class NodeTransport implements Transport, Listener {
  readonly #clock: Clock;
  readonly #options: NodeTransportOptions;
  readonly #lines = new Set<Line>();
  readonly #pauses = new Pauses(() => this.#options.changed());
  #open: OpenPeer | null = null;
  #emptied: (() => void) | null = null;

  constructor(clock: Clock, options: NodeTransportOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /**
   * While true the process reads nothing, as when it is stopped or collects garbage: what clients send stays on the way.
   * False ends every pause.
   */
  get isPaused(): boolean {
    return this.#pauses.isPaused;
  }

  set isPaused(isPaused: boolean) {
    if (isPaused) this.pause();
    else this.#pauses.clear();
  }

  /** The process reads nothing until this pause and all others are over. Answers a function that ends this one. */
  pause(): () => void {
    return this.#pauses.begin();
  }

  start(open: OpenPeer): void {
    this.#open = open;
    this.#options.listens(this);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#open = null;
    this.#options.leaves(this);
    if (this.#lines.size === 0) return;
    for (const line of this.#lines) line.closeFromServer(1012, 'SERVER_STOPPING');
    const cancel = this.#clock.after(deadlineMs, () => {
      for (const line of [...this.#lines]) line.terminate();
    });
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    cancel();
  }

  /** The process is gone: none of its code hears anything any more, and clients learn that their lines broke. */
  crash(): void {
    this.#open = null;
    this.#options.leaves(this);
    for (const line of [...this.#lines]) line.serverDied();
  }

  accept(line: Line): OpenPeer | null {
    if (this.#open !== null) this.#lines.add(line);
    return this.#open;
  }

  release(line: Line): void {
    this.#lines.delete(line);
    if (this.#lines.size === 0) this.#emptied?.();
  }
}
