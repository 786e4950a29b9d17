import type { TestProject } from 'vitest/node';
import { startTestServers } from '../../lab/setup/test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testServer: string;
  }
}

/** Starts the one process that holds the time-skipping servers of all tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startTestServers();
  project.provide('testServer', servers.path);
  return () => servers.stop();
}
