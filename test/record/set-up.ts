import type { TestProject } from 'vitest/node';
import { startDevServer } from '../../lab/setup/dev-server.ts';
import { build, workflowFileOf } from '../../build/build.ts';

/** The server suggests to continue as new after so many events, so that a recording of it stays short. */
const SUGGESTED_EVENTS = 100;

/** One server and one bundle for all scenarios. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build();
  project.provide('workflowBundle', workflowFileOf('required'));
  project.provide('recordings', process.env['RECORDINGS'] ?? '');
  const settings = { 'limit.historyCount.suggestContinueAsNew': SUGGESTED_EVENTS };
  const server = await startDevServer({ uiPort: false, settings });
  project.provide('temporalAddress', server.address);
  return () => server.stop();
}
