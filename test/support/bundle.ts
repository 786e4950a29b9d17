import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../../codec/data-converter.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundle: string;
  }
}

/** All projects of a run have this file loaded on their own; the bundle is one. */
const run = globalThis as { workflowBundle?: Promise<string> };

/** Bundles the workflows once for a whole run of tests: it takes seconds. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = await (run.workflowBundle ??= bundled());
  project.provide('workflowBundle', file);
  return () => rm(path.dirname(file), { recursive: true, force: true });
}

async function bundled(): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath, failureConverterPath, logger });
  const dir = await mkdtemp(path.join(tmpdir(), 'gpu-semester-bundle-'));
  await writeFile(path.join(dir, 'workflows.js'), code);
  return path.join(dir, 'workflows.js');
}
