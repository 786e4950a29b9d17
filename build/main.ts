import { ExecaError } from 'execa';
import { build } from './build.ts';

/** `npm run build`; npm also calls it after `npm install` and before `npm pack`. */
try {
  await build();
} catch (error) {
  // The compiler has said which file and line.
  if (!(error instanceof ExecaError)) throw error;
  console.error(error.all);
  process.exitCode = 1;
}
