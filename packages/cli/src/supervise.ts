/** `madang start --supervise`: starts the server again when it crashes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EXIT } from './cli-error.ts';
import { CrashWaits } from './crash-waits.ts';
import { jsonLog } from './logs.ts';

/** After these starting it again would lead to the same. */
const FINAL: readonly number[] = [EXIT.DONE, EXIT.USAGE, EXIT.CONFIG];

/** Runs `madang start` with these arguments until it ends for good, and resolves with its exit code. */
export async function supervise(args: readonly string[]): Promise<number> {
  const log = jsonLog().child({ name: 'supervisor' });
  const waits = new CrashWaits();
  let child: ChildProcess | null = null;
  let isEnding = false;
  let wake = (): void => {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isEnding = true;
      child?.kill(signal);
      wake();
    });
  }
  while (!isEnding) {
    const startedMs = performance.now();
    child = startChild(args);
    const exitCode = await ended(child);
    child = null;
    if (isEnding || FINAL.includes(exitCode)) return exitCode;
    const waitMs = waits.afterCrash(performance.now() - startedMs);
    log.error({ exitCode, waitMs }, 'the server crashed and is started again');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  return EXIT.DONE;
}

function startChild(args: readonly string[]): ChildProcess {
  const main = fileURLToPath(import.meta.resolve(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js'));
  // In a group of its own: a terminal sends Ctrl-C to a whole group, and two signals mean now. It ends when the channel does.
  return spawn(process.execPath, [...process.execArgv, main, 'start', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
}

/** Its exit code, or what a shell makes of the signal that ended it. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
