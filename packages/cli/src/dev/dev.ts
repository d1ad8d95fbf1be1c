/**
 * `madang dev`: runs a game while it is written. Each version runs in a process of its own. A change is loaded beside the version that is
 * played; only when it has been loaded, and can hold every room, do the rooms go over, by the way they go over a crash: one process leaves
 * them in the journal, the next goes on with them, and players come back to their seats unasked.
 */
import { relative } from 'node:path';
import { readArguments } from '../arguments.ts';
import { badConfig, EXIT } from '../cli-error.ts';
import { columns, counted } from '../columns.ts';
import { takeData } from '../data-folder.ts';
import { gameFile } from '../load-games.ts';
import { checkPort, readServingOptions, SERVING_OPTIONS, type ServingOptions } from '../serving-options.ts';
import { DevProcess } from './dev-process.ts';
import { FileWatch } from './file-watch.ts';
import { askRemedy, type Remedy, unreadableText } from './incompatible.ts';
import { stampOf } from './loaded-files.ts';
import type { FromServer, LoadedFile, PlayedGame, UnreadableRoom } from './messages.ts';

/** Where Vite serves pages while they are written. */
const PAGE_ORIGINS = ['http://localhost:5173', 'http://127.0.0.1:5173'];

const REMEDIES = ['ask', 'keep', 'reset', 'stop'] as const;

export async function dev(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'dev',
    args,
    { ...SERVING_OPTIONS, 'on-incompatible': { type: 'string', default: 'ask' } },
    { atLeast: 0, atMost: 1 },
  );
  const remedy = REMEDIES.find((one) => one === values['on-incompatible']);
  if (remedy === undefined) throw badConfig(`--on-incompatible can be ${REMEDIES.join(', ')}.`);
  const file = gameFile(positionals[0]);
  const options = readServingOptions({ ...values, origin: values.origin ?? PAGE_ORIGINS }, file);
  await checkPort(options.port, options.hosts);
  const letGo = takeData(options.data);
  const exitCode = await new Development(file, options, remedy).run();
  letGo();
  return exitCode;
}

class Development {
  readonly #file: string;
  readonly #options: ServingOptions;
  readonly #remedy: Remedy | 'ask';
  readonly #stop = new AbortController();
  readonly #watch: FileWatch;
  /** Aborted when a file has changed since the version that was loaded last. */
  #change = new AbortController();
  #files: readonly LoadedFile[] = [];
  #port: number;
  /** What is played; null where nothing is. */
  #current: DevProcess | null = null;
  readonly #ending = new Set<Promise<void>>();

  constructor(file: string, options: ServingOptions, remedy: Remedy | 'ask') {
    this.#file = file;
    this.#options = options;
    this.#remedy = remedy;
    this.#port = options.port;
    this.#files = [{ path: file, stamp: '' }];
    this.#watch = new FileWatch((names) => this.#change.abort(names));
  }

  /** Resolves with the exit code once it was stopped. */
  async run(): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // A second signal means: now. What was not left in order is gone on with as after a crash.
        if (this.#stop.signal.aborted) process.exit(EXIT.FAILED);
        this.#stop.abort();
      });
    }
    let because = '';
    while (!this.#stop.signal.aborted) {
      await this.#play(because);
      because = await this.#changed();
    }
    this.#watch.close();
    if (this.#current !== null) this.#end(this.#current);
    this.#current = null;
    await Promise.all(this.#ending);
    return EXIT.DONE;
  }

  /** Resolves when there is something to load or to stop for: which files. */
  async #changed(): Promise<string> {
    const { signal } = this.#change;
    const either = AbortSignal.any([signal, this.#stop.signal]);
    if (!either.aborted) await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
    return Array.isArray(signal.reason) ? signal.reason.join(', ') : '';
  }

  /** Loads what there is now, and plays it where it can be. */
  async #play(because: string): Promise<void> {
    this.#change = new AbortController();
    const next = new DevProcess({ file: this.#file, options: this.#options }, (how) => this.#gone(next, how));
    const abandon = (): void => void next.kill();
    this.#stop.signal.addEventListener('abort', abandon);
    const found = await next.loaded();
    this.#stop.signal.removeEventListener('abort', abandon);
    if (this.#stop.signal.aborted) return next.kill();
    this.#follow(found);
    if (found?.is !== 'loaded') {
      await next.kill();
      this.#say(`${whyUnloadable(found)}${this.#meanwhile}\n`);
      return;
    }
    const drop = await this.#roomsToDrop(found.unreadable);
    if (drop === null || this.#stop.signal.aborted) return this.#end(next);
    await this.#goOver(next, drop, found.games, because);
  }

  /** Watches the files of the version that was loaded, or was to be. */
  #follow(found: FromServer | null): void {
    const isKnown = found?.is === 'loaded' || found?.is === 'unloadable';
    // Where it did not even say, those of before count, as they are now.
    this.#files = isKnown ? found.files : this.#files.map(({ path }) => ({ path, stamp: stampOf(path) }));
    this.#watch.set(this.#files);
  }

  /** Rooms that go, because somebody wants it so; null where the new code is not to be played. */
  async #roomsToDrop(rooms: readonly UnreadableRoom[]): Promise<readonly string[] | null> {
    if (rooms.length === 0) return [];
    this.#say(unreadableText(rooms));
    switch (await this.#remedyNow()) {
      case 'keep':
        this.#say(`${this.#meanwhile}\n`);
        return null;
      case 'reset':
        return rooms.map(({ roomId }) => roomId);
      case 'stop':
        this.#stop.abort();
        return null;
    }
  }

  async #remedyNow(): Promise<Remedy> {
    if (this.#remedy !== 'ask') return this.#remedy;
    if (!process.stdin.isTTY) return 'keep';
    const signal = AbortSignal.any([this.#change.signal, this.#stop.signal]);
    return (await askRemedy(process.stdin, process.stdout, signal)) ?? 'keep';
  }

  /** Rooms go from the version that is played to the next. Where that fails they go back. */
  async #goOver(
    next: DevProcess,
    drop: readonly string[],
    games: readonly PlayedGame[],
    because: string,
  ): Promise<void> {
    const startedMs = performance.now();
    const before = this.#current;
    this.#current = next;
    const hasRested = before !== null && (await before.rest());
    const answer = await next.serve(this.#port, drop);
    const gapMs = Math.round(performance.now() - startedMs);
    if (answer?.is === 'serving') {
      this.#port = answer.port;
      if (before !== null) this.#end(before);
      const rooms = counted(answer.rooms, 'room');
      if (because === '') this.#say(this.#readyText(answer.url, games, rooms));
      else this.#say(`${because} changed: the new code runs after ${gapMs} ms, ${rooms} went on.\n`);
      return;
    }
    this.#current = null;
    await next.kill();
    if (hasRested) {
      const isBack = (await before.serve(this.#port, []))?.is === 'serving';
      if (isBack) this.#current = before;
      else this.#end(before);
    }
    const why = answer?.is === 'failed' ? answer.line : 'It could not be served.';
    this.#say(`${why}\n${this.#meanwhile}\n`);
  }

  /** A process has ended. That of the version that is played should not have. */
  #gone(process: DevProcess, how: string): void {
    if (this.#current !== process) return;
    this.#current = null;
    if (!this.#stop.signal.aborted) this.#say(`The server has ended (${how}). ${this.#meanwhile}\n`);
  }

  #end(process: DevProcess): void {
    const ended = process.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  get #meanwhile(): string {
    return this.#current === null ? 'Nothing is served until the next change.' : 'The code from before goes on.';
  }

  #readyText(url: string, games: readonly PlayedGame[], rooms: string): string {
    const shown = (path: string): string => relative(process.cwd(), path) || '.';
    const { pages, data } = this.#options;
    const about = columns([
      ...games.map(({ name, tickRateHz, seats }) => ['  game', `${name}, ${tickRateHz} Hz, ${counted(seats, 'seat')}`]),
      ['  pages', pages === null ? 'none: build them to dist, or serve them with Vite' : shown(pages)],
      ['  data', `${shown(data)}, ${rooms} to go on with`],
    ]);
    return `Madang is ready: ${url}/\n${about}`;
  }

  #say(text: string): void {
    process.stdout.write(text);
  }
}

function whyUnloadable(found: FromServer | null): string {
  if (found?.is !== 'unloadable')
    return 'The code could not be loaded: it ends its process, or does not come to an end.\n';
  const excerpt = found.excerpt === '' ? '' : `${found.excerpt.replace(/^/gmu, '  ')}\n`;
  return `${found.line}\n${excerpt}`;
}
