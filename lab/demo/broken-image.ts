import { setTimeout as sleep } from 'node:timers/promises';
import { semesterWorkflowId } from '../../domain/names.ts';
import type { GateStatus, Status } from '../../domain/status.ts';
import { GPU_HOSTS } from '../addresses.ts';
import type { Lab } from '../lab.ts';
import { approverKey } from '../approvers.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { say, yellow } from './ui.ts';

const LEADER = GPU_HOSTS[0];
/** The canary: the first follower, because the lab's site.yaml names no other. */
export const CANARY = GPU_HOSTS[1];
/** A unit that only the broken image contains. */
export const BROKEN_UNIT = '/etc/systemd/system/tidy-mounts.service';
const WANTED = '/etc/systemd/system/multi-user.target.wants/tidy-mounts.service';
const TEXT = String.raw`[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\n[Service]\nType=oneshot\nExecStart=/bin/umount -l /csehome\n`;

const inWindow = (lab: Lab, command: string) =>
  lab.exec(LEADER, `btrfs property set -ts / ro false && ${command}; btrfs property set -ts / ro true`);

/** Adds a unit to the leader that unmounts the homes at the next boot. The leader itself does not reboot. */
export async function breakLeader(lab: Lab): Promise<void> {
  await inWindow(lab, `printf '${TEXT}' >${BROKEN_UNIT} && ln -s ${BROKEN_UNIT} ${WANTED}`);
}

/**
 * Handles a failed canary (runbook R8): it has reverted to its old root, and the gate shows a warning. An approver
 * rejects the image, repairs the leader, and retries the roll-out with a new image.
 * @throws Error if the gate shows no warning about the canary, or a command fails
 */
export async function rejectBroken({ lab, semester, client }: Stage, { plan }: GateStatus): Promise<void> {
  const warning = plan?.warnings.find((line) => line.includes(CANARY)) ?? '';
  if (!warning.includes('/csehome'))
    throw new Error(`the gate shows no warning about ${CANARY}: ${plan?.warnings.join('; ')}`);
  say(`${yellow('!')} ${warning}`);
  say(`bob reads that ${CANARY} reverted, rejects the image, and removes the broken unit from ${LEADER}`);
  const by = ['--by', 'bob'];
  const key = ['--key', approverKey(lab.dir, 'bob')];
  const accepted = async (...args: string[]) => {
    const { code, text } = await semester.run(...args, ...by);
    if (code !== 0) throw new Error(`the command failed: ${text.slice(-500)}`);
  };
  await accepted('reject', NAME, 'rollout', ...key, '--comment', 'homes are not mounted', '--yes');
  await inWindow(lab, `rm ${BROKEN_UNIT} ${WANTED}`);
  // Wait until the semester has the attention from its child workflow.
  const handle = client.workflow.getHandle(semesterWorkflowId(NAME));
  while (!(await handle.query<Status>('status')).waitingFor.some(({ key: what }) => what === 'attention:rollout'))
    await sleep(200);
  await accepted('retry', NAME, 'rollout', '--reason', 'broken unit removed');
}
