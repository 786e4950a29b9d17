import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { temporal } from '@temporalio/proto';
import { execa } from 'execa';
import { TASK_QUEUE } from '../../domain/names.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import { GPU_HOSTS } from '../../lab/addresses.ts';
import { approvedToTheEnd } from '../../test/support/approve.ts';
import { ansibleOn } from '../ansible.ts';
import type { Stage } from '../stage.ts';

const TOPLEVEL = '/root/btrfs-toplevel';
const IMAGES = '/csehome/bacchus/images';
const here = (file: string) => path.join(import.meta.dirname, file);

const [LEADER, ...rest] = GPU_HOSTS;
export const FOLLOWERS = rest;

/** An image whose parent all followers have. */
export interface Image {
  readonly name: string;
  readonly uuid: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Installs the next release on the leader and builds its image on top of `parent`. Not measured: all sides need it. */
export async function makeImage({ lab }: Stage, name: string, parent: string): Promise<Image> {
  await lab.publishPackages();
  const script = await readFile(here('image.sh'), 'utf8');
  const args = [TOPLEVEL, IMAGES, name, parent].map((word) => `'${word}'`).join(' ');
  const output = await lab.exec(LEADER, `set -- ${args}\n${script}`);
  const [uuid = '', bytes, sha256 = ''] = output.split('\n').slice(-3);
  return { name, uuid, bytes: Number(bytes), sha256 };
}

/** Runs the runbook's commands; returns their seconds, and those of the slowest `receive`. */
export async function byRunbook({ lab }: Stage, { name }: Image): Promise<{ seconds: number; receive: number }> {
  const began = performance.now();
  const args = [here('runbook.sh'), lab.sshConfig, TOPLEVEL, IMAGES, name, ...FOLLOWERS];
  const { stdout } = await execa('bash', args, { input: `${lab.secrets['SEMESTER_SSH_PASSWORD']}\n` });
  const seconds = (performance.now() - began) / 1000;
  const received = [...stdout.matchAll(/^received \S+ (\S+)$/gm)].map(([, took]) => Number(took));
  return { seconds, receive: Math.max(...received) };
}

/** Runs the playbook; returns its seconds. */
export async function byAnsible({ lab }: Stage, { name, uuid, bytes, sha256 }: Image): Promise<number> {
  const ansible = await ansibleOn(lab, FOLLOWERS);
  const image = { toplevel: TOPLEVEL, images: IMAGES, image: name, uuid, bytes, sha256 };
  return await ansible.play(here('ansible.yaml'), image);
}

/**
 * Runs the service's update, which builds its own image, and approves each gate at once. Returns the seconds from the
 * finished image to the end of the update, and the image's name.
 */
export async function byService({ lab, client }: Stage, n: number): Promise<{ seconds: number; image: string }> {
  await lab.publishPackages();
  const workflowId = `update/bench-${n}`;
  const input: FleetUpdateInput = {
    site: 'lab',
    name: workflowId,
    startedBy: 'alice',
    mode: 'update',
    leader: LEADER,
    keep: [],
  };
  const handle = await client.workflow.start('fleetUpdate', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
  const { outcome, image } = await approvedToTheEnd<{ outcome: string; image: { facts: { name: string } } }>(
    client,
    handle,
    ['rollout'],
  );
  if (outcome !== 'updated') throw new Error(`the update of run ${n} ended as ${outcome}`);
  return { seconds: await sinceImage(client, workflowId), image: image.facts.name };
}

/** Seconds from the end of activity `buildImage` to the end of the workflow, from the history. */
async function sinceImage(client: Stage['client'], workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const at = ({ eventTime }: temporal.api.history.v1.IHistoryEvent) =>
    Number(eventTime?.seconds ?? 0) + (eventTime?.nanos ?? 0) / 1e9;
  const scheduled = (events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: a }) => a?.activityType?.name === 'buildImage',
  );
  const ids = new Set(scheduled.map(({ eventId }) => String(eventId)));
  const built = (events ?? []).find(({ activityTaskCompletedEventAttributes: a }) =>
    ids.has(String(a?.scheduledEventId)),
  );
  const last = events?.at(-1);
  if (!built || !last) throw new Error(`${workflowId} completed no activity buildImage`);
  return at(last) - at(built);
}
