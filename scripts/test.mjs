/**
 * `npm test`: every check and every suite, ending in one line of counts.
 * `npm test -- <arguments>` hands the arguments to Vitest and runs only the suites they select.
 *
 * Fails on any failure, when no test ran, and, where CI is set, on any skipped test.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, exitCodeOf, main, ROOT, seconds } from './bootstrap.mjs';
import { preparePrerequisites } from './prerequisites.mjs';
import { CHECKS, PAGES, runStages } from './stages.mjs';
import { exitCodeFor, summaryLine, tallyVitest } from './tally.mjs';

await main(async () => {
  const vitestArgs = process.argv.slice(2);
  const installed = await bootstrap();
  const runtime = { ...installed, env: await preparePrerequisites(installed.env) };

  const checks = vitestArgs.length === 0 ? await runStages([...CHECKS, PAGES], runtime) : { passed: 0, failed: 0 };
  const suites = await runVitest(vitestArgs, runtime);
  const tally = {
    passed: checks.passed + suites.passed,
    failed: checks.failed + suites.failed,
    skipped: suites.skipped,
  };
  console.log(summaryLine(tally));
  return exitCodeFor(tally, process.env.CI);
});

/**
 * @param {readonly string[]} args
 * @param {import('./bootstrap.mjs').Runtime} runtime
 */
async function runVitest(args, { node, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'madang-test-'));
  const reportFile = join(folder, 'report.json');
  const startedMs = Date.now();
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const child = spawn(node, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const exitCode = await /** @type {Promise<number>} */ (
      new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, signal) => resolve(exitCodeOf(code, signal)));
      })
    );
    const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : null;
    const tally = tallyVitest(report, exitCode);
    console.log(`${tally.failed === 0 ? 'ok    ' : 'FAILED'} suites (${seconds(Date.now() - startedMs)})`);
    return tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
