import { describe, expect, test } from 'vitest';
import { exitCodeFor, summaryLine, tallyVitest } from './tally.mjs';

const report = (tests: readonly string[], files: readonly string[] = []) => ({
  numPassedTests: tests.filter((status) => status === 'passed').length,
  numFailedTests: tests.filter((status) => status === 'failed').length,
  numPendingTests: tests.filter((status) => status === 'skipped').length,
  numTodoTests: tests.filter((status) => status === 'todo').length,
  testResults: [
    {
      status: tests.includes('failed') ? 'failed' : 'passed',
      assertionResults: tests.map((status) => ({ status })),
    },
    ...files.map((status) => ({ status, assertionResults: [] })),
  ],
});

describe('the counts of a run', () => {
  test('are those of the report', () => {
    expect(tallyVitest(report(['passed', 'failed', 'skipped', 'todo']), 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
    });
  });

  test('include a file that did not load', () => {
    expect(tallyVitest(report(['passed'], ['failed']), 1).failed).toBe(1);
  });

  test('show a failure when the run ended badly, crashed or found no tests', () => {
    expect(tallyVitest(report(['passed']), 1).failed).toBe(1);
    expect(tallyVitest(null, 0).failed).toBe(1);
    expect(tallyVitest(report([]), 0).failed).toBe(1);
    expect(tallyVitest(report(['skipped']), 0).failed).toBe(1);
  });
});

test('the last line names skipped tests only when there are any', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('a skipped test fails the run on a build server only', () => {
  const tally = { passed: 3, failed: 0, skipped: 1 };
  expect(exitCodeFor(tally, undefined)).toBe(0);
  expect(exitCodeFor(tally, 'false')).toBe(0);
  expect(exitCodeFor(tally, 'true')).toBe(1);
  expect(exitCodeFor({ ...tally, skipped: 0 }, 'true')).toBe(0);
});
