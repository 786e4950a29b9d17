import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { applicationsWorkflowId, semesterWorkflowId } from '../../domain/names.ts';
import { NAME } from './semester-file.ts';
import { say } from './ui.ts';

const FOLLOWER = 'bernini';

/** Replay needs neither who polled nor where its files lay; a history that is kept in git should not tell. */
const impersonal = (key: string, value: unknown) => (key === 'identity' || key === 'stackTrace' ? undefined : value);

/** Writes the finished histories as JSON, as `Worker.runReplayHistory` takes them. */
export async function recordHistories(client: Client, folder: string): Promise<void> {
  const semester = semesterWorkflowId(NAME);
  const ids = {
    semester,
    update: `${semester}/update`,
    'host-update': `${semester}/update/${FOLLOWER}`,
    applications: applicationsWorkflowId(NAME),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, id] of Object.entries(ids)) {
    const file = path.join(folder, `${name}.json`);
    const recorded = await client.workflow.getHandle(id).fetchHistory();
    const history = JSON.parse(historyToJSON(recorded), impersonal) as { events: readonly unknown[] };
    const text = `${JSON.stringify(history, null, 1)}\n`;
    await writeFile(file, text);
    say(`${file}: ${history.events.length} events, ${Math.ceil(text.length / 1024)} KB`);
  }
}
