import { buildWorkflows } from '../../worker/bundle.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundle: string;
  }
}

/** Bundles the workflows once for a whole run of tests, and for the workers in processes of their own: it takes seconds. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('workflowBundle', await buildWorkflows('required'));
}
