import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createCodec } from '../../codec/data-converter.ts';
import { decodeHistory } from '../../codec/history.ts';
import { loadKeys } from '../../codec/keys.ts';
import { applicationsWorkflowId, semesterWorkflowId } from '../../domain/names.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

const FOLLOWER = 'bernini';

/** Drops the identity of workers and file paths: replay does not need them, and they do not belong into git. */
const impersonal = (key: string, value: unknown) => (key === 'identity' || key === 'stackTrace' ? undefined : value);

/** Writes the finished histories as JSON for `Worker.runReplayHistory`, decoded, because the lab's key is temporary. */
export async function recordHistories({ client, lab }: Stage, folder: string): Promise<void> {
  const codec = createCodec(await loadKeys(lab.secrets));
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
    const encoded = JSON.parse(historyToJSON(recorded), impersonal) as { events: readonly unknown[] };
    const history = await decodeHistory(encoded, codec);
    const text = `${JSON.stringify(history, null, 1)}\n`;
    await writeFile(file, text);
    say(`${file}: ${history.events.length} events, ${Math.ceil(text.length / 1024)} KB`);
  }
}
