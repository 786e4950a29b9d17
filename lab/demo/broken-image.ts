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
/** The host that boots into an image first: the first follower, as the lab's site.yaml names no other. */
export const CANARY = GPU_HOSTS[1];
/** What only a broken image holds. */
export const BROKEN_UNIT = '/etc/systemd/system/tidy-mounts.service';
const WANTED = '/etc/systemd/system/multi-user.target.wants/tidy-mounts.service';
const TEXT = String.raw`[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\n[Service]\nType=oneshot\nExecStart=/bin/umount -l /csehome\n`;

const inWindow = (lab: Lab, command: string) =>
  lab.exec(LEADER, `btrfs property set -ts / ro false && ${command}; btrfs property set -ts / ro true`);

/** Somebody's experiment on the leader, that nobody notices there: at the next boot the homes are gone. */
export async function breakLeader(lab: Lab): Promise<void> {
  await inWindow(lab, `printf '${TEXT}' >${BROKEN_UNIT} && ln -s ${BROKEN_UNIT} ${WANTED}`);
}

/**
 * R8: the canary did not come up well and is back on its old root, which the gate shows. An approver rejects this image, mends
 * the leader, and has it imaged anew.
 * @throws Error when the canary is not what the gate warns of, or a message is not accepted
 */
export async function rejectBroken({ lab, semester, client }: Stage, { plan }: GateStatus): Promise<void> {
  const warning = plan?.warnings.find((line) => line.includes(CANARY)) ?? '';
  if (!warning.includes('/csehome'))
    throw new Error(`the gate says nothing of ${CANARY}: ${plan?.warnings.join('; ')}`);
  say(`${yellow('!')} ${warning}`);
  say(`bob sees that ${CANARY} went back by itself, rejects the image, and takes the experiment off ${LEADER}`);
  const by = ['--by', 'bob'];
  const key = ['--key', approverKey(lab.dir, 'bob')];
  const accepted = async (...args: string[]) => {
    const { code, text } = await semester.quietly(...args, ...by);
    if (code !== 0) throw new Error(`not accepted: ${text.slice(-500)}`);
  };
  await accepted('reject', NAME, 'rollout', ...key, '--comment', 'homes are not mounted', '--yes');
  await inWindow(lab, `rm ${BROKEN_UNIT} ${WANTED}`);
  // The semester has it from the workflow that updates.
  const handle = client.workflow.getHandle(semesterWorkflowId(NAME));
  while (!(await handle.query<Status>('status')).waitingFor.some(({ key: what }) => what === 'attention:rollout'))
    await sleep(200);
  await accepted('retry', NAME, 'rollout', '--reason', 'experiment removed');
}
