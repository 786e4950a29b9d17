import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { offeredKeys } from '../remote/host-key.ts';
import { fingerprint as fingerprintOf } from '../remote/known-hosts.ts';
import { pinKey } from '../remote/pin.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RootActivities } from './contract.ts';

type LayoutDependencies = Pick<HostDependencies, 'site' | 'remote' | 'clock'>;

/**
 * R2, after a reinstall: checks subvolumes, read-only root, default, fstab, homes, accounts and NSS, Docker scripts,
 * sudo and the service's own account (by its login). With a `fingerprint`, pins the new host key first. Facts: `{host,
 * hints}`; `hints` is a number, the summary holds their texts.
 * @throws ApplicationFailure `VerificationFailed` naming every problem with its remedy, or if the host does not show
 *   the key
 *   of this fingerprint; `ConfigInvalid` if the fingerprint is invalid or the key cannot be pinned
 */
export function checkLayout({ site, remote, clock }: LayoutDependencies): RootActivities['checkLayout'] {
  return async ({ host, fingerprint }) => {
    const config = await site();
    if (fingerprint !== undefined) {
      await pinRead(config, host, fingerprint);
      // The pooled connection used the old key.
      remote.forget(host);
    }
    const { layout, ssh } = config;
    const wiped = [layout.docker, ...layout.alsoWipe];
    const args = [layout.toplevel, layout.snapshots, layout.home, ssh.user, ...wiped];
    const lines = (await remote.run(host, { name: 'check-layout', args })).split('\n');
    const linesWith = (prefix: string) =>
      lines.flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []));
    const problems = linesWith('problem: ');
    if (problems.length > 0) {
      throw refuse('VerificationFailed', `${host} has the wrong layout:\n${problems.map((p) => `- ${p}`).join('\n')}`);
    }
    const hints = linesWith('hint: ');
    return {
      what: 'layout',
      at: clock().toISOString(),
      summary: [`${host} has the required layout`, ...hints].join('; '),
      facts: { host, hints: hints.length },
      how: 'service',
    };
  };
}

/** Pins the key that a person read on the host's console, if the host shows exactly that key. */
async function pinRead(site: Site, host: string, read: string): Promise<void> {
  // A person copies it alone, or within the line that ssh-keygen -l prints.
  const [wanted] = /SHA256:[A-Za-z0-9+/]{43}/.exec(read) ?? [];
  if (wanted === undefined) {
    throw refuse(
      'ConfigInvalid',
      `${JSON.stringify(read)} is not the fingerprint of a host key: on the console of ${host}, type ` +
        'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, and copy the word that begins with SHA256:',
    );
  }
  const address = site.hosts.find(({ name }) => name === host);
  if (!address) throw refuse('ConfigInvalid', `site.yaml has no host ${host}`);
  const offered = await offeredKeys(address);
  const key = offered.find((one) => fingerprintOf(one.key) === wanted);
  if (key) return void (await pinKey(site.ssh.knownHosts, address, key, true));
  const shown = offered.map((one) => fingerprintOf(one.key)).join(', ');
  throw refuse(
    'VerificationFailed',
    `${host} does not show the key ${wanted}, but ${shown}: nothing was pinned. Read the fingerprint again on its console; another machine may answer there`,
  );
}
