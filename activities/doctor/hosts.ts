import { dirname } from 'node:path';
import { listPackages } from '../hosts/leader/leader.ts';
import type { HostAddress, Site } from '../../domain/site.ts';
import { checkLayout } from '../hosts/root/layout.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { espOf, keyValues } from '../hosts/root/root.ts';
import { bootOf } from './boot.ts';
import { runCheck, type CheckName, type Finding, skipped } from './check.ts';
import { LOGIN_LOCK } from '../hosts/root/private.ts';
import { clockOf, imagesOf, checkHostKey, loginsOf, spaceOf } from './findings.ts';
import { checkLeftovers } from './leftovers.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';
import { isFailure } from '../failures.ts';
import { runSiteChecks } from '../hosts/rollout/site-checks.ts';
import { rangeProblems } from '../hosts/docker/ranges.ts';
import { trashDirectories, withTrash } from '../hosts/trash/places.ts';
import { listTrash } from '../hosts/trash/trash.ts';
import type { Store } from '../store/store.ts';
import { trashOf } from './trash.ts';

export interface HostCheckDependencies {
  /** In the reader's language. */
  readonly say: Say;
  readonly site: Site;
  /** A read-only remote. */
  readonly look: Remote;
  /** The remote that cleans leftovers; null without `fix`. */
  readonly fix: Remote | null;
  readonly store: Pick<Store, 'getNamed'>;
  readonly clock: () => Date;
}

const REST: readonly CheckName[] = [
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
const OF_GPU: readonly CheckName[] = ['system', 'boot', 'checks'];

/** Checks one host in order of dependence: key, login, images, sudo, clock, logins, space, trash, leftovers, ids, system, layout, boot, checks. */
export async function checkHost(deps: HostCheckDependencies, host: HostAddress): Promise<readonly DoctorCheck[]> {
  const { say, site, look } = deps;
  const { name } = host;
  const isGpu = name !== site.storage.name;
  const rows: DoctorCheck[] = [];
  /** Adds the row and returns whether the next checks can run. */
  const holds = async (row: Promise<DoctorCheck>) => rows.push(await row) > 0 && rows.at(-1)?.state !== 'wrong';
  const rest = (from: CheckName, why: string) => [
    ...rows,
    ...REST.slice(REST.indexOf(from))
      .filter((check) => isGpu || !OF_GPU.includes(check))
      .map((check) => skipped(say, check, name, why)),
  ];

  const isKnown = runCheck(say, 'host key', name, say('doctor.key.offline', { host: name }), () =>
    checkHostKey(say, site, host),
  );
  if (!(await holds(isKnown))) return rest('login', say('doctor.first.key'));

  let account: Readonly<Record<string, string | undefined>> = {};
  const login = runCheck(say, 'login', name, say('doctor.login.remedy', { user: site.ssh.user }), async () => {
    account = keyValues(await look.run(name, { name: 'check-account', args: [site.layout.images], sudo: false }));
    return { found: say('doctor.login.as', { account: account['account'] ?? '' }) };
  });
  if (!(await holds(login))) return rest('images', say('doctor.first.login'));
  await holds(runCheck(say, 'images', name, '', () => imagesOf(say, site.layout.images, site.storage.name, account)));

  let machine = '';
  const asked = deps.clock().getTime();
  const sudo = runCheck(say, 'sudo', name, say('doctor.sudo.remedy', { host: name }), async () => {
    const args = [`/${LOGIN_LOCK}`, '/', site.layout.home, site.layout.docker];
    machine = await look.run(name, { name: 'check-machine', args });
    return { found: host.sudo === 'password' ? say('doctor.sudo.password') : say('doctor.sudo.nopasswd') };
  });
  if (!(await holds(sudo))) return rest('clock', say('doctor.first.sudo'));
  const answered = deps.clock().getTime();
  await holds(
    runCheck(say, 'clock', name, say('doctor.clock.remedy', { host: name }), () =>
      clockOf(say, machine, asked, answered),
    ),
  );
  await holds(runCheck(say, 'logins', name, '', () => loginsOf(say, machine, name)));
  await holds(
    runCheck(say, 'free space', name, say('doctor.space.remedy', { host: name }), () => spaceOf(say, machine)),
  );
  await holds(runCheck(say, 'trash', name, say('doctor.trash.remedy', { host: name }), () => lookAtTrash(deps, name)));
  // Before the layout check, which also reports an open writable window.
  const leftovers = checkLeftovers(say, deps.fix ?? look, site, name, deps.fix ? 'clean' : 'list');
  const failed = await leftovers.then(
    (found) => void rows.push(...found),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  if (failed)
    await holds(runCheck(say, 'left behind', name, say('doctor.left.layoutFirst'), () => Promise.reject(failed)));
  await holds(runCheck(say, 'ids', name, say('doctor.ids.remedy', { host: name }), () => idsOf(say, look, name)));
  if (isGpu) await holds(checkSystem(say, look, name));
  await holds(
    runCheck(say, 'layout', name, say('doctor.layout.remedy', { host: name }), () => checkHostLayout(deps, host)),
  );
  if (isGpu)
    await holds(
      runCheck(say, 'boot', name, say('doctor.boot.remedy', { host: name }), async () =>
        bootOf(say, await look.run(name, { name: 'check-boot', args: [espOf(site)] }), name),
      ),
    );
  if (isGpu)
    await holds(
      runCheck(say, 'checks', name, say('doctor.siteChecks.remedy', { host: name }), () =>
        checksOf(say, site, look, name),
      ),
    );
  return rows;
}

const lookAtTrash = async (
  { say, site, look, store }: Omit<HostCheckDependencies, 'fix'>,
  host: string,
): Promise<Finding> =>
  trashOf(say, await listTrash(look, host, await trashDirectories(store, site, host), { mode: 'sizes' }), {
    zone: site.zone,
    named: withTrash(site, host),
  });

/** The trash of an excluded host, the only check of such a host: its time ends whether or not the host is excluded. */
export async function checkExcluded(deps: Omit<HostCheckDependencies, 'fix'>, host: string): Promise<DoctorCheck> {
  const { say } = deps;
  return await runCheck(say, 'trash', host, say('doctor.trash.remedy', { host }), async () => {
    const found = await lookAtTrash(deps, host).catch((error: unknown) => {
      if (!isFailure(error, 'Unreachable')) throw error;
      return null;
    });
    return (
      found ?? {
        state: 'warning',
        found: say('doctor.trash.excluded', { host }),
        remedy: say('doctor.trash.excludedRemedy', { host }),
      }
    );
  });
}

/**
 * Whether the service can update a GPU server: it reads the packages of pacman before and after, also after an update by hand. Without
 * that a semester would stop after its wipe. R8.
 */
export async function checkSystem(say: Say, look: Pick<Remote, 'run'>, host: string): Promise<DoctorCheck> {
  return await runCheck(say, 'system', host, say('doctor.system.remedy', { host }), async () => {
    let packages;
    try {
      packages = await listPackages(look, host);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isFailure(error, 'CommandFailed')) return { state: 'wrong', found: say('doctor.system.unlisted', { host }) };
      return {
        state: 'warning',
        found: say('doctor.system.silent', { why: error.message }),
        remedy: say('doctor.logins.silent', { host }),
      };
    }
    const count = Object.keys(packages).length;
    if (count === 0) return { state: 'wrong', found: say('doctor.system.none', { host }) };
    return { found: say('doctor.system.pacman', { packages: count }) };
  });
}

/** Whether logins of one host are closed, for `semester handover`. */
export async function checkLogins(say: Say, look: Pick<Remote, 'run'>, host: string): Promise<DoctorCheck> {
  return await runCheck(say, 'logins', host, say('doctor.logins.silent', { host }), async () =>
    loginsOf(say, await look.run(host, { name: 'check-machine', args: [`/${LOGIN_LOCK}`] }), host),
  );
}

/** Runs the site's checks on the root that runs now. A check that fails already is not held against the next image. R8. */
async function checksOf(say: Say, site: Site, look: Pick<Remote, 'run'>, host: string): Promise<Finding> {
  const failed = await runSiteChecks(look, site, host);
  const quoted = (checks: readonly string[]) => checks.map((check) => `"${check}"`);
  if (failed.length > 0)
    return { state: 'warning', found: say('doctor.siteChecks.failing', { checks: quoted(failed) }) };
  const { checks } = site.update;
  return {
    found:
      checks.length === 0 ? say('doctor.siteChecks.none') : say('doctor.siteChecks.passed', { checks: quoted(checks) }),
  };
}

/** Checks subuid and subgid for ranges that contain ids of accounts, and for invalid lines. R7. */
async function idsOf(say: Say, look: Pick<Remote, 'run'>, host: string): Promise<Finding> {
  const problems = await rangeProblems(look, host);
  return problems.length === 0 ? { found: say('doctor.ids.ok') } : { state: 'wrong', found: problems.join('\n') };
}

async function checkHostLayout(
  { say, site, look, clock }: HostCheckDependencies,
  { name }: HostAddress,
): Promise<Finding> {
  if (name !== site.storage.name) {
    const { summary } = await checkLayout({ site: async () => site, remote: look, clock })({ host: name });
    return { found: summary };
  }
  const { toplevel, homeSubvolume, home, backups, images } = site.layout;
  const args = [toplevel, homeSubvolume, home, backups, dirname(images)];
  const text = await look.run(name, { name: 'check-storage', args });
  const problems = text.split('\n').flatMap((line) => (line.startsWith('problem: ') ? [`- ${line.slice(9)}`] : []));
  return problems.length === 0 ? { found: say('doctor.layout.ok') } : { state: 'wrong', found: problems.join('\n') };
}
