import { dirname } from 'node:path';
import type { HostAddress, Site } from '../../domain/site.ts';
import { checkLayout } from '../hosts/root/layout.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { keyValues } from '../hosts/root/root.ts';
import { runCheck, type Finding, skipped } from './check.ts';
import { clockOf, imagesOf, checkHostKey, spaceOf } from './findings.ts';
import { checkLeftovers } from './leftovers.ts';
import type { DoctorCheck } from './contract.ts';
import { rangeProblems } from '../hosts/docker/ranges.ts';

export interface HostCheckDependencies {
  readonly site: Site;
  /** Can only look. */
  readonly look: Remote;
  /** For cleaning; null where nothing is to be changed. */
  readonly fix: Remote | null;
  readonly clock: () => Date;
}

const REST = ['login', 'images', 'sudo', 'clock', 'free space', 'left behind', 'ids', 'layout'];

/** One host in the order in which things rest on each other: key, login, images, sudo, clock, space, leftovers, ids, layout. */
export async function checkHost(deps: HostCheckDependencies, host: HostAddress): Promise<readonly DoctorCheck[]> {
  const { site, look } = deps;
  const { name } = host;
  const rows: DoctorCheck[] = [];
  /** Keeps the row; says whether what comes after it can be looked at. */
  const holds = async (row: Promise<DoctorCheck>) => rows.push(await row) > 0 && rows.at(-1)?.state !== 'wrong';
  const rest = (from: string, why: string) => [
    ...rows,
    ...REST.slice(REST.indexOf(from)).map((check) => skipped(check, name, why)),
  ];

  const isKnown = runCheck('host key', name, `switch ${name} on, or mend its sshd`, () => checkHostKey(site, host));
  if (!(await holds(isKnown))) return rest('login', 'the host key first');

  const ssh = `let ${site.ssh.user} log in: SEMESTER_SSH_KEY in its authorized_keys there, or SEMESTER_SSH_PASSWORD`;
  let account: Readonly<Record<string, string | undefined>> = {};
  const login = runCheck('login', name, ssh, async () => {
    account = keyValues(await look.run(name, { name: 'check-account', args: [site.layout.images], sudo: false }));
    return { found: `as ${account['account']}` };
  });
  if (!(await holds(login))) return rest('images', 'the login first');
  await holds(runCheck('images', name, '', () => imagesOf(site.layout.images, site.storage.name, account)));

  let machine = '';
  const asked = deps.clock().getTime();
  const rise = `look at \`sudo:\` of ${name} in site.yaml, at SEMESTER_SSH_PASSWORD and at sudoers there`;
  const sudo = runCheck('sudo', name, rise, async () => {
    machine = await look.run(name, { name: 'check-machine', args: ['/', site.layout.home, site.layout.docker] });
    return { found: host.sudo === 'password' ? 'root, with the password' : 'root, without a password' };
  });
  if (!(await holds(sudo))) return rest('clock', 'sudo first');
  const answered = deps.clock().getTime();
  await holds(runCheck('clock', name, `switch time synchronisation on there`, () => clockOf(machine, asked, answered)));
  await holds(runCheck('free space', name, `make room on ${name}`, () => spaceOf(machine)));
  // Before the layout, which finds a window that is open as well.
  const leftovers = checkLeftovers(deps.fix ?? look, site, name, deps.fix ? 'clean' : 'list');
  const failed = await leftovers.then(
    (found) => void rows.push(...found),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  if (failed)
    await holds(runCheck('left behind', name, 'mend the layout of this host first', () => Promise.reject(failed)));
  await holds(runCheck('ids', name, `correct /etc/subuid and /etc/subgid of ${name}`, () => idsOf(look, name)));
  await holds(runCheck('layout', name, `mend it on ${name}, then look again`, () => lookAtLayout(deps, host)));
  return rows;
}

/** Ranges that hold ids of real accounts, and lines that the system rejects. R7. */
async function idsOf(look: Pick<Remote, 'run'>, host: string): Promise<Finding> {
  const problems = await rangeProblems(look, host);
  return problems.length === 0
    ? { found: 'no range holds the id of an account' }
    : { state: 'wrong', found: problems.join('\n') };
}

async function lookAtLayout({ site, look, clock }: HostCheckDependencies, { name }: HostAddress): Promise<Finding> {
  if (name !== site.storage.name) {
    const { summary } = await checkLayout({ site: async () => site, remote: look, clock })({ host: name });
    return { found: summary };
  }
  const { toplevel, homeSubvolume, home, backups, images } = site.layout;
  const args = [toplevel, homeSubvolume, home, backups, dirname(images)];
  const text = await look.run(name, { name: 'check-storage', args });
  const problems = text.split('\n').flatMap((line) => (line.startsWith('problem: ') ? [`- ${line.slice(9)}`] : []));
  return problems.length === 0 ? { found: 'as it should be' } : { state: 'wrong', found: problems.join('\n') };
}
