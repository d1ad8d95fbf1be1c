/**
 * Programs of the system that some suites drive: a browser, Python with the client libraries of other servers, and PostgreSQL.
 *
 * Where this may install them (root on a Debian-like Linux) it does; elsewhere it reports what is missing through the
 * environment, and the suites skip with that reason. MADANG_NO_INSTALL=1 forbids installing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { seconds } from './bootstrap.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
const BROWSER_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
/** Each Python module the suites import, with the Debian package that brings it. */
const PYTHON_MODULES = {
  socketio: 'python3-socketio',
  requests: 'python3-requests',
  websocket: 'python3-websocket',
  tornado: 'python3-tornado',
  websockets: 'python3-websockets',
};
/** Debian keeps PostgreSQL's programs out of PATH, a folder for each version. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';
const APT_TIMEOUT_MS = 5 * 60_000;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<NodeJS.ProcessEnv>} the same with MADANG_HAVE_CHROMIUM, MADANG_CHROMIUM, MADANG_HAVE_PYTHON,
 *   MADANG_PYTHON, MADANG_HAVE_POSTGRES and MADANG_POSTGRES_BIN (a folder) added; a path is absent when its HAVE is `0`
 */
export async function preparePrerequisites(env) {
  const missing = [
    ...(findBrowser(env) === null ? ['chromium'] : []),
    ...(findPython(env) === null ? missingPythonPackages() : []),
    ...(findPostgres(env) === null ? ['postgresql'] : []),
  ];
  if (missing.length > 0) {
    const obstacle = installObstacle(env);
    if (obstacle === null) await aptInstall(missing, env);
    else console.log(`Not installing ${missing.join(', ')}: ${obstacle}. The suites that need them will be skipped.`);
  }
  const browser = findBrowser(env);
  const python = findPython(env);
  const postgres = findPostgres(env);
  return {
    ...env,
    MADANG_HAVE_CHROMIUM: browser === null ? '0' : '1',
    MADANG_HAVE_PYTHON: python === null ? '0' : '1',
    MADANG_HAVE_POSTGRES: postgres === null ? '0' : '1',
    ...(browser === null ? {} : { MADANG_CHROMIUM: browser }),
    ...(python === null ? {} : { MADANG_PYTHON: python }),
    ...(postgres === null ? {} : { MADANG_POSTGRES_BIN: postgres }),
  };
}

/** @param {NodeJS.ProcessEnv} env */
function findBrowser(env) {
  return (
    [...candidates(env.MADANG_CHROMIUM), ...BROWSERS.flatMap((name) => onPath(name, env)), ...BROWSER_PATHS].find(
      isExecutable,
    ) ?? null
  );
}

/** The system's own Python first: packages of the system are invisible to one installed beside it.
 * @param {NodeJS.ProcessEnv} env
 */
function findPython(env) {
  const imports = `import ${Object.keys(PYTHON_MODULES).join(', ')}`;
  const pythons = [...candidates(env.MADANG_PYTHON), '/usr/bin/python3', ...onPath('python3', env)];
  return [...new Set(pythons)].find((path) => isExecutable(path) && succeeds(path, ['-c', imports])) ?? null;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null} the folder of the newest PostgreSQL server's programs
 */
function findPostgres(env) {
  const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS).map(Number).filter(Boolean) : [];
  const folders = [
    ...candidates(env.MADANG_POSTGRES_BIN),
    ...versions.sort((a, b) => b - a).map((version) => join(POSTGRES_VERSIONS, String(version), 'bin')),
    ...onPath('postgres', env).map(dirname),
  ];
  return (
    folders.find((folder) => ['initdb', 'postgres', 'pg_dump'].every((name) => isExecutable(join(folder, name)))) ??
    null
  );
}

function missingPythonPackages() {
  return Object.entries(PYTHON_MODULES)
    .filter(([module]) => !succeeds('/usr/bin/python3', ['-c', `import ${module}`]))
    .map(([, debianPackage]) => debianPackage);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null} why nothing may be installed here
 */
function installObstacle(env) {
  if (env.MADANG_NO_INSTALL === '1') return 'MADANG_NO_INSTALL is set';
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return 'installing needs root';
  return null;
}

/**
 * A failure is reported and left to the suites, which skip what they cannot run.
 *
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} env
 */
async function aptInstall(packages, env) {
  console.log(`Installing ${packages.join(', ')} for the tests (a minute or two) ...`);
  const startedMs = Date.now();
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const failure = await apt(args, env);
    // A mirror that is partly out of reach fails the update, yet often still has the packages.
    if (failure !== null) console.log(`  apt-get ${args[0]} failed:\n${failure}`);
  }
  console.log(`Done after ${seconds(Date.now() - startedMs)}.`);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | null>} the end of its output when it failed
 */
function apt(args, env) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...args], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: APT_TIMEOUT_MS,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        output += chunk;
      });
    }
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? null : output.trimEnd().split('\n').slice(-15).join('\n')));
  });
}

/** @param {string | undefined} path */
function candidates(path) {
  return path === undefined || path === '' ? [] : [path];
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function onPath(name, env) {
  return (env.PATH ?? env.Path ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
