/** One process with one version of a game, as `madang dev` sees it: told one thing at a time, and given up when it does not answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Assignment, FromServer, ToServer } from './messages.ts';

/** Code that takes longer to load does something else. */
const LOAD_MS = 20_000;

/** Reading the rooms, and opening the port. */
const SERVE_MS = 20_000;

/** A server stops within 5 s, unless its rules never end. */
const REST_MS = 6_000;

/** Closing what it keeps, after a stop. */
const END_MS = 9_000;

export class DevProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #heard: FromServer[] = [];
  #waiting: ((message: FromServer | null) => void) | null = null;
  #isGone = false;

  /** `gone` is called once when the process has ended, with how. */
  constructor(assignment: Assignment, gone: (how: string) => void) {
    const main = import.meta.url.endsWith('.ts') ? './dev-server.ts' : './dev-server.js';
    const args = [fileURLToPath(new URL(main, import.meta.url)), JSON.stringify(assignment)];
    // In a group of its own: a terminal's Ctrl-C is for us, and we tell it.
    this.#child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: process.platform !== 'win32',
    });
    this.#child.on('message', (message: FromServer) => this.#hear(message));
    this.#gone = new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.#isGone) return;
        this.#isGone = true;
        this.#waiting?.(null);
        resolve();
        gone(how);
      };
      this.#child.on('error', (error) => ended(error.message));
      this.#child.on('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  /** What it found when it had loaded; null where it does not say. */
  loaded(): Promise<FromServer | null> {
    return this.#answer(LOAD_MS);
  }

  serve(port: number, drop: readonly string[]): Promise<FromServer | null> {
    this.#tell({ do: 'serve', port, drop });
    return this.#answer(SERVE_MS);
  }

  /** True once it has left its rooms; false where it does not answer, and has been ended. */
  async rest(): Promise<boolean> {
    this.#tell({ do: 'rest' });
    const answer = await this.#answer(REST_MS);
    if (answer?.is === 'rested') return true;
    await this.kill();
    return false;
  }

  /** Resolves once it has ended, by itself or not. */
  async end(): Promise<void> {
    this.#tell({ do: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#gone;
  }

  #tell(message: ToServer): void {
    // Where it is gone already that is known by `exit`.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #hear(message: FromServer): void {
    if (this.#waiting !== null) this.#waiting(message);
    else this.#heard.push(message);
  }

  #answer(withinMs: number): Promise<FromServer | null> {
    const heard = this.#heard.shift();
    if (heard !== undefined || this.#isGone) return Promise.resolve(heard ?? null);
    return new Promise((resolve) => {
      const answer = (message: FromServer | null): void => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(message);
      };
      const timer = setTimeout(() => answer(null), withinMs);
      this.#waiting = answer;
    });
  }
}
