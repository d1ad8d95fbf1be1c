/**
 * A server, its players and the network between them, in virtual time: real server code, real SDK code, and nothing that
 * does not come from the seed. `advance` lets time pass and checks after every event what must always hold.
 *
 * `recover` adds liveness: after healing, everybody plays or knows why not, and all agree. What else is checked stands in
 * `invariants.ts`.
 */
import type { Game } from '@madang/core';
import type { MadangServer } from '@madang/server';
import { MemoryDirectory, MemoryJournal, VirtualClock } from '@madang/server/memory';
import { type Journal, StoreError } from '@madang/server/sql';
import { FaultPlan } from '../faults/fault-plan.ts';
import { faulty } from '../faults/faulty.ts';
import { SeededNetwork } from '../network/seeded-network.ts';
import { playerOf } from '../players/player.ts';
import { streamOf } from '../random-streams.ts';
import { EventHash } from './event-hash.ts';
import { Invariants } from './invariants.ts';
import { SimulatedClient } from './simulated-client.ts';
import { SimulatedNode } from './simulated-node.ts';
import { Violation } from './violation.ts';
import type { WorldOptions } from './world-options.ts';

/**
 * After healing, within this everybody plays or knows why not: the longest wait between two tries to return, and another join.
 * Longer where seats are held for longer.
 */
const RECOVERY_MS = 15_000;

/** How long a slow call of the directory takes to begin. */
const SLOW_CALL_MS = 700;

/** How long an operator's machine waits before it starts a server again that could not start. */
const START_AGAIN_MS = 300;

/** Events after which the process may do something else, so that whoever runs the tests hears from it. */
const EVENTS_PER_TURN = 50_000;

/** Opens a world in which everybody is on the way into one room. Rejects where the server does not start. */
export async function openWorld<G extends Game>(options: WorldOptions<G>): Promise<World<G>> {
  const world = new World(options);
  await world.open();
  return world;
}

export class World<G extends Game = Game> {
  readonly clock = new VirtualClock();
  readonly network: SeededNetwork;
  readonly clients: readonly SimulatedClient<G>[];
  /** The journal that all processes of this world share, without its faults; null where there is none. */
  readonly journal: Journal | null;

  readonly #options: WorldOptions<G>;
  readonly #seed: number;
  readonly #directory;
  readonly #plan: FaultPlan;
  readonly #invariants: Invariants<G>;
  readonly #events = new EventHash();
  #node: SimulatedNode;
  #nodes = 0;
  #eventCount = 0;
  #violation: Violation | null = null;

  /** Use `openWorld`, which also starts the server. */
  constructor(options: WorldOptions<G>) {
    const {
      game,
      clients = 4,
      seed = 1,
      network = {},
      player,
      wish = () => ({}),
      frameRateHz = 60,
      faults = [],
      server = {},
      wrapLink,
      journal = game.durability === 'strict' || server.journal !== undefined,
    } = options;
    this.journal = journal ? (server.journal ?? new MemoryJournal()) : null;
    this.#options = options;
    this.#seed = seed;
    this.network = new SeededNetwork({
      clock: this.clock,
      seed,
      conditions: network,
      watch: (client, what, data) => this.#watch(client, what, data),
    });
    this.clients = Array.from({ length: clients }, (_, number) => {
      const way = this.network.client(`client-${number}`);
      return new SimulatedClient<G>({
        game,
        number,
        world: this.clock,
        network: way,
        openLink: wrapLink?.(way.openLink, number) ?? way.openLink,
        random: streamOf(seed, `client ${number}`),
        play: playerOf(game, player, number),
        wish,
        frameMs: 1000 / frameRateHz,
        process: () => this.#node.number,
        mayGoBack: this.journal !== null && game.durability !== 'strict',
        heard: (client, told, frame) => this.#invariants.heard(client, told, frame),
        received: (client) => this.#invariants.received(client),
        stopped: (client, because) => this.#invariants.stopped(client, because),
        failed: (problem, cause) => this.#fail(problem, cause),
      });
    });
    const node = (): SimulatedNode => this.#node;
    this.#plan = new FaultPlan(seed, faults, {
      clock: this.clock,
      network: this.network,
      clients: this.clients as unknown as readonly SimulatedClient[],
      hasJournal: this.journal !== null,
      get node() {
        return node();
      },
      kill: (downMs) => this.#replace(downMs, (old) => old.crash()),
      restart: (downMs) => this.#replace(downMs, (old) => void this.#stop(old)),
    });
    this.#directory = faulty(server.directory ?? new MemoryDirectory(), {
      clock: this.clock,
      slowMs: SLOW_CALL_MS,
      fate: () => this.#plan.fateOfCall(),
    });
    this.#node = this.#newNode();
    this.#invariants = new Invariants(this, options, (problem, cause) => this.#fail(problem, cause));
  }

  /** The server that runs, or ran last. Another one after each crash. */
  get server(): MadangServer {
    return this.#node.server;
  }

  /** The process that the server is: its clock, and whether it is up. */
  get node(): SimulatedNode {
    return this.#node;
  }

  /** Virtual milliseconds since the world began. */
  get nowMs(): number {
    return this.clock.nowMs();
  }

  /** A fingerprint of all that arrived anywhere so far, and when. */
  get eventHash(): string {
    return this.#events.digest();
  }

  /** Ticks of all rooms so far, comparisons of a client's state with the server's, returns to seats, and faults by kind. */
  get counts(): {
    readonly ticks: number;
    readonly compared: number;
    readonly returned: number;
    readonly faults: Readonly<Record<string, number>>;
  } {
    const { ticks, compared } = this.#invariants;
    const returned = this.clients.reduce((sum, client) => sum + client.returned, 0);
    return { ticks, compared, returned, faults: { ...this.#plan.counts } };
  }

  /** Starts the server, the clients and the faults. `openWorld` calls it. */
  async open(): Promise<void> {
    await this.#node.start();
    for (const client of this.clients) client.join();
    this.#plan.start();
  }

  /** Lets virtual time pass. Rejects with a Violation when something happened that may not. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.nowMs() + ms;
    await this.clock.settle();
    while (this.clock.step(endMs)) {
      await this.clock.settle();
      this.#invariants.afterEvent();
      if (this.#violation !== null) throw this.#violation;
      if (++this.#eventCount % EVENTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.clock.advance(endMs - this.clock.nowMs());
    if (this.#violation !== null) throw this.#violation;
  }

  /** The server's process is killed: rooms, seats and lines are gone. Nobody listens until `start`. */
  crash(): void {
    this.#node.crash();
  }

  /** Starts another server process, where none is up. */
  start(): void {
    if (this.#node.isUp) return;
    const node = this.#newNode();
    this.#node = node;
    node.start().then(
      () => this.#invariants.afterStart(node),
      (problem: unknown) => this.#didNotStart(node, problem),
    );
  }

  /** No more faults from now on, and none left: the network is perfect, everybody reads, a server is up. */
  heal(): void {
    this.#plan.stop();
    this.network.heal();
    // Nothing but its end helps a process whose journal hangs.
    if (this.#node.isUp && this.#node.isHung) this.crash();
    this.start();
    this.#node.heal();
    for (const client of this.clients) client.heal();
  }

  /**
   * Heals, lets 15 virtual seconds pass, and checks that all is well: everybody plays or knows why not, no seat is taken by
   * nobody, and every client has what the server shows it. Rejects with a Violation.
   */
  async recover(): Promise<void> {
    this.heal();
    await this.advance(Math.max(RECOVERY_MS, (this.#options.server?.graceMs ?? 0) + RECOVERY_MS / 2));
    this.#invariants.afterRecovery();
    if (this.#violation !== null) throw this.#violation;
  }

  /** Stops the server and everybody, and checks that nothing is left behind. Rejects with a Violation. */
  async close(): Promise<void> {
    this.heal();
    await this.advance(0);
    for (const client of this.clients) client.vanish();
    const stopped = this.#stop(this.#node);
    await this.advance(2 * RECOVERY_MS);
    await stopped;
    this.#invariants.afterEnd();
    if (this.#violation !== null) throw this.#violation;
  }

  #newNode(): SimulatedNode {
    const { game, server = {} } = this.#options;
    return new SimulatedNode({
      game,
      world: this.clock,
      network: this.network,
      directory: this.#directory,
      journal: this.journal,
      fateOfJournal: (method) => this.#plan.fateOfJournal(method),
      number: ++this.#nodes,
      seed: this.#seed,
      server,
      buggify: (point) => this.#plan.buggify(point),
      failed: (problem) => this.#fail(problem),
    });
  }

  /** A server whose journal does not answer ends, and is started again; one that was stopped meanwhile is not. */
  #didNotStart(node: SimulatedNode, problem: unknown): void {
    if (!node.isUp) return;
    if (!(problem instanceof StoreError)) return this.#fail('the server did not start again', problem);
    this.#invariants.afterStop(node);
    node.crash();
    this.clock.after(START_AGAIN_MS, () => this.start());
  }

  /** Stops a process as an operator would. Never rejects: what goes wrong fails the run. */
  #stop(node: SimulatedNode): Promise<void> {
    return node.stop().then(
      () => this.#invariants.afterStop(node),
      (problem: unknown) => this.#fail('the server did not stop', problem),
    );
  }

  /** Ends the running process and starts another after a while, unless somebody does so before. */
  #replace(downMs: number, end: (node: SimulatedNode) => void): void {
    if (!this.#node.isUp) return;
    end(this.#node);
    this.clock.after(downMs, () => this.start());
  }

  #watch(client: string, what: string, data: Uint8Array | string | null): void {
    const events = this.#events;
    events.word(Math.round(this.clock.nowMs() * 1_000));
    events.text(client);
    events.text(what);
    if (typeof data === 'string') events.text(data);
    else if (data !== null) events.bytes(data);
  }

  /** Keeps the first problem; `advance` throws it. Where there is none it does nothing. */
  #fail(problem: string | null, cause?: unknown): void {
    if (problem !== null) this.#violation ??= new Violation(problem, this.clock.nowMs(), cause);
  }
}
