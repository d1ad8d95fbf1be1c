/** A server with people in it, and what they and it did in a stretch of time. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChurnFigures, ServerId } from './figures.ts';
import type { LoadJoined, LoadReading, RidersReading } from './load/orders.ts';
import { LoadProcess, RidersProcess, ServerProcess } from './processes.ts';
import type { ServerReading } from './servers/reporting.ts';
import type { Workload } from './workloads.ts';

/** Full clients who check what they see and time what they do. */
export const RIDERS = 4;

/** Who is on the way in at any time: it is joining that is measured, not a storm. */
const JOINS_AT_ONCE = 50;

/** One stretch of time. */
export interface Window {
  readonly seconds: number;
  /** Share of a core that the server used. */
  readonly coreShare: number;
  readonly server: ServerReading;
  readonly load: LoadReading;
  readonly riders: RidersReading | null;
  readonly churn: ChurnFigures | null;
}

export interface RunOptions {
  readonly server: ServerId;
  readonly workload: Workload;
  readonly nodeOptions: readonly string[];
}

export class Run {
  readonly server: ServerProcess;
  readonly #options: RunOptions;
  readonly #load: LoadProcess;
  #riders: RidersProcess | null = null;

  private constructor(options: RunOptions, server: ServerProcess, load: LoadProcess) {
    this.#options = options;
    this.server = server;
    this.#load = load;
  }

  /** Starts a server in which nobody is yet. */
  static async start(options: RunOptions): Promise<Run> {
    const { server: name, nodeOptions, workload } = options;
    const { setting, isPinned } = workload;
    const server = await ServerProcess.start({ server: name, setting, isPinned, nodeOptions });
    try {
      const load = await LoadProcess.start({ server: name, port: server.port, setting }, isPinned);
      return new Run(options, server, load);
    } catch (error) {
      await server.end();
      throw error;
    }
  }

  /** So many more come. */
  async join(players: number, isWatching = false): Promise<LoadJoined> {
    return await this.#load.join(players, { atOnce: JOINS_AT_ONCE, isWatching });
  }

  /** Riders come, for whom seats must be free. */
  async startRiders(): Promise<void> {
    const { server, workload } = this.#options;
    const { setting, isPinned } = workload;
    const start = { server, port: this.server.port, setting, riders: RIDERS };
    this.#riders = await RidersProcess.start(start, isPinned);
  }

  /** Measures for this long, during which so many come and go each second. */
  async measure(measuredMs: number, churnPerSecond = 0): Promise<Window> {
    const load = this.#load;
    const slippedBefore = (await this.server.ask('read')).slippedTicks;
    await this.#riders?.reset();
    await load.reset();
    const { cpuMs: cpuBeforeMs } = this.server.use;
    const startedAtMs = performance.now();
    const churning = churnPerSecond > 0 ? load.churn(churnPerSecond, measuredMs / 1000) : null;
    await sleep(measuredMs);
    const churn = await churning;
    const { cpuMs } = this.server.use;
    const elapsedMs = performance.now() - startedAtMs;
    const loadReading = await load.read();
    const { slippedTicks, tickP99Ms } = await this.server.ask('read');
    return {
      seconds: elapsedMs / 1000,
      coreShare: (cpuMs - cpuBeforeMs) / elapsedMs,
      server: { slippedTicks: slippedTicks - slippedBefore, tickP99Ms },
      load: loadReading,
      riders: (await this.#riders?.read()) ?? null,
      churn,
    };
  }

  /** Ends all, those who play first: a server that ends under them would be reported as lost. */
  async end(): Promise<void> {
    await this.#riders?.end();
    await this.#load.end();
    await this.server.end();
  }
}

/** Whether this checkout has riders. */
export function hasRiders(): boolean {
  return existsSync(new URL('riders/riders.ts', import.meta.url));
}
