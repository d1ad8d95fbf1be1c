/** Processes of a bench: the server on one core and its players on the other, where the system can pin them. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export const SERVER_CORE = '0';
export const LOAD_CORE = '1';

/** What the README advises for a server that has one core to itself, see decision 28. */
export const ONE_CORE_OPTIONS: readonly string[] = ['--max-semi-space-size=16', '--single-threaded-gc'];

/** The same for one that has two. */
export const TWO_CORES_OPTIONS: readonly string[] = ['--max-semi-space-size=16', '--v8-pool-size=1'];

/** True where processes can be pinned to these two cores. */
export function canPin(): boolean {
  return [SERVER_CORE, LOAD_CORE].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);
}

/** Starts a script of ours on a core. `nodeOptions` are for its Node. */
export function forkOn(
  core: string,
  script: URL,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): ChildProcess {
  const env = { ...process.env, NODE_ENV: 'production' };
  if (!canPin()) return fork(script, args, { env, execArgv: [...nodeOptions] });
  const execArgv = ['-c', core, process.execPath, ...nodeOptions];
  return fork(script, args, { env, execPath: 'taskset', execArgv });
}

/** The next message. Rejects where the process ends without one. */
export function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message);
    });
  });
}

/** Lets it end, and waits until it has. Fine where it has ended. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

/** The child's half: says that it is there, and answers one order after the other until the bench ends. */
export function answerOrders<Order>(carryOut: (order: Order) => Promise<object>): void {
  process.on('message', (order) => {
    carryOut(order as Order).then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ ready: true });
}
