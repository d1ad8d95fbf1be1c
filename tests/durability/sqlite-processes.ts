/** Processes that write SQLite files, and small or read-only disks to write them on. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { freshFolder } from '../support/process.ts';
import { until } from '../support/yard.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');

/** What a process said: one object a line. */
export type Line = Readonly<Record<string, unknown>>;

export interface Writer {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  /** Until it has ended; answers all that it said. */
  ended(): Promise<readonly Line[]>;
  /** Until it said something with this key; answers that. */
  said(key: string): Promise<Line>;
}

interface Wish {
  /** See `sqlite-preload.ts`. */
  readonly faults?: Readonly<Record<`SQLITE_${string}`, string>>;
  /** A program and its arguments that the process is run by. */
  readonly under?: readonly string[];
  readonly uid?: number;
}

/** Runs `sqlite-writer.ts`. */
export function startWriter(file: string, how: string, { faults = {}, under = [], uid }: Wish = {}): Writer {
  const preload = Object.keys(faults).length > 0 ? ['--import', join(HERE, 'sqlite-preload.ts')] : [];
  const [command = '', ...args] = [...under, process.execPath, ...preload, join(HERE, 'sqlite-writer.ts'), file, how];
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...faults },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  let hasEnded = false;
  const lines: Line[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const whole = (stdout + chunk).split('\n');
    stdout = whole.pop() ?? '';
    for (const line of whole) lines.push(JSON.parse(line) as Line);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.on('close', () => {
    hasEnded = true;
  });
  const waitFor = (what: string, isTrue: () => boolean): Promise<void> =>
    until(what, isTrue, 50_000).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(lines)}\n${stderr}`);
    });
  return {
    process: child,
    lines,
    async ended() {
      await waitFor('the writer has ended', () => hasEnded);
      return lines;
    },
    async said(key) {
      const found = (): Line | undefined => lines.find((line) => key in line);
      await waitFor(`it says ${key}, or ended`, () => found() !== undefined || hasEnded);
      const line = found();
      if (line === undefined) throw new Error(`it ended without ${key}: ${JSON.stringify(lines)}\n${stderr}`);
      return line;
    },
  };
}

/** True where this program is there and may do what it does. */
export function works(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A disk in memory of its own, or null where this machine does not let us have one. */
export function mountDisk(options: string): { readonly folder: string; remount(options: string): void } | null {
  const folder = join(freshFolder(), 'disk');
  mkdirSync(folder);
  if (!works('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)) return null;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return {
    folder,
    remount: (changed) => {
      if (!works('mount', '-o', `remount,${changed}`, folder)) throw new Error(`the disk does not become ${changed}`);
    },
  };
}

/** A process that holds the write lock of a database until it is ended. */
export async function holdLock(file: string): Promise<ChildProcess> {
  const script = `const { DatabaseSync } = require('node:sqlite');
    new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((held) => child.stdout.once('data', held));
  return child;
}
