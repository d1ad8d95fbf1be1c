/** One server process of a simulation, from its start to its stop or its crash: real server code, on a clock of its own. */
import type { Game } from '@madang/core';
import { type Clock, createServer, type Directory, type MadangServer, type ServerOptions } from '@madang/server';
import pino from 'pino';
import { ParticipantClock } from '../clock/participant-clock.ts';
import type { NodeTransport } from '../network/node-transport.ts';
import type { SeededNetwork } from '../network/seeded-network.ts';
import { streamOf } from '../random-streams.ts';

/** How long seats are held: short enough for a run to see some of them lapse. */
const GRACE_MS = 5_000;

export interface NodeOptions {
  readonly game: Game;
  readonly world: Clock;
  readonly network: SeededNetwork;
  readonly directory: Directory;
  /** Counts the processes of a run, from 1. */
  readonly number: number;
  readonly seed: number;
  readonly server: Partial<ServerOptions>;
  readonly buggify: (point: string) => boolean;
  /** Told what the server logs as an error. */
  readonly failed: (problem: string) => void;
}

export class SimulatedNode {
  readonly clock: ParticipantClock;
  readonly transport: NodeTransport;
  readonly server: MadangServer;
  readonly #world: Clock;
  #isUp = true;

  constructor(options: NodeOptions) {
    const { game, world, network, directory, number, seed, server, buggify, failed } = options;
    this.#world = world;
    this.clock = new ParticipantClock(world);
    this.transport = network.transport();
    // What is logged as an error is a fault: of the game's rules or of the server.
    const log = pino({ level: 'error' }, { write: (line: string) => failed(problemOf(line)) });
    this.server = createServer({
      alwaysOpen: [game.name],
      graceMs: GRACE_MS,
      random: streamOf(seed, `node ${number}`),
      log,
      ...server,
      games: [game, ...(server.games ?? [])],
      // Spread, for servers that have no points which ask whether to be unlucky.
      ...{ buggify },
      directory,
      clock: this.clock,
      transport: this.transport,
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async start(): Promise<void> {
    await this.server.start();
  }

  /** Stops as an operator would: clients are told. */
  stop(): Promise<void> {
    this.#isUp = false;
    return this.server.stop();
  }

  /** The process is killed: nothing of it runs any more. */
  crash(): void {
    this.#isUp = false;
    this.clock.crash();
    this.transport.crash();
  }

  /** For `ms` of virtual time nothing runs and nothing is read, as in a long pause of the collector. */
  sleep(ms: number): void {
    this.clock.sleep(ms);
    this.#world.after(ms, this.transport.pause());
  }

  /** Everything about its machine is in order from now on. */
  heal(): void {
    this.clock.wake();
    this.clock.rate = 1;
    this.transport.isPaused = false;
  }
}

function problemOf(line: string): string {
  const { msg, err, hook, tick } = JSON.parse(line) as Record<string, unknown>;
  const cause = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : '';
  const where = typeof hook === 'string' ? ` in ${hook} at tick ${String(tick)}` : '';
  return `the server logged "${String(msg)}"${where}${cause}`;
}
