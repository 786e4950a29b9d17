import { execa } from 'execa';
import { lintShell } from './shell-lint.ts';

interface Outcome {
  readonly name: string;
  /** What it found; null where that is nothing. */
  readonly found: string | null;
}

const OPTIONS = { preferLocal: true, reject: false, all: true } as const;

async function outcomeOf(
  name: string,
  running: Promise<{ readonly exitCode?: number | undefined; readonly all?: string | undefined }>,
): Promise<Outcome> {
  const { exitCode, all = '' } = await running;
  return { name, found: exitCode === 0 ? null : all };
}

async function shellcheck(): Promise<Outcome> {
  const findings = await lintShell().catch((error: unknown) => [String(error)]);
  return { name: 'shellcheck', found: findings.length === 0 ? null : findings.join('\n') };
}

/** Runs the checks that read code without running it, side by side. Prints what they found; returns how many found something. */
export async function lint(): Promise<number> {
  const outcomes = await Promise.all([
    outcomeOf('oxlint', execa('oxlint', ['--type-aware', '--deny-warnings'], OPTIONS)),
    outcomeOf('tsc', execa('tsc', ['--noEmit'], OPTIONS)),
    outcomeOf('oxfmt', execa('oxfmt', ['--check'], OPTIONS)),
    outcomeOf('knip', execa('knip', ['--no-progress'], OPTIONS)),
    shellcheck(),
  ]);
  const failed = outcomes.filter(({ found }) => found !== null);
  for (const { name, found } of failed) console.log(`\n${name}\n${found}`);
  console.log(`Lint: ${outcomes.length - failed.length} of ${outcomes.length} content`);
  return failed.length;
}
