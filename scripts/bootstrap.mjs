/**
 * What has to be there before anything else can run: the dependencies, and a Node new enough to run TypeScript.
 *
 * A fresh clone may be started by an older Node (20 and up), so this file and whatever it imports use no dependency
 * and nothing newer than Node 20. The repository brings a pinned Node of its own as an optional dependency;
 * the commands run on that one wherever it exists.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const STAMP = join(ROOT, 'node_modules', '.madang-installed');
const INSTALL_LOCK = join(ROOT, '.madang-install.lock');
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** A problem the reader can solve; the commands print its message without a stack trace. */
export class BootstrapError extends Error {}

/**
 * @typedef {object} Runtime
 * @property {string} node path of the Node every tool runs on
 * @property {NodeJS.ProcessEnv} env the environment with that Node and the installed tools first on PATH
 */

/**
 * Installs what is missing and finds the runtime. Does nothing but a hash and a version check when all is in place.
 * Throws BootstrapError when the reader has to act.
 *
 * @returns {Promise<Runtime>}
 */
export async function bootstrap() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new BootstrapError(
      `Madang needs Node 20 or newer to start; this is ${process.version} (${process.execPath}).`,
    );
  }
  await installDependencies();
  const node = findRuntime();
  const tools = join(ROOT, 'node_modules', '.bin');
  const env = { ...process.env };
  // Windows spells it Path; a second spelling of the same variable would leave it to chance which one counts.
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  env[pathKey] = [tools, dirname(node), env[pathKey]].filter(Boolean).join(delimiter);
  return { node, env };
}

/**
 * Runs a command's body; a BootstrapError becomes one readable line and exit code 1.
 *
 * @param {() => Promise<number>} body resolves to the exit code
 */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** 128 + n is what a shell reports for a child ended by signal n.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (signal === null ? 1 : constants.signals[signal]);
}

// --- dependencies ------------------------------------------------------------------------------------------------

async function installDependencies() {
  if (isInstalled()) return;
  const release = await lockInstall();
  try {
    if (isInstalled()) return; // whoever held the lock did the work
    const firstRun = !existsSync(join(ROOT, 'node_modules'));
    console.log(`Installing dependencies (${firstRun ? 'first run, ' : ''}about half a minute) ...`);
    const startedMs = Date.now();
    await runNpm();
    writeFileSync(STAMP, wantedStamp());
    console.log(`Installed in ${seconds(Date.now() - startedMs)}.`);
  } finally {
    release();
  }
}

function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp();
}

/** Platform and architecture count because some dependencies are native and a clone may be shared between machines. */
function wantedStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of manifests()) {
    hash.update(`${file}\n`);
    const path = join(ROOT, file);
    hash.update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

function manifests() {
  const workspaces = ['packages', 'examples'].flatMap((folder) =>
    existsSync(join(ROOT, folder))
      ? readdirSync(join(ROOT, folder))
          .sort()
          .map((name) => `${folder}/${name}/package.json`)
      : [],
  );
  return ['package-lock.json', 'package.json', ...workspaces];
}

function runNpm() {
  // Named types of dependency: an environment made for production would otherwise leave the tools out.
  // Error level only: npm compares the packages' Node requirement with the Node that starts us, which does not run them.
  const flags = [
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ];
  const npmArgs = [existsSync(join(ROOT, 'package-lock.json')) ? 'ci' : 'install', ...flags];
  const fromNpm = process.env.npm_execpath;
  const [command, args] = fromNpm?.endsWith('npm-cli.js')
    ? [process.execPath, [fromNpm, ...npmArgs]]
    : ['npm', npmArgs];
  const npm = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm is a .cmd file on Windows, which only a shell can start.
    shell: process.platform === 'win32' && command === 'npm',
  });

  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      output += chunk;
    });
  }
  const startedMs = Date.now();
  const progress = setInterval(() => console.log(`  still installing (${seconds(Date.now() - startedMs)})`), 20_000);
  const deadline = setTimeout(() => npm.kill(), INSTALL_TIMEOUT_MS);
  const interrupted = (/** @type {NodeJS.Signals} */ signal) => {
    npm.kill(signal);
    rmSync(INSTALL_LOCK, { recursive: true, force: true });
    process.exit(exitCodeOf(null, signal));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);

  return /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      npm.on('error', (error) => {
        reject(new BootstrapError(`Could not start npm (${error.message}). It comes with Node: is it on the PATH?`));
      });
      npm.on('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new BootstrapError(describeNpmFailure(output, signal === null ? `exit code ${code}` : signal)));
      });
    })
  ).finally(() => {
    clearInterval(progress);
    clearTimeout(deadline);
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  });
}

/**
 * @param {string} output what npm printed
 * @param {string} ending
 */
function describeNpmFailure(output, ending) {
  const lines = output.trimEnd().split('\n').slice(-30).join('\n');
  const advice = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH/.test(output)
    ? 'The package registry could not be reached: the first run needs a network connection.'
    : /in sync/.test(output)
      ? 'package-lock.json does not match a package.json: run "npm install" and commit the lockfile.'
      : "The lines above are npm's own.";
  return `${lines}\nCould not install the dependencies (npm: ${ending}). ${advice}`;
}

/**
 * Two commands started at once in one clone must not both rewrite node_modules: the second waits for the first.
 *
 * @returns {Promise<() => void>} gives the lock back
 */
async function lockInstall() {
  const owner = join(INSTALL_LOCK, 'pid');
  let announced = false;
  for (;;) {
    try {
      mkdirSync(INSTALL_LOCK);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(INSTALL_LOCK, { recursive: true, force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (isLockStale(owner)) {
      rmSync(INSTALL_LOCK, { recursive: true, force: true });
      continue;
    }
    if (!announced) console.log('Another command is installing the dependencies; waiting for it ...');
    announced = true;
    await delay(300);
  }
}

/**
 * An owner that is gone, or one that has held on longer than an install may take (its pid may be someone else's by now).
 *
 * @param {string} owner path of the file with the owner's process id
 */
function isLockStale(owner) {
  try {
    const ageMs = Date.now() - statSync(INSTALL_LOCK).mtimeMs;
    if (ageMs > INSTALL_TIMEOUT_MS + 60_000) return true;
    const pid = Number(readFileSync(owner, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // No pid file: the owner is between its two calls, or died there; its folder's age tells which.
    if (code === 'ENOENT') return existsSync(INSTALL_LOCK) && Date.now() - statSync(INSTALL_LOCK).mtimeMs > 5_000;
    return code === 'ESRCH';
  }
}

// --- runtime -----------------------------------------------------------------------------------------------------

/** The oldest patch of each supported line; lines not named here are judged against the lowest one. */
const RUNTIME_FLOORS = /** @type {const} */ ({ 22: [22, 22, 2], 24: [24, 14, 1] });

/** @param {string} version such as `v24.14.1` */
export function isSupportedRuntime(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  const floor = parts[0] === 24 ? RUNTIME_FLOORS[24] : RUNTIME_FLOORS[22];
  for (const [i, least] of floor.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function findRuntime() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = join(ROOT, 'node_modules', `node-${platform}-${process.arch}`, 'bin', binary);
  const pinnedVersion = existsSync(pinned) ? versionOf(pinned) : null;
  if (pinnedVersion !== null && isSupportedRuntime(pinnedVersion)) return pinned;
  if (isSupportedRuntime(process.version)) return process.execPath;
  const why = existsSync(pinned)
    ? 'the Node pinned by this repository does not run on this system'
    : `this repository pins no Node for ${process.platform} on ${process.arch}`;
  throw new BootstrapError(
    `Madang runs on Node 22.22.2 or newer (24.14.1 or newer on the 24 line). This is ${process.version}, and ${why}:\n` +
      'please install a current Node and run the command again.',
  );
}

/** @param {string} node path of a Node binary */
function versionOf(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim() : null;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
}
