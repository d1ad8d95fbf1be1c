/** A server, its load and its riders as processes: where they can be pinned, the server has one core and the others the other. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { canPin, endChild, LOAD_CORE, nextMessage, SERVER_CORE } from '../children.ts';
import { commandOf } from './commands.ts';
import type { ServerId } from './figures.ts';
import type {
  LoadChurned,
  LoadJoined,
  LoadOrder,
  LoadReading,
  LoadStart,
  RidersOrder,
  RidersReading,
  RidersStart,
} from './load/orders.ts';
import { type ProcessUse, processUse } from './process-use.ts';
import type { ServerQuestion, ServerReading } from './servers/reporting.ts';
import type { Setting } from './setting.ts';

/** Profiles are written at the end. */
const END_DEADLINE_MS = 15_000;
const PORT_DEADLINE_MS = 20_000;

export interface ServerStart {
  readonly server: ServerId;
  readonly setting: Setting;
  readonly isPinned: boolean;
  /** For servers that Node runs. */
  readonly nodeOptions: readonly string[];
}

/** A server's process, whatever runs it: see `servers/reporting.ts` for what it is asked. */
export class ServerProcess {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, lines: AsyncIterator<string>, port: number) {
    this.port = port;
    this.#process = process;
    this.#lines = lines;
  }

  /** Rejects where it ends, or says nothing for long, before it listens. */
  static async start({ server, setting, isPinned, nodeOptions }: ServerStart): Promise<ServerProcess> {
    const [program, ...args] = pinned(isPinned, SERVER_CORE, [
      ...commandOf(server, isPinned, nodeOptions),
      JSON.stringify(setting),
    ]);
    const child = spawn(program ?? '', args, {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Whoever waits for an answer hears of it: the lines end.
    for (const source of [child, child.stdin]) source.on('error', () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([answerOf(lines), sleep(PORT_DEADLINE_MS, null, { ref: false })]);
    if (!isPort(first)) {
      child.kill();
      throw new Error(`${server} did not say where it listens`);
    }
    return new ServerProcess(child, lines, first.port);
  }

  /** What it has cost so far; of all of its threads. */
  get use(): ProcessUse {
    return processUse(this.#process.pid ?? 0);
  }

  async ask(question: ServerQuestion): Promise<ServerReading> {
    this.#process.stdin?.write(`${question}\n`);
    return (await answerOf(this.#lines)) as ServerReading;
  }

  /** Resolves when it has ended by itself, or was ended. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    const tooLate = setTimeout(() => this.#process.kill('SIGKILL'), END_DEADLINE_MS);
    this.#process.stdin?.end();
    await gone;
    clearTimeout(tooLate);
  }
}

/** The players' process. */
export class LoadProcess {
  readonly #child: ForkedChild<LoadOrder>;

  private constructor(child: ForkedChild<LoadOrder>) {
    this.#child = child;
  }

  static async start(start: LoadStart, isPinned: boolean): Promise<LoadProcess> {
    const script = new URL('load/load.ts', import.meta.url);
    return new LoadProcess(await ForkedChild.start<LoadOrder>(script, start, isPinned));
  }

  async join(
    players: number,
    { atOnce, isWatching = false }: { atOnce: number; isWatching?: boolean },
  ): Promise<LoadJoined> {
    return (await this.#child.ask({ order: 'join', players, atOnce, isWatching })) as LoadJoined;
  }

  async leave(players: number): Promise<void> {
    await this.#child.ask({ order: 'leave', players });
  }

  async churn(perSecond: number, seconds: number): Promise<LoadChurned> {
    return (await this.#child.ask({ order: 'churn', perSecond, seconds })) as LoadChurned;
  }

  async reset(): Promise<void> {
    await this.#child.ask({ order: 'reset' });
  }

  async read(): Promise<LoadReading> {
    return (await this.#child.ask({ order: 'read' })) as LoadReading;
  }

  async end(): Promise<void> {
    await this.#child.end();
  }
}

/** The riders' process. */
export class RidersProcess {
  readonly #child: ForkedChild<RidersOrder>;

  private constructor(child: ForkedChild<RidersOrder>) {
    this.#child = child;
  }

  /** Resolves when all of them play. */
  static async start(start: RidersStart, isPinned: boolean): Promise<RidersProcess> {
    const script = new URL('riders/riders.ts', import.meta.url);
    return new RidersProcess(await ForkedChild.start<RidersOrder>(script, start, isPinned));
  }

  async reset(): Promise<void> {
    await this.#child.ask({ order: 'reset' });
  }

  async read(): Promise<RidersReading> {
    return (await this.#child.ask({ order: 'read' })) as RidersReading;
  }

  async end(): Promise<void> {
    await this.#child.end();
  }
}

/** A process of ours that answers orders, one by one. */
class ForkedChild<Order extends object> {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start<Order extends object>(
    script: URL,
    argument: object,
    isPinned: boolean,
  ): Promise<ForkedChild<Order>> {
    const [execPath, ...execArgv] = pinned(isPinned, LOAD_CORE, [process.execPath]);
    const child = fork(script, [JSON.stringify(argument)], {
      env: { ...process.env, NODE_ENV: 'production' },
      execPath: execPath ?? process.execPath,
      execArgv,
    });
    await nextMessage(child);
    return new ForkedChild(child);
  }

  async ask(order: Order): Promise<unknown> {
    const answer = nextMessage(this.#process);
    this.#process.send(order);
    return await answer;
  }

  async end(): Promise<void> {
    await endChild(this.#process);
  }
}

async function answerOf(lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error('a server of the bench ended without an answer');
  return JSON.parse(value) as unknown;
}

function isPort(answer: unknown): answer is { readonly port: number } {
  return typeof answer === 'object' && answer !== null && 'port' in answer && typeof answer.port === 'number';
}

function pinned(isPinned: boolean, core: string, command: readonly string[]): readonly string[] {
  return isPinned && canPin() ? ['taskset', '-c', core, ...command] : command;
}
