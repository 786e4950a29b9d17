import { execa } from 'execa';
import { GPU_HOSTS, STORAGE } from '../addresses.ts';
import type { Lab } from '../lab.ts';
import { ADMINISTRATOR } from '../people.ts';
import { COMPLETE } from './applicants.ts';
import { say } from './ui.ts';

const HOST = GPU_HOSTS[1];

/** What rootless Docker does first: a user namespace in which the ranges of subuid and subgid are mapped. */
const CONTAINER = 'unshare --user --map-root-user --map-auto -- cat /proc/self/uid_map';

/**
 * R7, what it is all for: who was accepted logs in, to an empty home as the first sign-in makes it, and the ranges work.
 * @throws Error when the login is refused or a container's user ids are not the granted ones
 */
export async function firstLogin(lab: Lab): Promise<void> {
  const { user, uid } = COMPLETE;
  const home = `/csehome/${user}`;
  const keys = `/csehome/${ADMINISTRATOR.user}/.ssh/authorized_keys`;
  const owner = `-o ${uid} -g 2000`;
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
      `${user} on ${HOST}: granted ${granted || 'nothing'}, a container of theirs maps ${mapped.join(', ') || 'nothing'}`,
    );
  say(`${user} logs in to ${HOST}, and starts a container with user ids from ${granted} on`);
}
