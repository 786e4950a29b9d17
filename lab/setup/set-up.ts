import { ExecaError } from 'execa';
import { Listr, type ListrTask } from 'listr2';
import { build } from '../../build/build.ts';
import { hostImages } from '../image/image.ts';
import { machineImages } from '../vm/image.ts';
import type { IdKind } from '../people.ts';
import { ansibleCommand } from './ansible.ts';
import { SetupError } from './apt.ts';
import { emptyStore } from './empty-store.ts';
import type { Progress } from './cache.ts';
import { labPrerequisites, machinePrerequisites, testPrerequisites } from './prerequisites.ts';
import { prometheusPrograms } from './prometheus.ts';
import { temporalCommand } from './temporal.ts';
import { testServerPrerequisites } from './test-server.ts';

/** @throws SetupError with what to do, where `make` needed Debian's mirror and did not get it */
async function provideImages(what: string, make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const output = String(error.all).trim().split('\n').at(-1);
    throw new SetupError(
      `The images of ${what} could not be built (${output}). Check that Debian's mirror answers (apt-get update), then run this again.`,
    );
  }
}

/** Installs the lab's packages and builds the host images, once, before several test files start labs in parallel. */
const provideLab =
  (...kinds: readonly IdKind[]) =>
  async (progress: Progress): Promise<void> => {
    await labPrerequisites(progress);
    await provideImages("the lab's hosts", async () => {
      for (const kind of kinds) await hostImages(kind, progress);
    });
  };

/** Installs the emulator and builds the disk of the full machines. */
async function provideMachines(progress: Progress): Promise<void> {
  await labPrerequisites(progress);
  await machinePrerequisites(progress);
  await provideImages('the full machines', () => machineImages('large', progress));
}

/** Prerequisites: a title for the progress display, and the function that installs them. */
const WORK = {
  program: ['The program, compiled', build],
  lab: ['The lab: packages, root, btrfs, images', provideLab('large')],
  // Half of the tests use accounts with small ids.
  'test-lab': ['The lab: packages, root, btrfs, images for large and small ids', provideLab('large', 'small')],
  machines: ['Full machines: emulator, firmware, two kernels, disk', provideMachines],
  temporal: ['Temporal', temporalCommand],
  'test-server': ['Time-skipping Temporal', testServerPrerequisites],
  store: ['An empty store', emptyStore],
  checkers: ['Validators of the compose file and of scripts', testPrerequisites],
  prometheus: ['Prometheus, for its rules', prometheusPrograms],
  ansible: ['Ansible, for comparison', ansibleCommand],
} as const satisfies Record<string, readonly [string, (progress: Progress) => Promise<unknown>]>;

export type Need = keyof typeof WORK;

const PURPOSES = {
  demo: ['program', 'lab', 'temporal'],
  test: ['program', 'test-lab', 'machines', 'temporal', 'test-server', 'store', 'checkers', 'prometheus'],
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
 * Installs missing prerequisites in parallel and displays progress: packages, Temporal's server; for tests also the
 * time-skipping server and the validators of the compose file and of scripts.
 * @param quiet prints nothing: standard output is reserved
 * @returns the messages of prerequisites that could not be installed; empty on success
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
