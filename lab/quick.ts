import { execa } from 'execa';
import { lint } from './setup/lint.ts';
import { SetupError } from './setup/apt.ts';
import { lintPrerequisites } from './setup/prerequisites.ts';

/** Files that start programs (git, ssh, the linter, a database), or handle thousands of people: seconds for each. `npm test` runs them. */
const SLOW = [
  'test/activities/applications/many.test.ts',
  'test/activities/homepage/homepage.test.ts',
  'test/activities/homepage/pull-request.test.ts',
  'test/activities/homepage/update.test.ts',
  'test/activities/hosts/remote/ssh.test.ts',
  'test/activities/mail/crash.test.ts',
  'test/activities/mail/many.test.ts',
  'test/activities/mail/send.test.ts',
  'test/activities/store/embedded.test.ts',
  'test/client/keys.test.ts',
  'test/signing/ssh-keygen.test.ts',
];

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
