import type { TestProject } from 'vitest/node';
import { startDevServer } from '../../lab/setup/dev-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
  }
}

/** Starts the one development server that all workflow tests share. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDevServer({ uiPort: false });
  project.provide('temporalAddress', server.address);
  return () => server.stop();
}
