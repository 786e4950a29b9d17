/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Names of the tests that passed, but not at the first attempt. */
  readonly retried: readonly string[];
}

/** More retries than this are a fault of the tests, whatever each of them meets. */
export const RETRIES = 2;

/**
 * How many tests passed and failed. A file that did not load counts as one that failed, and so does a run that ended
 * badly with every test passed (an unhandled error), or without a report, or with too many retries.
 */
export function countOf(report: VitestReport | null, exitCode: number): Tally {
  if (report === null) return { passed: 0, failed: 1, retried: [] };
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  // A test that passed keeps the messages of the attempts before.
  const retried = report.testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName }) => fullName);
  const failed = report.numFailedTests + unloaded.length;
  const isBad = failed === 0 && (exitCode !== 0 || retried.length > RETRIES);
  return { passed: report.numPassedTests, failed: isBad ? 1 : failed, retried };
}
