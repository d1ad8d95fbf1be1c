/**
 * `npm start`: installs what is missing, builds the pages when their sources changed, and serves the demo.
 *
 * The server is one process below this one. It gets each signal once, is gone when this process is, and its exit code
 * becomes ours.
 *
 * package.json starts this file with `exec`: many a shell would otherwise stay between npm and us, take npm's signal for
 * itself and leave us running. On Windows, which has no `exec`, the second half of that line starts it.
 */
import { spawn } from 'node:child_process';
import { bootstrap, exitCodeOf, main, ROOT } from './bootstrap.mjs';

await main(async () => {
  const { node, env } = await bootstrap();
  const built = await finished(spawn(node, ['scripts/pages.ts'], { cwd: ROOT, env, stdio: 'inherit' }));
  if (built !== 0) return built;

  // A terminal's Ctrl-C goes to every process of the group, and npm passes it on once more. Were the server in that
  // group, one key press would reach it several times and look like an impatient second one. On its own it hears only
  // from us; the channel lets it notice when we are killed without a chance to say so.
  const ownGroup = process.platform !== 'win32';
  const server = spawn(node, ['--import', './scripts/end-with-parent.mjs', 'examples/demo/serve.ts'], {
    cwd: ROOT,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: ownGroup,
  });
  /** @type {Map<string, number>} */
  const lastSentMs = new Map();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      const nowMs = Date.now();
      const isEcho = nowMs - (lastSentMs.get(signal) ?? Number.NEGATIVE_INFINITY) < 1_000;
      if (isEcho) return;
      lastSentMs.set(signal, nowMs);
      // Windows has no signals to send: its console has already told the server itself.
      if (ownGroup) server.kill(signal);
    });
  }
  if (process.env.npm_lifecycle_event === 'start') whenOrphaned(() => server.kill('SIGTERM'));
  return await finished(server);
});

/** npm killed hard says nothing to what it has started; a server nobody can stop any more would hold the port.
 * @param {() => void} then
 */
function whenOrphaned(then) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    then();
  }, 500);
  watch.unref();
}

/** @param {import('node:child_process').ChildProcess} child */
function finished(child) {
  return /** @type {Promise<number>} */ (
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(exitCodeOf(code, signal)));
    })
  );
}
