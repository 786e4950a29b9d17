import { execa } from 'execa';
import { GPU_HOSTS, STORAGE } from '../addresses.ts';
import type { Lab } from '../lab.ts';
import { ADMINISTRATOR } from '../people.ts';
import { COMPLETE } from './applicants.ts';
import { say } from './ui.ts';

const HOST = GPU_HOSTS[1];

/** The first step of rootless Docker: a user namespace that maps the ranges of subuid and subgid. */
const CONTAINER = 'unshare --user --map-root-user --map-auto -- cat /proc/self/uid_map';

/**
 * Logs in as an accepted applicant, with an empty home, and checks the Docker ranges (runbook R7).
 * @throws Error if the login fails, or a container's user ids are not the granted ones
 */
export async function firstLogin(lab: Lab): Promise<void> {
  const { user, uid } = COMPLETE;
  const home = `/csehome/${user}`;
  const keys = `/csehome/${ADMINISTRATOR.user}/.ssh/authorized_keys`;
  const owner = `-o ${uid} -g cseusers`;
  await lab.exec(
    STORAGE,
    `install -d -m 700 ${owner} ${home} ${home}/.ssh && install -m 600 ${owner} ${keys} ${home}/.ssh/authorized_keys`,
  );
  const granted = (await lab.exec(HOST, `awk -F: '$1 == "${user}" || $1 == ${uid} { print $2 }' /etc/subuid`)).trim();
  const { stdout } = await execa('ssh', ['-F', lab.sshConfig, '-l', user, HOST, `id -un; ${CONTAINER}`]);
  const [who, ...map] = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const mapped = map.flatMap(([, outside]) => outside ?? []);
  if (who?.[0] !== user || granted === '' || !mapped.includes(granted))
    throw new Error(
      `${user} on ${HOST}: granted ${granted || 'nothing'}, but a container maps ${mapped.join(', ') || 'nothing'}`,
    );
  say(`${user} logs in to ${HOST}, and starts a container whose user ids begin at ${granted}`);
}
