/** Counts one run of the suites: the last line of `npm test` and its exit code come from here. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/**
 * The part of Vitest's JSON report that is read here.
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { status: string, assertionResults: readonly { status: string }[] }[]} testResults
 */

/**
 * A file that failed without a failed test in it (it did not load, or a hook threw) counts as one failure, and so does
 * a run that ended badly although every test passed, left no report, or found nothing to run.
 *
 * @param {VitestReport | null} report
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyVitest(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + brokenFiles;
  const endedBadly = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: failed + (endedBadly ? 1 : 0), skipped: report.numPendingTests + report.numTodoTests };
}

/** @param {Tally} tally */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * On a build server a skipped test is a hole nobody looks at, so there it fails the run.
 *
 * @param {Tally} tally
 * @param {string | undefined} ci value of the CI environment variable
 */
export function exitCodeFor({ failed, skipped }, ci) {
  const onBuildServer = ci !== undefined && !['', '0', 'false'].includes(ci);
  return failed > 0 || (onBuildServer && skipped > 0) ? 1 : 0;
}
