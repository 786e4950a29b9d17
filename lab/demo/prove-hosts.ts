import type { Lab } from '../lab.ts';
import { PEOPLE } from '../people.ts';
import { COMPLETE } from './applicants.ts';
import { BROKEN_UNIT, CANARY } from './broken-image.ts';
import { BOOT_ID, KEPT, lines, onEach, type Before } from './before.ts';
import { holds, same, type Claim } from './claim.ts';
import type { Told } from './story.ts';

/** R3, R5, R7 and R8 on the GPU hosts. */
export function hostClaims(lab: Lab, before: Before, told: Told): readonly Claim[] {
  /** Asks every host, and checks each answer. */
  const each = async (command: string, check: (answer: string, host: string) => void) => {
    const answers = await onEach(lab, command);
    for (const [host, answer] of answers) check(answer, host);
    return answers;
  };
  return [
    {
      claim: 'nobody but bacchus and prof has a process on a host',
      async look() {
        const names = new Map(PEOPLE.filter(({ user }) => user !== KEPT).map(({ uid, user }) => [String(uid), user]));
        await each('ps -eo uid= | sort -u', (answer, host) => {
          const left = lines(answer).flatMap((uid) => names.get(uid.trim()) ?? []);
          holds(left.length === 0, `${host}: ${left.join(' ')}`);
        });
        return `no process of ${names.size} people`;
      },
    },
    {
      claim: 'logins were closed until the post, and are open again',
      async look() {
        const connection = 'host=h,addr=127.0.0.1,laddr=127.0.0.1,lport=22';
        const lock = '/etc/ssh/sshd_config.d/10-semester-lock.conf';
        const command = `/usr/sbin/sshd -T -C user=${COMPLETE.user},${connection} | grep -E '^(port|denyusers)'; ls ${lock} 2>/dev/null || true`;
        await each(command, (answer, host) => same(host, lines(answer), ['port 22']));
        return `no sshd denies ${COMPLETE.user}, and no lock is left`;
      },
    },
    {
      claim: 'Docker data is gone but that of root and bacchus',
      async look() {
        await each('ls -A /local/.docker', (answer, host) => same(host, lines(answer), ['bacchus', 'root']));
        return '/local/.docker holds bacchus and root on all hosts';
      },
    },
    {
      claim: 'all six hosts run the new packages',
      async look() {
        const answers = await each('pacman -Q | sort', (answer, host) => {
          const old = lines(answer).filter((line) => !line.endsWith(` ${told.packages}`));
          holds(old.length === 0 && lines(answer).length > 0, `${host}: ${old.join(', ') || 'no packages'}`);
        });
        const count = lines([...answers.values()][0] ?? '').length;
        return `${count} packages at ${told.packages} on ${answers.size} hosts`;
      },
    },
    {
      claim: 'the files of the new version are there',
      async look() {
        const [version] = told.packages.split('-');
        await each('cat /usr/share/fleet/*/version | sort -u', (answer, host) => same(host, lines(answer), [version!]));
        return `version ${version} in every package's files`;
      },
    },
    {
      claim: 'five followers were rebooted, the leader not',
      async look() {
        const answers = await onEach(lab, BOOT_ID);
        const booted = [...answers].filter(([host, id]) => id !== before.boots[host]).map(([host]) => host);
        const [leader = ''] = answers.keys();
        same(
          'rebooted',
          booted,
          [...answers.keys()].filter((host) => host !== leader),
        );
        return `new boot ids: ${booted.join(', ')}`;
      },
    },
    {
      claim: `${CANARY} went back from a broken image by itself, and no host runs it`,
      async look() {
        const top = '/root/btrfs-toplevel';
        const received = await lab.exec(CANARY, `ls -d ${top}/snapshots/*${BROKEN_UNIT}`);
        holds(lines(received).length === 1, `${CANARY} has received it ${lines(received).length} times`);
        await each(`ls ${BROKEN_UNIT} 2>/dev/null; findmnt -n -o TARGET /csehome`, (answer, host) =>
          same(host, lines(answer), ['/csehome']),
        );
        return `${received.slice(top.length + 1, -BROKEN_UNIT.length)} was tried there; homes are mounted on all hosts`;
      },
    },
    {
      claim: 'every root is read-only, and what boots is what runs',
      async look() {
        const command = 'btrfs property get -ts / ro; btrfs subvolume get-default / | sed "s/.* path //"; hostname';
        await each(command, (answer, host) => same(host, lines(answer), ['ro=true', 'root', host]));
        return 'ro=true, default subvolume root, own hostname, on all hosts';
      },
    },
    {
      claim: `${COMPLETE.user} has a range for rootless Docker on every host`,
      async look() {
        const command = `grep -hc -e '^${COMPLETE.user}:' -e '^${COMPLETE.uid}:' /etc/subuid /etc/subgid`;
        const answers = await each(`${command} || true`, (answer, host) => same(host, lines(answer), ['1', '1']));
        return `one in /etc/subuid and one in /etc/subgid on ${answers.size} hosts`;
      },
    },
  ];
}
