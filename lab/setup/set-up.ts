import { Listr, type ListrTask } from 'listr2';
import { SetupError } from './apt.ts';
import type { Progress } from './cache.ts';
import { labPrerequisites, testPrerequisites } from './prerequisites.ts';
import { temporalCommand } from './temporal.ts';
import { testServerPath } from './test-server.ts';

const task = (title: string, work: (progress: Progress) => Promise<unknown>): ListrTask => ({
  title,
  task: async (_, item) => {
    await work((line) => (item.output = line));
  },
});

/**
 * Provides what is missing, side by side and with progress: packages, Temporal's server, and for tests the time-skipping
 * server and the checker of the compose file.
 * @returns the sentences of what could not be provided; empty when all is there
 */
export async function setUp(purpose: 'demo' | 'test'): Promise<readonly string[]> {
  const tasks = [task('The lab: packages, root, btrfs', labPrerequisites), task('Temporal', temporalCommand)];
  if (purpose === 'test') {
    tasks.push(task('Time-skipping Temporal', testServerPath), task('Checker of the compose file', testPrerequisites));
  }
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    collectErrors: 'full',
    fallbackRenderer: 'simple',
    rendererOptions: { showErrorMessage: false, timer: undefined },
  });
  await list.run();
  return list.errors.map(({ error }) => {
    if (error instanceof SetupError) return error.message;
    throw error;
  });
}
