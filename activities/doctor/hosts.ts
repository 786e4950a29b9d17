import { dirname } from 'node:path';
import { many } from '../../domain/many.ts';
import { listPackages } from '../hosts/leader/leader.ts';
import type { HostAddress, Site } from '../../domain/site.ts';
import { checkLayout } from '../hosts/root/layout.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { keyValues } from '../hosts/root/root.ts';
import { bootOf } from './boot.ts';
import { runCheck, type Finding, skipped } from './check.ts';
import { LOGIN_LOCK } from '../hosts/root/private.ts';
import { clockOf, imagesOf, checkHostKey, loginsOf, spaceOf } from './findings.ts';
import { checkLeftovers } from './leftovers.ts';
import type { DoctorCheck } from './contract.ts';
import { isFailure } from '../failures.ts';
import { runSiteChecks } from '../hosts/rollout/site-checks.ts';
import { rangeProblems } from '../hosts/docker/ranges.ts';
import { trashDirectories, withTrash } from '../hosts/trash/places.ts';
import { listTrash } from '../hosts/trash/trash.ts';
import type { Store } from '../store/store.ts';
import { trashOf } from './trash.ts';

export interface HostCheckDependencies {
  readonly site: Site;
  /** A read-only remote. */
  readonly look: Remote;
  /** The remote that cleans leftovers; null without `fix`. */
  readonly fix: Remote | null;
  readonly store: Pick<Store, 'getNamed'>;
  readonly clock: () => Date;
}

const REST = [
  'login',
  'images',
  'sudo',
  'clock',
  'logins',
  'free space',
  'trash',
  'left behind',
  'ids',
  'system',
  'layout',
  'boot',
  'checks',
];
/** Checks that only GPU hosts have. */
const OF_GPU = ['system', 'boot', 'checks'];

/** Checks one host in order of dependence: key, login, images, sudo, clock, logins, space, trash, leftovers, ids, system, layout, boot, checks. */
export async function checkHost(deps: HostCheckDependencies, host: HostAddress): Promise<readonly DoctorCheck[]> {
  const { site, look } = deps;
  const { name } = host;
  const isGpu = name !== site.storage.name;
  const rows: DoctorCheck[] = [];
  /** Adds the row and returns whether the next checks can run. */
  const holds = async (row: Promise<DoctorCheck>) => rows.push(await row) > 0 && rows.at(-1)?.state !== 'wrong';
  const rest = (from: string, why: string) => [
    ...rows,
    ...REST.slice(REST.indexOf(from))
      .filter((check) => isGpu || !OF_GPU.includes(check))
      .map((check) => skipped(check, name, why)),
  ];

  const isKnown = runCheck('host key', name, `power ${name} on, or repair its sshd`, () => checkHostKey(site, host));
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
  const rise = `check \`sudo:\` of ${name} in site.yaml, SEMESTER_SSH_PASSWORD, and sudoers on the host`;
  const sudo = runCheck('sudo', name, rise, async () => {
    const args = [`/${LOGIN_LOCK}`, '/', site.layout.home, site.layout.docker];
    machine = await look.run(name, { name: 'check-machine', args });
    return { found: host.sudo === 'password' ? 'root, with the password' : 'root, without a password' };
  });
  if (!(await holds(sudo))) return rest('clock', 'sudo first');
  const answered = deps.clock().getTime();
  await holds(
    runCheck('clock', name, `enable time synchronisation on ${name}`, () => clockOf(machine, asked, answered)),
  );
  await holds(runCheck('logins', name, '', () => loginsOf(machine, name)));
  await holds(runCheck('free space', name, `make room on ${name}`, () => spaceOf(machine)));
  await holds(runCheck('trash', name, `inspect it on ${name}`, () => lookAtTrash(deps, name)));
  // Before the layout check, which also reports an open writable window.
  const leftovers = checkLeftovers(deps.fix ?? look, site, name, deps.fix ? 'clean' : 'list');
  const failed = await leftovers.then(
    (found) => void rows.push(...found),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  if (failed)
    await holds(runCheck('left behind', name, 'repair the layout of this host first', () => Promise.reject(failed)));
  await holds(runCheck('ids', name, `correct /etc/subuid and /etc/subgid of ${name}`, () => idsOf(look, name)));
  if (isGpu) await holds(checkSystem(look, name));
  await holds(
    runCheck('layout', name, `repair it on ${name}, then run semester doctor again`, () => checkHostLayout(deps, host)),
  );
  const unset = `if it was not set on purpose, on ${name}: efibootmgr --delete-bootnext`;
  if (isGpu)
    await holds(
      runCheck('boot', name, unset, async () =>
        bootOf(await look.run(name, { name: 'check-boot', args: [] }), site.update),
      ),
    );
  if (isGpu)
    await holds(runCheck('checks', name, `repair what the check shows on ${name}`, () => checksOf(site, look, name)));
  return rows;
}

const lookAtTrash = async ({ site, look, store }: Omit<HostCheckDependencies, 'fix'>, host: string): Promise<Finding> =>
  trashOf(await listTrash(look, host, await trashDirectories(store, site, host), { mode: 'sizes' }), {
    zone: site.zone,
    named: withTrash(site, host),
  });

/** The trash of an excluded host, the only check of such a host: its time ends whether or not the host is excluded. */
export async function checkExcluded(deps: Omit<HostCheckDependencies, 'fix'>, host: string): Promise<DoctorCheck> {
  return await runCheck('trash', host, `inspect it on ${host}`, async () => {
    const found = await lookAtTrash(deps, host).catch((error: unknown) => {
      if (!isFailure(error, 'Unreachable')) throw error;
      return null;
    });
    return (
      found ?? {
        state: 'warning',
        found: `${host} is excluded and does not answer: what its trash holds is not known, and is not deleted`,
        remedy: `power ${host} on for a while; the worker then empties its trash. If ${host} never comes back, destroy its disk`,
      }
    );
  });
}

/**
 * Whether the service can update a GPU server: it reads the packages of pacman before and after, also after an update by hand. Without
 * that a semester would stop after its wipe. R8.
 */
export async function checkSystem(look: Pick<Remote, 'run'>, host: string): Promise<DoctorCheck> {
  const remedy = `the service carries Arch Linux only: a semester would stop at its update, after the wipe. Install Arch Linux on ${host}, or remove it from site.yaml`;
  return await runCheck('system', host, remedy, async () => {
    let packages;
    try {
      packages = await listPackages(look, host);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isFailure(error, 'CommandFailed'))
        return { state: 'wrong', found: `pacman does not list the packages of ${host}` };
      return { state: 'warning', found: `not known: ${error.message}`, remedy: `repair ${host}, or exclude it` };
    }
    const count = Object.keys(packages).length;
    if (count === 0)
      return { state: 'wrong', found: `pacman knows no package on ${host}: another system manages them` };
    return { found: `pacman, ${many(count, 'package')}` };
  });
}

/** Whether logins of one host are closed, for `semester handover`. */
export async function checkLogins(look: Pick<Remote, 'run'>, host: string): Promise<DoctorCheck> {
  return await runCheck('logins', host, `repair ${host}, or exclude it`, async () =>
    loginsOf(await look.run(host, { name: 'check-machine', args: [`/${LOGIN_LOCK}`] }), host),
  );
}

/** Runs the site's checks on the root that runs now. A check that fails already is not held against the next image. R8. */
async function checksOf(site: Site, look: Pick<Remote, 'run'>, host: string): Promise<Finding> {
  const failed = await runSiteChecks(look, site, host);
  const list = (checks: readonly string[]) => checks.map((check) => `"${check}"`).join(', ');
  return failed.length > 0
    ? { state: 'warning', found: `fails already: ${list(failed)}` }
    : { found: site.update.checks.length === 0 ? 'none configured' : `${list(site.update.checks)} passed` };
}

/** Checks subuid and subgid for ranges that contain ids of accounts, and for invalid lines. R7. */
async function idsOf(look: Pick<Remote, 'run'>, host: string): Promise<Finding> {
  const problems = await rangeProblems(look, host);
  return problems.length === 0
    ? { found: 'no range holds the id of an account' }
    : { state: 'wrong', found: problems.join('\n') };
}

async function checkHostLayout({ site, look, clock }: HostCheckDependencies, { name }: HostAddress): Promise<Finding> {
  if (name !== site.storage.name) {
    const { summary } = await checkLayout({ site: async () => site, remote: look, clock })({ host: name });
    return { found: summary };
  }
  const { toplevel, homeSubvolume, home, backups, images } = site.layout;
  const args = [toplevel, homeSubvolume, home, backups, dirname(images)];
  const text = await look.run(name, { name: 'check-storage', args });
  const problems = text.split('\n').flatMap((line) => (line.startsWith('problem: ') ? [`- ${line.slice(9)}`] : []));
  return problems.length === 0 ? { found: 'as expected' } : { state: 'wrong', found: problems.join('\n') };
}
