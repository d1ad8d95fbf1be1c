/** The command `madang` as authors and operators run it, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { connect, type KeptSeats } from '@madang/client';
import { onTestFinished } from 'vitest';
import { walk } from './cli-games/walk.ts';
import { freshFolder } from './process.ts';
import { until } from './yard.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'packages/cli/src/main.ts');
const GAMES = join(import.meta.dirname, 'cli-games');

export interface Cli {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Until it serves; answers where. */
  ready(): Promise<string>;
  /** Until it has said something on either output. */
  says(what: RegExp | string, times?: number): Promise<void>;
  /** Until it has ended; answers its exit code. */
  ended(): Promise<number | null>;
}

/** A project folder with a game, in which packages are found. It is gone when the test is over. */
export function gameFolder(game: string | null): string {
  const folder = freshFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  if (game !== null) writeGame(folder, game);
  return folder;
}

/** Puts a game of this folder into game.ts. */
export function writeGame(folder: string, game: string): void {
  copyFileSync(join(GAMES, `${game}.ts`), join(folder, 'game.ts'));
}

/** Changes game.ts. Fails where there is nothing to replace. */
export function editGame(folder: string, what: string, by: string): void {
  const file = join(folder, 'game.ts');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(what)) throw new Error(`game.ts has no ${what}`);
  writeFileSync(file, text.replace(what, by));
}

/** Runs `madang` in a folder. It ends with the test. */
export function madang(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Cli {
  return started(cwd, [MAIN, ...args], env);
}

/** Runs a script of a folder. It ends with the test. */
export function nodeScript(cwd: string, script: string, env: Readonly<Record<string, string>>): Cli {
  return started(cwd, [script], env);
}

function started(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Cli {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let hasEnded = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.on('close', () => {
    hasEnded = true;
  });
  // What it has started ends with it.
  onTestFinished(() => void child.kill('SIGKILL'));
  const story = (error: unknown): never => {
    throw new Error(`${String(error)}: exit code ${child.exitCode}\n${stdout}\n${stderr}`);
  };
  const times = (what: RegExp | string): number => `${stdout}\n${stderr}`.split(what).length - 1;
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    async ready() {
      const url = (): string | undefined => /^Madang is ready: (http:\/\/\S+)\/$/mu.exec(stdout)?.[1];
      await until('it serves', () => url() !== undefined, 20_000).catch(story);
      return url() ?? '';
    },
    says: (what, wanted = 1) => until(`it says ${what}`, () => times(what) >= wanted, 20_000).catch(story),
    async ended() {
      await until('it has ended', () => hasEnded, 15_000).catch(story);
      return child.exitCode;
    },
  };
}

/** A port that is free now: for servers that come again at the same one. */
export async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((listening) => holder.listen({ port: 0, host: '127.0.0.1' }, listening));
  const { port } = holder.address() as AddressInfo;
  await new Promise((closed) => holder.close(closed));
  return port;
}

/** Runs a command to its end. */
export async function ran(cwd: string, args: readonly string[]): Promise<{ exitCode: number | null; said: string }> {
  const cli = madang(cwd, args);
  const exitCode = await cli.ended();
  return { exitCode, said: cli.stdout() + cli.stderr() };
}

/** Where a tab keeps its seats, for a page that is reloaded. */
export function tab(): KeptSeats {
  const kept = new Map<string, string>();
  return {
    load: (key) => kept.get(key) ?? null,
    save: (key, token) => void (token === null ? kept.delete(key) : kept.set(key, token)),
  };
}

/** Somebody who plays with the client SDK and walks. */
export async function walker(url: string, kept: KeptSeats = tab()) {
  const room = await connect(url, { kept }).join(walk, { name: 'Jimin' });
  onTestFinished(() => room.leave());
  const ways: string[] = [];
  room.onConnection((connection) => ways.push(connection));
  room.input({ walk: true });
  const steps = (): number => room.me?.steps ?? 0;
  await until('the walker walks', () => steps() > 3);
  return {
    room,
    steps,
    /** How often it came back by itself. */
    returns: (): number => ways.filter((way) => way === 'open').length,
    walksOn: async (): Promise<void> => {
      const before = steps();
      await until('the walker walks on', () => steps() > before + 2, 20_000);
    },
  };
}
