/** A server and its players as processes, each on a core of its own where the system can pin them. */
import type { ChildProcess } from 'node:child_process';
import { endChild, forkOn, LOAD_CORE, nextMessage, SERVER_CORE } from '../children.ts';
import type { Joined, LoadReading, LoadStart, Order, ServerName, Storm, Weathered } from './load/orders.ts';
import type { ServerQuestion, ServerReading } from './servers/reporting.ts';
import type { Setting } from './setting.ts';

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
  const server = forkOn(SERVER_CORE, script, [JSON.stringify(setting)], nodeOptions);
  const { port } = (await nextMessage(server)) as { port: number };
  const start: LoadStart = { server: name, port, setting };
  const load = forkOn(LOAD_CORE, new URL('load/load.ts', import.meta.url), [JSON.stringify(start)]);
  await nextMessage(load);
  return {
    server: new Child<ServerQuestion, ServerReading>(server),
    load: new LoadChild(load),
    async end() {
      // The players first: a server that ends under them would be reported as lost.
      for (const child of [load, server]) await endChild(child);
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
    const answer = nextMessage(this.#process);
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
