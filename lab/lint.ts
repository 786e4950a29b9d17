import { lint } from './setup/lint.ts';
import { SetupError } from './setup/apt.ts';
import { lintPrerequisites } from './setup/prerequisites.ts';

/** `npm run lint`. */
try {
  await lintPrerequisites(console.log);
  process.exitCode = (await lint()) === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
