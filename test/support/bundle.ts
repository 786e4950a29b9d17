import { build, workflowFileOf } from '../../build/build.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundle: string;
  }
}

/** Builds once for a whole run of tests: the workflows, and the programs that run in processes of their own. */
export async function setup(project: TestProject): Promise<void> {
  await build();
  project.provide('workflowBundle', workflowFileOf('required'));
}
