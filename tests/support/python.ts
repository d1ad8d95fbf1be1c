/** Programs in Python: other people's client libraries as guests, and scripts that are run as they are. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { type Guest, Memory } from './guest.ts';
import type { Answer } from './ways-in.ts';
import { until } from './yard.ts';

const SCRIPTS = join(import.meta.dirname, '../clients');

/** The Python that has the client libraries, or null where there is none. */
export const PYTHON: string | null = findPython();

/** Why the suites that need Python cannot run here. */
export const NO_PYTHON = 'no Python with python3-socketio and python3-tornado on this machine';

/** True when Python here has this module. */
export function hasModule(name: string): boolean {
  return PYTHON !== null && spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

export interface PythonGuest extends Guest {
  /** Emits with an acknowledgement: Socket.IO only. */
  ask(event: string, value: unknown): Promise<Answer>;
}

/** Starts one of the scripts in tests/clients; it tells what it hears and does what it is told, a JSON line each. */
export function pythonGuest(
  script: 'socketio_player.py' | 'tornado_player.py',
  url: string,
  name: string,
): PythonGuest {
  const program = startPython([join(SCRIPTS, script), url, name]);
  const memory = new Memory();
  const answers = new Map<number, Answer>();
  let asked = 0;
  createInterface({ input: program.stdout }).on('line', (line) => {
    const { type, ...payload } = JSON.parse(line) as { type: string; id?: number; answer?: Answer };
    if (type === 'answer') answers.set(Number(payload.id), payload.answer as Answer);
    else memory.hear(type, payload);
  });
  const tell = (order: object): void => void program.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    kind: script,
    memory,
    press: (word) => tell({ do: 'press', word }),
    hold: (input) => tell({ do: 'hold', input }),
    say: (message) => tell({ do: 'say', message }),
    async ask(event, value) {
      const id = ++asked;
      tell({ do: 'ask', id, event, value });
      await until(`${script} is answered`, () => answers.has(id));
      return answers.get(id) ?? { ok: false };
    },
    async leave() {
      tell({ do: 'leave' });
      await until(`${script} has ended`, () => program.exitCode !== null, 15_000);
      if (program.exitCode !== 0) throw new Error(`${script} failed:\n${program.complaint()}`);
    },
  };
}

/** A program that was started, with what it wrote to standard error so far. */
export interface Program {
  readonly stdin: NonNullable<ChildProcess['stdin']>;
  readonly stdout: NonNullable<ChildProcess['stdout']>;
  readonly exitCode: number | null;
  complaint(): string;
}

/** Runs Python, and ends it with the test when it has not ended by itself. */
export function startPython(args: readonly string[]): Program {
  if (PYTHON === null) throw new Error(NO_PYTHON);
  const child = spawn(PYTHON, ['-u', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  child.stdin.on('error', () => {}); // it may end before it has read everything
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    get exitCode() {
      return child.exitCode;
    },
    complaint: () => complaint,
  };
}

function findPython(): string | null {
  const { MADANG_HAVE_PYTHON, MADANG_PYTHON } = process.env;
  if (MADANG_HAVE_PYTHON === '0') return null;
  if (MADANG_PYTHON !== undefined && MADANG_PYTHON !== '') return MADANG_PYTHON;
  const path = '/usr/bin/python3';
  if (!existsSync(path)) return null;
  return spawnSync(path, ['-c', 'import socketio, tornado'], { stdio: 'ignore' }).status === 0 ? path : null;
}
