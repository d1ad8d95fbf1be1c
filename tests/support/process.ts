/** The demo server as operators run it: a process with an environment, output, signals and an exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './yard.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What a clean end may take, from the signal on. */
const STOP_MS = 5_000;

export interface RunningServer {
  readonly process: ChildProcess;
  readonly exitCode: number | null;
  stdout(): string;
  stderr(): string;
  /** Until the ready line is here; answers the port that it names. */
  ready(withinMs?: number): Promise<number>;
  /** Until it has ended, however; answers its exit code. */
  ended(withinMs?: number): Promise<number | null>;
}

/** Runs the demo server. `DATA` is a fresh folder unless set. */
export function startDemo(env: Readonly<Record<string, string>>): RunningServer {
  return start('examples/demo/serve.ts', { DATA: freshFolder(), ...env });
}

/** Runs what `npm start` runs. */
export function startLikeNpm(env: Readonly<Record<string, string>>): RunningServer {
  return start('scripts/start.mjs', { DATA: freshFolder(), ...env });
}

/** A folder of this test's own, gone when the test is over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'madang-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Holds a port of this host until the test is over. */
export async function occupyPort(host: string): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolvePort, reject) => {
    holder.once('error', reject);
    holder.listen({ port: 0, host }, resolvePort);
  });
  onTestFinished(() => new Promise<void>((closed) => void holder.close(() => closed())));
  const address = holder.address();
  if (address === null || typeof address === 'string') throw new Error('this holder has no port');
  return address.port;
}

function start(script: string, env: Readonly<Record<string, string>>): RunningServer {
  const { HOST: _host, LOG_LEVEL: _level, ...inherited } = process.env;
  const child = spawn(process.execPath, [script], {
    cwd: ROOT,
    env: { ...inherited, ...env },
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
  // A starter takes its server with it: that one notices.
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const story = (): string => `exit code ${child.exitCode}\n${stdout}\n${stderr}`;
  return {
    process: child,
    get exitCode() {
      return child.exitCode;
    },
    stdout: () => stdout,
    stderr: () => stderr,
    async ready(withinMs = 30_000) {
      const line = (): RegExpExecArray | null => /^Madang is ready: http:\/\/\S+:(\d+)\/$/mu.exec(stdout);
      await until('the ready line is here, or the server has ended', () => line() !== null || hasEnded, withinMs);
      const port = line()?.[1];
      if (port === undefined) throw new Error(`the server ended before it was ready: ${story()}`);
      return Number(port);
    },
    async ended(withinMs = STOP_MS) {
      await until('the server has ended', () => hasEnded, withinMs).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${story()}`);
      });
      return child.exitCode;
    },
  };
}
