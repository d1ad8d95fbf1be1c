/** A server and its players as processes, each on a core of its own where the system can pin them. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Joined, LoadReading, LoadStart, Order, ServerName, Storm, Weathered } from './load/orders.ts';
import type { ServerQuestion, ServerReading } from './servers/reporting.ts';
import type { Setting } from './setting.ts';

const SERVER_CORE = '0';
const LOAD_CORE = '1';

export interface Pair {
  readonly server: Child<ServerQuestion, ServerReading>;
  readonly load: LoadChild;
  /** Ends both. */
  end(): Promise<void>;
}

export interface PairOptions {
  readonly setting: Setting;
  /** Of the server, such as `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
}

/** Starts a server and players for it. */
export async function startPair(name: ServerName, { setting, nodeOptions }: PairOptions): Promise<Pair> {
  const script = new URL(`servers/${name}.ts`, import.meta.url);
  const server = forkOn(SERVER_CORE, script, JSON.stringify(setting), nodeOptions);
  const { port } = (await next(server)) as { port: number };
  const start: LoadStart = { server: name, port, setting };
  const load = forkOn(LOAD_CORE, new URL('load/load.ts', import.meta.url), JSON.stringify(start));
  await next(load);
  return {
    server: new Child<ServerQuestion, ServerReading>(server),
    load: new LoadChild(load),
    async end() {
      // The players first: a server that ends under them would be reported as lost.
      for (const child of [load, server]) {
        const gone = once(child, 'exit');
        child.disconnect();
        await gone;
      }
    },
  };
}

/** A process that answers questions one by one. */
export class Child<Question extends object | string, Answer> {
  readonly #process: ChildProcess;

  constructor(process: ChildProcess) {
    this.#process = process;
  }

  async ask(question: Question): Promise<Answer> {
    const answer = next(this.#process);
    this.#process.send(question);
    return (await answer) as Answer;
  }
}

/** The players, whose answers depend on what they are asked. */
export class LoadChild {
  readonly #child: Child<Order, unknown>;

  constructor(process: ChildProcess) {
    this.#child = new Child(process);
  }

  async join(kind: string, players: number, atOnce: number): Promise<Joined> {
    return (await this.#child.ask({ order: 'join', kind, players, atOnce })) as Joined;
  }

  async leave(kind: string): Promise<void> {
    await this.#child.ask({ order: 'leave', kind });
  }

  async weather(storm: Omit<Storm, 'order'>): Promise<Weathered> {
    return (await this.#child.ask({ order: 'storm', ...storm })) as Weathered;
  }

  async read(): Promise<LoadReading> {
    return (await this.#child.ask({ order: 'read' })) as LoadReading;
  }
}

/** True where processes can be pinned to cores. */
export function canPin(): boolean {
  return spawnSync('taskset', ['-c', SERVER_CORE, 'true']).status === 0;
}

function forkOn(core: string, script: URL, argument: string, nodeOptions: readonly string[] = []): ChildProcess {
  const env = { ...process.env, NODE_ENV: 'production' };
  if (!canPin()) return fork(script, [argument], { env, execArgv: [...nodeOptions] });
  return fork(script, [argument], {
    env,
    execPath: 'taskset',
    execArgv: ['-c', core, process.execPath, ...nodeOptions],
  });
}

/** The next message. Rejects where the process ends without one. */
function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message);
    });
  });
}
