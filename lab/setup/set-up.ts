import { ExecaError } from 'execa';
import { Listr, type ListrTask } from 'listr2';
import { hostImages } from '../image/image.ts';
import { ansibleCommand } from './ansible.ts';
import { SetupError } from './apt.ts';
import type { Progress } from './cache.ts';
import { labPrerequisites, testPrerequisites } from './prerequisites.ts';
import { temporalCommand } from './temporal.ts';
import { testServerPath } from './test-server.ts';

/** The images once, and here: beside the build of Temporal, and not by each test file that begins with a lab at the same time. */
async function wholeLab(progress: Progress): Promise<void> {
  await labPrerequisites(progress);
  await hostImages(progress).catch((error: unknown) => {
    if (!(error instanceof ExecaError)) throw error;
    const said = String(error.all).trim().split('\n').at(-1);
    throw new SetupError(
      `The images of the lab's hosts could not be built (${said}). Check that Debian's mirror answers (apt-get update), then run this again.`,
    );
  });
}

/** What can be provided, and what people read of it. */
const WORK = {
  lab: ['The lab: packages, root, btrfs, images', wholeLab],
  temporal: ['Temporal', temporalCommand],
  'test-server': ['Time-skipping Temporal', testServerPath],
  checkers: ['Checkers of the compose file and of scripts', testPrerequisites],
  ansible: ['Ansible, to compare with', ansibleCommand],
} as const satisfies Record<string, readonly [string, (progress: Progress) => Promise<unknown>]>;

export type Need = keyof typeof WORK;

const PURPOSES = {
  demo: ['lab', 'temporal'],
  test: ['lab', 'temporal', 'test-server', 'checkers'],
} as const satisfies Record<string, readonly Need[]>;

function task(need: Need): ListrTask {
  const [title, work] = WORK[need];
  return {
    title,
    task: async (_, item) => {
      await work((line) => (item.output = line));
    },
  };
}

/**
 * Provides what is missing, side by side and with progress: packages, Temporal's server, and for tests the time-skipping
 * server and the checkers of the compose file and of scripts.
 * @param quiet says nothing: standard output is for something else
 * @returns the sentences of what could not be provided; empty when all is there
 */
export async function setUp(
  purpose: keyof typeof PURPOSES | readonly Need[],
  { quiet = false } = {},
): Promise<readonly string[]> {
  const needs = typeof purpose === 'string' ? PURPOSES[purpose] : purpose;
  const list = new Listr(needs.map(task), {
    concurrent: true,
    exitOnError: false,
    collectErrors: 'full',
    fallbackRenderer: 'simple',
    silentRendererCondition: quiet,
    rendererOptions: { showErrorMessage: false, timer: undefined },
  });
  await list.run();
  return list.errors.map(({ error }) => {
    if (error instanceof SetupError) return error.message;
    throw error;
  });
}
