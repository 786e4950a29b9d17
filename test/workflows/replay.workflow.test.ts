import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { clientConverter } from '../../codec/data-converter.ts';
import { loadKeys } from '../../codec/keys.ts';
import { workflowBundle } from '../support/temporal.ts';

const folder = path.join(import.meta.dirname, '../histories');
const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));

interface History {
  readonly events: readonly [{ readonly workflowExecutionStartedEventAttributes: { readonly workflowId: string } }];
}

test('histories exist of every workflow type that runs long', () => {
  expect(files.map((name) => name.replace('.json', ''))).toEqual(
    expect.arrayContaining(['applications', 'host-update', 'semester', 'update']),
  );
});

// A semester that runs while the code changes must not be wedged by it: what it did must come out of today's code again.
test.each(files)('%s replays on the code of today', async (name) => {
  const history = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as History;
  // Children are named after their parent, so it replays under its own name.
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  // One from production is as its server has it: encrypted, and read with the keys at hand.
  const dataConverter = clientConverter(await loadKeys());
  await Worker.runReplayHistory({ workflowBundle: workflowBundle(), dataConverter }, history, workflowId);
});

test('the result of a child that cannot be read stops the run: a step that parks instead would not replay later', async () => {
  const text = await readFile(path.join(folder, 'update.json'), 'utf8');
  interface Event {
    childWorkflowExecutionCompletedEventAttributes?: { result: { payloads: { data: string }[] } };
  }
  const history = JSON.parse(text) as History & { events: Event[] };
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  const at = history.events.findIndex((event: Event) => event.childWorkflowExecutionCompletedEventAttributes);
  const event: Event = history.events[at]!;
  event.childWorkflowExecutionCompletedEventAttributes!.result.payloads[0]!.data = btoa('{');
  // What follows was done by a worker that could read it.
  history.events.splice(at + 4);
  const replay = Worker.runReplayHistory({ workflowBundle: workflowBundle() }, history, workflowId);
  await expect(replay).rejects.toThrow(/workflow task failure/);
});
