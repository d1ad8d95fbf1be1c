/**
 * `npm run bench:setup`: installs the libraries the benches compare with, inside bench/ and nowhere else.
 *
 * Starts on any Node from 20, before anything of the repository is installed. Runs no install scripts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('.', import.meta.url));

// `ci` leaves the lockfile alone, so what is measured is what was committed.
const command = existsSync(join(BENCH, 'package-lock.json')) ? 'ci' : 'install';
const npmArgs = [command, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

// Started by npm, the same npm is run again; otherwise the one on the PATH, which on Windows only a shell can start.
const cli = process.env.npm_execpath;
const viaNode = cli?.endsWith('npm-cli.js') === true;
const { status, error } = spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [cli, ...npmArgs] : npmArgs, {
  cwd: BENCH,
  stdio: 'inherit',
  shell: !viaNode && process.platform === 'win32',
});
if (error !== undefined) console.error(`Could not start npm (${error.message}).`);
process.exitCode = status ?? 1;
