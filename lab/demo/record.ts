import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { applicationsWorkflowId, semesterWorkflowId } from '../../domain/names.ts';
import { NAME } from './semester-file.ts';
import { say } from './ui.ts';

const FOLLOWER = 'bernini';

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
    const history = await client.workflow.getHandle(id).fetchHistory();
    const file = path.join(folder, `${name}.json`);
    const text = historyToJSON(history);
    await writeFile(file, `${text}\n`);
    say(`${file}: ${history.events?.length} events, ${Math.ceil(text.length / 1024)} KB`);
  }
}
