/** One server process of a simulation, from its start to its stop or its crash: real server code, on a clock of its own. */
import type { Game } from '@madang/core';
import { type Clock, createServer, type Directory, type MadangServer, type ServerOptions } from '@madang/server';
import type { Journal } from '@madang/server/sql';
import pino from 'pino';
import { ParticipantClock } from '../clock/participant-clock.ts';
import { type CallFate, faulty } from '../faults/faulty.ts';
import type { NodeTransport } from '../network/node-transport.ts';
import type { SeededNetwork } from '../network/seeded-network.ts';
import { streamOf } from '../random-streams.ts';

/** How long seats are held: short enough for a run to see some of them lapse. */
const GRACE_MS = 5_000;

/** What wall clocks say when a world begins. */
const BEGAN_WALL_MS = Date.UTC(2026, 0, 1);

/** What a server logs as an error of its journal, and gets over. */
const JOURNAL_TROUBLE = [
  'the journal cannot be written',
  'rooms begin their journals anew',
  'the last of the rooms could not be written down in time',
];

export interface NodeOptions {
  readonly game: Game;
  readonly world: Clock;
  readonly network: SeededNetwork;
  readonly directory: Directory;
  /** The disk that all processes of a run share; null where rooms end with their process. */
  readonly journal: Journal | null;
  readonly fateOfJournal: (method: string) => CallFate;
  /** Counts the processes of a run, from 1. */
  readonly number: number;
  readonly seed: number;
  readonly server: Partial<ServerOptions>;
  readonly buggify: (point: string) => boolean;
  /** Told what the server logs as an error. */
  readonly failed: (problem: string) => void;
}

export class SimulatedNode {
  /** Counts the processes of a run, from 1. */
  readonly number: number;
  readonly clock: ParticipantClock;
  readonly transport: NodeTransport;
  readonly server: MadangServer;
  readonly #world: Clock;
  #isUp = true;
  #isDead = false;
  #isHung = false;

  constructor(options: NodeOptions) {
    const { game, world, network, directory, number, seed, server, buggify, failed } = options;
    this.number = number;
    this.#world = world;
    this.clock = new ParticipantClock(world);
    this.transport = network.transport();
    // What is logged as an error is a fault: of the game's rules or of the server.
    const log = pino(
      { level: 'error' },
      { write: (line: string) => void (isTrouble(line) || failed(problemOf(line))) },
    );
    const journal = this.#reach(options);
    this.server = createServer({
      alwaysOpen: [game.name],
      graceMs: GRACE_MS,
      random: streamOf(seed, `node ${number}`),
      log,
      wallNowMs: () => BEGAN_WALL_MS + Math.floor(world.nowMs()),
      ...server,
      games: [game, ...(server.games ?? [])],
      // Spread, for servers that have no points which ask whether to be unlucky.
      ...{ buggify },
      directory,
      ...(journal !== null && { journal }),
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

  /** True where a call of its journal will never be answered. */
  get isHung(): boolean {
    return this.#isHung;
  }

  /** Stops as an operator would: clients are told. */
  async stop(): Promise<void> {
    this.#isUp = false;
    await this.server.stop();
    this.#isDead = true;
  }

  /** The process is killed: nothing of it runs any more. */
  crash(): void {
    this.#isUp = false;
    this.#isDead = true;
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

  /** The journal as this process has it: what is on its way takes its time, and nothing is heard of a process that has died. */
  #reach({ journal, world, fateOfJournal }: NodeOptions): Journal | null {
    if (journal === null) return null;
    return faulty(journal, {
      clock: world,
      isCallerDead: () => this.#isDead,
      fate: ({ method }) => {
        const fate = fateOfJournal(method);
        if (typeof fate === 'object' && fate.answersAfterMs === null) this.#isHung = true;
        return fate;
      },
    });
  }
}

function isTrouble(line: string): boolean {
  const { msg } = JSON.parse(line) as Record<string, unknown>;
  return JOURNAL_TROUBLE.some((trouble) => trouble === msg);
}

function problemOf(line: string): string {
  const { msg, err, hook, tick } = JSON.parse(line) as Record<string, unknown>;
  const cause = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : '';
  const where = typeof hook === 'string' ? ` in ${hook} at tick ${String(tick)}` : '';
  return `the server logged "${String(msg)}"${where}${cause}`;
}
