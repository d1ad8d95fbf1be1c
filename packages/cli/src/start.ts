/**
 * `madang start`: a server in the foreground, for production. It ends within seconds however it ends, and with an exit code that says
 * whether starting it again helps.
 */
import type { MadangServer, ServerOptions } from '@madang/server';
import type { Logger } from 'pino';
import { readArguments } from './arguments.ts';
import { badConfig, EXIT } from './cli-error.ts';
import { takeData } from './data-folder.ts';
import { gameFile, loadGames } from './load-games.ts';
import type { Data } from './serving.ts';
import {
  checkPort,
  isReadByAll,
  readServingOptions,
  SERVING_OPTIONS,
  type ServingOptions,
  secretOf,
} from './serving-options.ts';

/** What an end may take, whatever hangs: a server stops within 5 s, and then its data is closed. */
const END_MS = 8_000;

const UNREADABLE = ['refuse', 'set-aside'] as const;

export async function start(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'start',
    args,
    {
      ...SERVING_OPTIONS,
      'secret-file': { type: 'string' },
      unreadable: { type: 'string', default: 'refuse' },
      supervise: { type: 'boolean', default: false },
    },
    { atLeast: 0, atMost: 1 },
  );
  const file = gameFile(positionals[0]);
  const options = readServingOptions(values, file);
  const unreadable = UNREADABLE.find((one) => one === values.unreadable);
  if (unreadable === undefined) throw badConfig(`--unreadable can be ${UNREADABLE.join(' or ')}.`);
  const secretFile = values['secret-file'];
  const secret = secretFile === undefined ? null : { file: secretFile, bytes: secretOf(secretFile) };
  if (values.supervise) {
    const { supervise } = await import('./supervise.ts');
    return supervise(args.filter((arg) => arg !== '--supervise'));
  }
  // A second server must not take the rooms of the first before it finds the port taken.
  await checkPort(options.port, options.hosts);
  const running = new Running(takeData(options.data));
  try {
    return await running.run(file, options, secret, unreadable);
  } catch (error) {
    await running.close();
    throw error;
  }
}

/** One server from its start to its end. */
class Running {
  /** Gives the data folder back. The lock goes with whoever holds this. */
  readonly #letGo: () => void;
  #log: Logger | null = null;
  #data: Data | null = null;
  #server: MadangServer | null = null;
  #isEnding = false;

  constructor(letGo: () => void) {
    this.#letGo = letGo;
  }

  /** Serves until the process ends. Rejects where it cannot start. */
  async run(
    file: string,
    options: ServingOptions,
    secret: { readonly file: string; readonly bytes: Uint8Array } | null,
    unreadable: NonNullable<ServerOptions['unreadable']>,
  ): Promise<never> {
    this.#listen();
    const { jsonLog } = await import('./logs.ts');
    const log = jsonLog();
    this.#log = log;
    if (secret !== null && isReadByAll(secret.file)) {
      log.warn({ file: secret.file }, 'every user of this machine may read the secret: chmod 600 the file');
    }
    const games = await loadGames(file);
    const { openData, serverOf, whyNotServing } = await import('./serving.ts');
    const { guestSecret } = await import('@madang/server');
    this.#data = await openData(options.data, log);
    const signing = secret?.bytes ?? (await guestSecret(this.#data.store));
    // A rule that writes a bad value must not end everybody's round.
    const server = serverOf(games, options, this.#data, signing, { log, badWrites: 'clamp', unreadable });
    this.#server = server;
    const { url } = await server.start().catch((error: unknown) => {
      throw whyNotServing(error, options);
    });
    if (!this.#isEnding) {
      log.info({ url, games: games.map(({ name }) => name), rooms: server.rooms.all.length }, 'started');
      process.stdout.write(`Madang is ready: ${url}/\n`);
    }
    return new Promise<never>(() => {});
  }

  /** Frees what a start that failed has opened. */
  async close(): Promise<void> {
    await this.#data?.close();
    this.#letGo();
  }

  #listen(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // A second signal means: now. Before there are rooms there is nothing to wait for.
        if (this.#isEnding || this.#server === null) process.exit(this.#isEnding ? EXIT.FAILED : EXIT.DONE);
        this.#end(EXIT.DONE, { signal });
      });
    }
    // Whoever supervises us is gone.
    process.on('disconnect', () => this.#end(EXIT.DONE, {}));
    process.channel?.unref();
    process.on('uncaughtException', (err, origin) => {
      if (this.#log === null) process.stderr.write(`${err.stack ?? err.message}\n`);
      this.#log?.fatal({ err, origin }, 'something failed that nobody caught: rooms are left for the next process');
      this.#end(EXIT.FAILED, { origin });
    });
  }

  /** Leaves rooms to whoever starts next and ends the process, in time whatever happens. */
  #end(exitCode: number, why: object): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    setTimeout(() => process.exit(EXIT.FAILED), END_MS).unref();
    this.#log?.info(why, 'stopping');
    this.#stop().then(
      () => {
        this.#log?.info('stopped');
        process.exit(exitCode);
      },
      (err: unknown) => {
        this.#log?.error({ err }, 'stopping failed');
        process.exit(EXIT.FAILED);
      },
    );
  }

  async #stop(): Promise<void> {
    try {
      await this.#server?.stop();
    } finally {
      await this.close();
    }
  }
}
