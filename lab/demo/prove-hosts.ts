import type { Lab } from '../lab.ts';
import { PEOPLE } from '../people.ts';
import { COMPLETE } from './applicants.ts';
import { BROKEN_UNIT, CANARY } from './broken-image.ts';
import { BOOT_ID, EXEMPT, lines, onEach, type Baseline } from './before.ts';
import { expectTrue, expectSame, type Claim } from './claim.ts';
import type { StoryResult } from './story.ts';

/** Claims about R3, R5, R7 and R8 on the GPU hosts. */
export function hostClaims(lab: Lab, before: Baseline, story: StoryResult): readonly Claim[] {
  /** Runs a command on every host and checks each output. */
  const each = async (command: string, check: (answer: string, host: string) => void) => {
    const answers = await onEach(lab, command);
    for (const [host, answer] of answers) check(answer, host);
    return answers;
  };
  return [
    {
      claim: 'only bacchus and prof have processes on the hosts',
      async check() {
        const names = new Map(PEOPLE.filter(({ user }) => user !== EXEMPT).map(({ uid, user }) => [String(uid), user]));
        await each('ps -eo uid= | sort -u', (answer, host) => {
          const left = lines(answer).flatMap((uid) => names.get(uid.trim()) ?? []);
          expectTrue(left.length === 0, `${host}: ${left.join(' ')}`);
        });
        return `no process of ${names.size} people`;
      },
    },
    {
      claim: 'logins are open again, and no lock is left',
      async check() {
        const connection = 'host=h,addr=127.0.0.1,laddr=127.0.0.1,lport=22';
        const lock = '/etc/ssh/sshd_config.d/10-semester-lock.conf';
        const command = `/usr/sbin/sshd -T -C user=${COMPLETE.user},${connection} | grep -E '^(port|denyusers)'; ls ${lock} 2>/dev/null || true`;
        await each(command, (answer, host) => expectSame(host, lines(answer), ['port 22']));
        return `no sshd denies ${COMPLETE.user}; no lock file`;
      },
    },
    {
      claim: 'Docker data is deleted, except that of root and bacchus',
      async check() {
        const staying = ['.semester-trash', 'bacchus', 'root'];
        await each('ls -A /local/.docker', (answer, host) => expectSame(host, lines(answer), staying));
        return '/local/.docker holds bacchus, root and the trash on all hosts';
      },
    },
    {
      claim: 'all six hosts run the new packages',
      async check() {
        const answers = await each('pacman -Q | sort', (answer, host) => {
          const old = lines(answer).filter((line) => !line.endsWith(` ${story.packages}`));
          expectTrue(old.length === 0 && lines(answer).length > 0, `${host}: ${old.join(', ') || 'no packages'}`);
        });
        const count = lines([...answers.values()][0] ?? '').length;
        return `${count} packages at ${story.packages} on ${answers.size} hosts`;
      },
    },
    {
      claim: 'the files are those of the new version',
      async check() {
        const [version] = story.packages.split('-');
        await each('cat /usr/share/fleet/*/version | sort -u', (answer, host) =>
          expectSame(host, lines(answer), [version!]),
        );
        return `version ${version} in every package's files`;
      },
    },
    {
      claim: 'five followers rebooted, the leader did not',
      async check() {
        const answers = await onEach(lab, BOOT_ID);
        const booted = [...answers].filter(([host, id]) => id !== before.bootIds[host]).map(([host]) => host);
        const [leader = ''] = answers.keys();
        expectSame(
          'rebooted',
          booted,
          [...answers.keys()].filter((host) => host !== leader),
        );
        return `new boot ids: ${booted.join(', ')}`;
      },
    },
    {
      claim: `${CANARY} reverted from a broken image, and no host runs it`,
      async check() {
        const top = '/root/btrfs-toplevel';
        const received = await lab.exec(CANARY, `ls -d ${top}/snapshots/*${BROKEN_UNIT}`);
        expectTrue(lines(received).length === 1, `${CANARY} received it ${lines(received).length} times`);
        await each(`ls ${BROKEN_UNIT} 2>/dev/null; findmnt -n -o TARGET /csehome`, (answer, host) =>
          expectSame(host, lines(answer), ['/csehome']),
        );
        return `${received.slice(top.length + 1, -BROKEN_UNIT.length)} was booted there; homes are mounted on all hosts`;
      },
    },
    {
      claim: 'every root is read-only, and the running root is the default',
      async check() {
        const command = 'btrfs property get -ts / ro; btrfs subvolume get-default / | sed "s/.* path //"; hostname';
        await each(command, (answer, host) => expectSame(host, lines(answer), ['ro=true', 'root', host]));
        return 'ro=true, default subvolume root, correct hostname, on all hosts';
      },
    },
    {
      claim: `${COMPLETE.user} has a range for rootless Docker on every host`,
      async check() {
        const command = `grep -hc -e '^${COMPLETE.user}:' -e '^${COMPLETE.uid}:' /etc/subuid /etc/subgid`;
        const answers = await each(`${command} || true`, (answer, host) => expectSame(host, lines(answer), ['1', '1']));
        return `one in /etc/subuid and one in /etc/subgid on ${answers.size} hosts`;
      },
    },
  ];
}
