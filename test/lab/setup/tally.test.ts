import { expect, test } from 'vitest';
import { countOf } from '../../../lab/setup/tally.ts';

const one = (fullName: string, ...failureMessages: string[]) => ({ fullName, status: 'passed', failureMessages });
const passed = { status: 'passed', assertionResults: [one('is fine')] };
const unloaded = { status: 'failed', assertionResults: [] };

test('counts tests, and files that did not load', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, testResults: [passed, unloaded] };
  expect(countOf(report, 1)).toEqual({ passed: 3, failed: 2, retried: [] });
});

test('a run with a non-zero exit code counts as failed', () => {
  const green = { numPassedTests: 3, numFailedTests: 0, testResults: [passed] };
  expect(countOf(green, 0)).toEqual({ passed: 3, failed: 0, retried: [] });
  expect(countOf(green, 1)).toEqual({ passed: 3, failed: 1, retried: [] });
  expect(countOf(null, 1)).toEqual({ passed: 0, failed: 1, retried: [] });
});

test('retries are counted by name, and more than two fail the run', () => {
  const retried = (count: number) => {
    const assertionResults = Array.from({ length: count }, (_, n) => one(`flaky ${n}`, 'it hung'));
    return { numPassedTests: 3, numFailedTests: 0, testResults: [passed, { status: 'passed', assertionResults }] };
  };
  expect(countOf(retried(2), 0)).toEqual({ passed: 3, failed: 0, retried: ['flaky 0', 'flaky 1'] });
  expect(countOf(retried(3), 0)).toMatchObject({ failed: 1, retried: { length: 3 } });
});

test('a test that failed after a retry counts once, as failed', () => {
  const assertionResults = [{ fullName: 'broken', status: 'failed', failureMessages: ['first', 'second'] }];
  const report = { numPassedTests: 0, numFailedTests: 1, testResults: [{ status: 'failed', assertionResults }] };
  expect(countOf(report, 1)).toEqual({ passed: 0, failed: 1, retried: [] });
});
