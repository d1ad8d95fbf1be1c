/** The checks that come before the test suites, as named stages. Each counts as one test, passed or failed. */
import { spawn } from 'node:child_process';
import { ROOT, seconds } from './bootstrap.mjs';

/** @typedef {import('./bootstrap.mjs').Runtime} Runtime */
/** @typedef {{ readonly name: string, readonly args: readonly string[] }} Stage what the runtime is started with */

/** @type {readonly Stage[]} */
export const CHECKS = [
  { name: 'types', args: ['scripts/checks/types.ts'] },
  {
    name: 'lint and format',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn', '--error-on-warnings'],
  },
  { name: 'boundaries', args: ['scripts/checks/boundaries.ts'] },
  { name: 'public exports', args: ['scripts/checks/exports.ts'] },
  { name: 'dependency floors', args: ['scripts/checks/floors.ts'] },
  { name: 'SDK size', args: ['scripts/checks/size.ts'] },
];

/** @type {Stage} */
export const PAGES = { name: 'page build', args: ['scripts/pages.ts', '--always'] };

/**
 * Runs every stage, also after a failed one: a reader wants all the news of one run. Output appears only for failures.
 *
 * @param {readonly Stage[]} stages
 * @param {Runtime} runtime
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runStages(stages, runtime) {
  const counts = { passed: 0, failed: 0 };
  for (const stage of stages) {
    const startedMs = Date.now();
    const { ok, output } = await runQuietly(stage, runtime);
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${stage.name} (${seconds(Date.now() - startedMs)})`);
    if (!ok) console.log(`${output.trimEnd()}\n`);
    counts[ok ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

/**
 * @param {Stage} stage
 * @param {Runtime} runtime
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function runQuietly(stage, runtime) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(runtime.node, stage.args, { cwd: ROOT, env: runtime.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        output += chunk;
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
