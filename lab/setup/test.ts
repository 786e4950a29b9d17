import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { lint } from './lint.ts';
import { setUp } from './set-up.ts';
import { countOf, RETRIES, type Tally, type VitestReport } from './tally.ts';

/** Every test of every project, or those that the arguments name. */
async function vitest(args: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-test-'));
  try {
    const file = path.join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { exitCode } = await execa('vitest', ['run', ...reporters, ...args], {
      preferLocal: true,
      reject: false,
      stdio: 'inherit',
    });
    const report = await readFile(file, 'utf8').catch(() => null);
    return countOf(report === null ? null : (JSON.parse(report) as VitestReport), exitCode ?? 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const missing = await setUp('test');
for (const sentence of missing) console.error(`\n${sentence}`);
const unlinted = await lint();
const { passed, failed, retried } = await vitest(process.argv.slice(2));
console.log([`\n${retried.length} retried, ${RETRIES} at the most`, ...retried].join('\n  '));
// Said again here, where it is read: tests that need what is missing have failed above.
for (const sentence of missing) console.error(`\nMissing: ${sentence}`);
const wrong = failed + unlinted + missing.length;
console.log(`\n${passed} passed, ${wrong} failed`);
process.exitCode = wrong === 0 ? 0 : 1;
