import { readFile } from 'node:fs/promises';
import type { Site } from '../../domain/site.ts';
import { checkReplica } from './replica.ts';
import { checkExcluded, checkHost, checkLogins, checkSystem } from './hosts.ts';
import { checkExempt } from './exempt.ts';
import { checkSecrets, type DoctorSecrets } from './secrets.ts';
import { checkServices } from './services.ts';
import type { DoctorActivities, DoctorCheck } from './contract.ts';
import { refuse } from '../failures.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import { offeredKeys } from '../hosts/remote/host-key.ts';
import { fingerprint, knownHostName, pinnedKeys } from '../hosts/remote/known-hosts.ts';
import { trashLeftBehind } from '../hosts/trash/places.ts';
import { createLookOnlyRemote } from '../hosts/remote/look-only.ts';
import { pinKey } from '../hosts/remote/pin.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { findHost } from '../hosts/remote/ssh.ts';
import type { IdServer } from '../id-server/types.ts';
import { readMessages, type Say } from '../../texts/messages.ts';
import type { Store } from '../store/store.ts';
import type { Surveys } from '../survey/source.ts';

export interface DoctorDependencies {
  /** Reads site.yaml at each call. */
  readonly site: () => Promise<Site>;
  readonly secrets: DoctorSecrets;
  readonly store: Pick<Store, 'getNamed' | 'size'>;
  readonly idServer: Pick<IdServer, 'members' | 'implied' | 'pending'>;
  readonly surveys: Surveys;
  /** Used only with `fix`. */
  readonly remote: Remote;
  readonly clock: () => Date;
}

const BEAT_MS = 5_000;

/** Checks before a start, and pinning of host keys that a person confirmed. See `DoctorActivities`. */
export function createDoctorActivities(deps: DoctorDependencies): DoctorActivities {
  const { secrets, remote, clock } = deps;
  return {
    async doctor({ site: wanted, fix, language, only }) {
      const site = await deps.site();
      if (site.name !== wanted) {
        throw refuse('WrongSite', `this worker serves the site ${site.name}, not ${wanted}: check its site.yaml`);
      }
      const say = await readMessages(site, language);
      const look = createLookOnlyRemote({ site: async () => site, secrets });
      const heart = setInterval(() => beat({ checking: site.name }), BEAT_MS);
      try {
        if (only === 'system') {
          const checks = await Promise.all(site.hosts.map((host) => checkSystem(say, look, host.name)));
          return { at: clock().toISOString(), site: site.name, checks };
        }
        if (only === 'left') {
          const hosts = [site.storage, ...site.hosts];
          const [trash, ...logins] = await Promise.all([
            checkTrashLeft(say, deps.store, site),
            ...hosts.map(({ name }) => checkLogins(say, look, name)),
          ]);
          return { at: clock().toISOString(), site: site.name, checks: [...logins, ...trash] };
        }
        const [credentials, services, ...hosts] = await Promise.all([
          checkSecrets(say, site, secrets),
          checkServices({ ...deps, site, say }),
          ...[site.storage, ...site.hosts].map((host) =>
            checkHost({ say, site, look, fix: fix ? remote : null, store: deps.store, clock }, host),
          ),
          checkExempt(say, site, look).then((row) => [row]),
          ...(site.excluded ?? []).map(async ({ name }) => [
            await checkExcluded({ say, site, look, store: deps.store, clock }, name),
          ]),
          checkTrashLeft(say, deps.store, site),
          ...(site.replica ? [checkReplica(say, { site, look, clock }, site.replica)] : []),
        ]);
        return { at: clock().toISOString(), site: site.name, checks: [...credentials, ...services, ...hosts.flat()] };
      } finally {
        clearInterval(heart);
        await look.close();
      }
    },

    async offeredHostKeys({ host: name }) {
      const { site, host, text } = await hostAndPins(deps, name);
      const pinned = pinnedKeys(text, host.address, host.port).filter(({ revoked }) => !revoked);
      const offered = await offeredKeys(host);
      return {
        host: name,
        address: knownHostName(host.address, host.port),
        file: site.ssh.knownHosts,
        offered: offered.map(({ type, key }) => ({
          type,
          fingerprint: fingerprint(key),
          pinned: pinned.some((one) => one.key.equals(key)),
        })),
        others: pinned
          .filter((one) => !offered.some(({ key }) => one.key.equals(key)))
          .map(({ type, key }) => ({ type, fingerprint: fingerprint(key) })),
      };
    },

    async pinHostKey({ host: name, fingerprint: wanted, replace }) {
      const { site, host } = await hostAndPins(deps, name);
      const { knownHosts: file } = site.ssh;
      const offered = await offeredKeys(host);
      const key = offered.find((one) => fingerprint(one.key) === wanted);
      if (!key) {
        const shown = offered.map((one) => fingerprint(one.key)).join(', ');
        throw refuse('VerificationFailed', `${name} offers ${shown}, not ${wanted}: no key was pinned`);
      }
      const changed = await pinKey(file, host, key, replace);
      // A pooled connection may still use the old key.
      remote.forget(name);
      return {
        what: 'host-key',
        at: clock().toISOString(),
        summary: `${name}: ${key.type} ${wanted} is pinned in ${file}${changed ? '' : ' already'}`,
        facts: { host: name, fingerprint: wanted, file },
        how: changed ? 'service' : 'found',
      };
    },
  };
}

async function hostAndPins(deps: Pick<DoctorDependencies, 'site'>, name: string) {
  const site = await deps.site();
  const text = await readFile(site.ssh.knownHosts, 'utf8').catch(() => '');
  return { site, host: findHost(site, name), text };
}

/** Trash on hosts that left site.yaml, which the service cannot empty. */
async function checkTrashLeft(
  say: Say,
  store: DoctorDependencies['store'],
  site: Site,
): Promise<readonly DoctorCheck[]> {
  const left = await trashLeftBehind(store, site);
  return left.map(({ host, paths }) => ({
    check: 'trash',
    title: say('doctor.check.trash'),
    where: host,
    state: 'warning',
    found: say('doctor.trash.left', { host, paths: paths.join(', ') }),
    remedy: say('doctor.trash.leftRemedy', { host }),
  }));
}
