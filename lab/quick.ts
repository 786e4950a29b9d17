import { execa } from 'execa';
import { lint } from './setup/lint.ts';
import { SetupError } from './setup/apt.ts';
import { lintPrerequisites } from './setup/prerequisites.ts';

/** Unit tests that take long for one file: they start programs, wait for clocks, or handle thousands of people. `npm test` runs them. */
const SLOW: readonly string[] = ['test/lint.test.ts'];

/** `npm run test:quick`: lint and unit tests side by side, for the edit loop. */
try {
  await lintPrerequisites(console.log);
  const [unlinted, { exitCode }] = await Promise.all([
    lint(),
    execa('vitest', ['run', '--project', 'unit', ...SLOW.map((file) => `--exclude=${file}`)], {
      preferLocal: true,
      reject: false,
      stdio: 'inherit',
    }),
  ]);
  process.exitCode = unlinted === 0 && exitCode === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
