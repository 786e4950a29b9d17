import { expect, test } from 'vitest';
import { countOf } from '../../../lab/setup/tally.ts';

const passed = { status: 'passed', assertionResults: [{}] };
const unloaded = { status: 'failed', assertionResults: [] };

test('counts tests, and files that did not load', () => {
  expect(countOf({ numPassedTests: 3, numFailedTests: 1, testResults: [passed, unloaded] }, 1)).toEqual({
    passed: 3,
    failed: 2,
  });
});

test('a run that ended badly never counts as content', () => {
  const green = { numPassedTests: 3, numFailedTests: 0, testResults: [passed] };
  expect(countOf(green, 0)).toEqual({ passed: 3, failed: 0 });
  expect(countOf(green, 1)).toEqual({ passed: 3, failed: 1 });
  expect(countOf(null, 1)).toEqual({ passed: 0, failed: 1 });
});
