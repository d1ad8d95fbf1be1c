/**
 * `npm run bench:setup`: installs what the benches compare with. Libraries from the registry go inside bench/ and nowhere else,
 * without running their scripts; Flask-SocketIO and Tornado come from Debian's packages, where this is such a system.
 *
 * Starts on any Node from 20, before anything of the repository is installed. What cannot be had is named, and left out by the
 * benches; only npm's own failure fails the command. MADANG_NO_INSTALL=1 forbids touching the system.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('.', import.meta.url));

/** Debian's own: packages of the system are invisible to a Python installed beside it. */
const PYTHON = '/usr/bin/python3';
/** Each Python module that a server imports, with the Debian package that brings it. */
const PYTHON_MODULES = {
  flask_socketio: 'python3-flask-socketio',
  socketio: 'python3-socketio',
  eventlet: 'python3-eventlet',
  tornado: 'python3-tornado',
};
const APT_TIMEOUT_MS = 5 * 60_000;
const PROBE_TIMEOUT_MS = 20_000;

process.exitCode = installLibraries();
installPythonPackages();
if (!bunRuns()) console.log('Bun does not run here (no package of it for this platform): the benches leave it out.');

/** @returns {number} npm's exit code */
function installLibraries() {
  // `ci` leaves the lockfile alone, so what is measured is what was committed.
  const command = existsSync(join(BENCH, 'package-lock.json')) ? 'ci' : 'install';
  // An environment may have been made without optional packages; Bun is one, as it is of one platform.
  const npmArgs = [command, '--include=optional', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

  // Started by npm, the same npm is run again; otherwise the one on the PATH, which on Windows only a shell can start.
  const cli = process.env.npm_execpath;
  const viaNode = cli?.endsWith('npm-cli.js') === true;
  const { status, error } = spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [cli, ...npmArgs] : npmArgs, {
    cwd: BENCH,
    stdio: 'inherit',
    shell: !viaNode && process.platform === 'win32',
  });
  if (error !== undefined) console.error(`Could not start npm (${error.message}).`);
  return status ?? 1;
}

function installPythonPackages() {
  const packages = missingModules().map((module) => PYTHON_MODULES[module]);
  if (packages.length === 0) return;
  const obstacle = installObstacle();
  if (obstacle === null) {
    console.log(`Installing ${packages.join(', ')} (a minute) ...`);
    // A mirror that is partly out of reach fails the update, yet often still has the packages.
    apt(['update', '-qq']);
    apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  }
  const missing = missingModules();
  if (missing.length === 0) return;
  const servers = missing.some((module) => module !== 'tornado') ? ['Flask-SocketIO'] : [];
  if (missing.includes('tornado')) servers.push('Tornado');
  const why = obstacle ?? 'apt-get did not bring them';
  console.log(`${PYTHON} has no ${missing.join(', ')} (${why}): the benches leave out ${servers.join(' and ')}.`);
}

function missingModules() {
  const modules = /** @type {(keyof typeof PYTHON_MODULES)[]} */ (Object.keys(PYTHON_MODULES));
  return modules.filter((module) => !succeeds(PYTHON, ['-c', `import ${module}`]));
}

/** @returns {string | null} why nothing may be installed here */
function installObstacle() {
  if (process.env.MADANG_NO_INSTALL === '1') return 'MADANG_NO_INSTALL is set';
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return 'this system has no apt-get';
  if (!isRoot() && !succeeds('sudo', ['-n', 'true'])) return 'installing needs root, or sudo without a password';
  return null;
}

/** @param {readonly string[]} args */
function apt(args) {
  const command = ['apt-get', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...args];
  // sudo clears the environment, so the variable has to be set behind it.
  const [program = '', ...rest] = [
    ...(isRoot() ? [] : ['sudo', '-n']),
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    ...command,
  ];
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: 'utf8', timeout: APT_TIMEOUT_MS });
  if (status === 0) return;
  const lines = error?.message ?? `${stdout}${stderr}`.trimEnd().split('\n').slice(-15).join('\n');
  console.log(`  apt-get ${args[0]} failed:\n${lines}`);
}

function bunRuns() {
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
  return succeeds(join(BENCH, 'node_modules', '@oven', `bun-${process.platform}-${arch}`, 'bin', 'bun'), ['--version']);
}

function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;
}
