import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { applicationsWorkflowId, semesterWorkflowId } from '../../domain/names.ts';
import { temporalCommand } from '../setup/temporal.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

const FOLLOWER = 'bernini';

/** Writes the finished histories as JSON, as `Worker.runReplayHistory` takes them; decoded, since the lab's key goes with it. */
export async function recordHistories({ temporal, codecEndpoint }: Stage, folder: string): Promise<void> {
  const semester = semesterWorkflowId(NAME);
  const ids = {
    semester,
    update: `${semester}/update`,
    'host-update': `${semester}/update/${FOLLOWER}`,
    applications: applicationsWorkflowId(NAME),
  };
  await mkdir(folder, { recursive: true });
  const { address, namespace } = temporal;
  const server = ['--address', address, '-n', namespace, '--codec-endpoint', codecEndpoint];
  const command = await temporalCommand();
  for (const [name, id] of Object.entries(ids)) {
    const file = path.join(folder, `${name}.json`);
    // The SDK's own writer (historyToJSON) fails on histories with durations; the server's command does not.
    const show = ['workflow', 'show', '--workflow-id', id, '--output', 'json', ...server];
    const { stdout } = await execa(command, show, { stdin: 'ignore' });
    await writeFile(file, `${stdout}\n`);
    const { events } = JSON.parse(stdout) as { events: readonly unknown[] };
    say(`${file}: ${events.length} events, ${Math.ceil(stdout.length / 1024)} KB`);
  }
}
