import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { applicationsWorkflowId, semesterWorkflowId } from '../../domain/names.ts';
import type { DevServer } from '../setup/dev-server.ts';
import { temporalCommand } from '../setup/temporal.ts';
import { NAME } from './semester-file.ts';
import { say } from './ui.ts';

const FOLLOWER = 'bernini';

/** Replay needs neither who polled nor where its files lay; a history that is kept in git should not tell. */
const impersonal = (key: string, value: unknown) => (key === 'identity' || key === 'stackTrace' ? undefined : value);

/** Writes the finished histories as JSON, as `Worker.runReplayHistory` takes them. */
export async function recordHistories({ address, namespace }: DevServer, folder: string): Promise<void> {
  const semester = semesterWorkflowId(NAME);
  const ids = {
    semester,
    update: `${semester}/update`,
    'host-update': `${semester}/update/${FOLLOWER}`,
    applications: applicationsWorkflowId(NAME),
  };
  await mkdir(folder, { recursive: true });
  const command = await temporalCommand();
  for (const [name, id] of Object.entries(ids)) {
    const file = path.join(folder, `${name}.json`);
    // The SDK's own writer (historyToJSON) fails on histories with durations; the server's command does not.
    const show = ['workflow', 'show', '--workflow-id', id, '--output', 'json', '--address', address, '-n', namespace];
    const { stdout } = await execa(command, show, { stdin: 'ignore' });
    const history = JSON.parse(stdout, impersonal) as { events: readonly unknown[] };
    const text = `${JSON.stringify(history, null, 1)}\n`;
    await writeFile(file, text);
    say(`${file}: ${history.events.length} events, ${Math.ceil(text.length / 1024)} KB`);
  }
}
