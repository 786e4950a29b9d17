import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { offeredKeys } from '../remote/host-key.ts';
import { fingerprint as fingerprintOf } from '../remote/known-hosts.ts';
import { pinKey } from '../remote/pin.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RootActivities } from './contract.ts';

type LayoutDependencies = Pick<HostDependencies, 'site' | 'remote' | 'clock'>;

/**
 * R2, after a reinstall: subvolumes, read-only root, default, fstab, homes, accounts and NSS, Docker scripts, sudo and the
 * service's own account (by coming in). With a `fingerprint`, the new host key is pinned before. Facts: `{host, hints}`, how
 * much could be better; what, is in the summary.
 * @throws ApplicationFailure `VerificationFailed` naming every problem with its remedy at once, or when the host does not show
 *   the key of this fingerprint; `ConfigInvalid` when that is none, or cannot be pinned.
 */
export function checkLayout({ site, remote, clock }: LayoutDependencies): RootActivities['checkLayout'] {
  return async ({ host, fingerprint }) => {
    const config = await site();
    if (fingerprint !== undefined) {
      await pinRead(config, host, fingerprint);
      // A pooled connection was made under the old key.
      remote.forget(host);
    }
    const { layout, ssh } = config;
    const args = [layout.toplevel, layout.snapshots, layout.home, layout.docker, ssh.user];
    const lines = (await remote.run(host, { name: 'check-layout', args })).split('\n');
    const said = (word: string) => lines.flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []));
    const problems = said('problem: ');
    if (problems.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${host} is not laid out as it should be:\n${problems.map((p) => `- ${p}`).join('\n')}`,
      );
    }
    const hints = said('hint: ');
    return {
      what: 'layout',
      at: clock().toISOString(),
      summary: [`${host} is laid out as it should be`, ...hints].join('; '),
      facts: { host, hints: hints.length },
      how: 'service',
    };
  };
}

/** Pins the key that a person read on the host's console, where the host shows exactly that one. */
async function pinRead(site: Site, host: string, read: string): Promise<void> {
  // As a person copies it: alone, or within the line that ssh-keygen -l prints.
  const [wanted] = /SHA256:[A-Za-z0-9+/]{43}/.exec(read) ?? [];
  if (wanted === undefined) {
    throw refuse(
      'ConfigInvalid',
      `${JSON.stringify(read)} is no fingerprint of a host key: on the console of ${host}, type ` +
        'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, and give what begins with SHA256:',
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
    `${host} does not show ${wanted}, but ${shown}: nothing was pinned. Read it again on its console; somebody else may answer there`,
  );
}
