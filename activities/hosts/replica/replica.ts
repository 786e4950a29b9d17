import type { Proof } from '../../../domain/proof.ts';
import type { ReplicaHost, Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { Remote } from '../remote/remote.ts';
import {
  commonParentOf,
  isWhole,
  listSubvolumes,
  partsOf,
  sentOf,
  setOf,
  shortOf,
  type Subvolume,
} from '../backup/subvolumes.ts';
import { transfer } from './transfer.ts';
import type { ReplicaActivities } from './contract.ts';

type ReplicaDependencies = Pick<HostDependencies, 'site' | 'remote' | 'clock'>;

/**
 * R4, the group's policy: copies a backup with its nested subvolumes and last snapshots to another machine. Paths that `btrfs send`
 * refuses stay on the storage host, and the proof names them: what one user makes never stops the copy of the others. See
 * `HostActivities.replicateBackup`. Recognises whole replicas by their Received UUID; deletes interrupted ones.
 * @throws ApplicationFailure `ConfigInvalid` without a replica; `VerificationFailed` if it is not whole afterwards
 */
export function replicateBackup({ site, remote, clock }: ReplicaDependencies): ReplicaActivities['replicateBackup'] {
  return async ({ ref, backup }): Promise<Proof<'replica'>> => {
    const current = await site();
    const { layout, storage } = current;
    const replica = demandReplicaHost(current);
    const { name, uuid } = backup.facts;
    const [all, before] = await Promise.all([listHere(remote, current), listThere(remote, replica)]);
    let here = all;
    const parts = setOf(here, name);
    if (parts[0]?.uuid !== uuid) {
      throw refuse('ProofMissing', `${storage.name}: ${layout.backups}/${name} is not the backup of UUID ${uuid}`);
    }
    const missing = parts.filter((part) => !isWhole(before, part));
    let there = before;
    let mainParent: Subvolume | null = null;
    const passedOver: string[] = [];
    const path = (one: { readonly path: string }) => `${layout.toplevel}/${layout.backups}/${one.path}`;
    for (const one of ref.byHand ? [] : missing) {
      const args = [layout.toplevel, path(one), path({ path: shortOf(one.path) })];
      // Each part is a job of its own, so it has a name of its own.
      const step = { ...ref, step: `${ref.step}-short-${one.uuid}` };
      const { tail } = await remote.job(storage.name, step, { name: 'replica-short', args });
      if (tail.includes('uuid=')) {
        here = await listHere(remote, current);
        passedOver.push(...tail.split('\n').flatMap((line) => /^passed over: (.*)$/.exec(line)?.[1] ?? []));
      }
      const part = here.find(({ uuid: same }) => same === one.uuid) ?? one;
      const parent = commonParentOf(part, here, there);
      if (part.path === name) mainParent = parent;
      const at = part.path.lastIndexOf('/');
      const folder = at < 0 ? replica.path : `${replica.path}/${part.path.slice(0, at)}`;
      await transfer(remote, {
        ref,
        from: { host: storage.name, toplevel: layout.toplevel },
        to: { host: replica.name, toplevel: replica.toplevel, folder },
        jobs: layout.jobs,
        source: path(sentOf(part)),
        parent:
          parent === null
            ? null
            : path(there.some((copy) => copy.identity === parent.identity) ? parent : sentOf(parent)),
        name: part.path.slice(at + 1),
        uuid: sentOf(part).identity,
      });
      there = await listThere(remote, replica);
    }
    const nested = partsOf(here, name).length - 1;
    await demandParts(remote, replica, setOf(here, name));
    for (const { path: main } of parts.filter((one) => !one.path.includes('/')))
      if (partsOf(here, main).length > 1) await copyManifest(remote, current, replica, main, ref.byHand);
    const how = ref.byHand ? 'by-hand' : missing.length > 0 ? 'service' : 'found';
    const from = mainParent === null ? '' : `, incremental to ${mainParent.path}`;
    return {
      what: 'replica',
      at: clock().toISOString(),
      summary:
        `${replica.name}: read-only replica ${replica.toplevel}/${replica.path}/${name}${from}` +
        (nested > 0 ? `, and ${nested} nested subvolumes beside it` : '') +
        (passedOver.length > 0
          ? `; only on ${storage.name}, because btrfs send refuses paths that long: ${passedOver.join(', ')}`
          : ''),
      facts: {
        host: replica.name,
        name,
        path: `${replica.toplevel}/${replica.path}/${name}`,
        uuid,
        readOnly: true,
        nested,
        parent: mainParent?.path ?? null,
      },
      how,
    };
  };
}

/**
 * Rule 2: if the site has a replica, the backup must be whole on it now.
 * @throws ApplicationFailure `PlanVoid` naming the missing parts, which the retry sends again; `Unreachable`
 */
export async function demandReplica(
  { site, remote }: Pick<HostDependencies, 'site' | 'remote'>,
  backup: Proof<'backup'>,
): Promise<void> {
  const current = await site();
  if (!current.replica) return;
  await demandParts(remote, current.replica, partsOf(await listHere(remote, current), backup.facts.name), 'PlanVoid');
}

/** The backups on the storage host. */
export const listHere = (remote: Remote, { storage, layout }: Site): Promise<readonly Subvolume[]> =>
  listSubvolumes(remote, storage.name, layout.toplevel, layout.backups);

/** The backups on the replica. */
export const listThere = (remote: Remote, replica: ReplicaHost): Promise<readonly Subvolume[]> =>
  listSubvolumes(remote, replica.name, replica.toplevel, replica.path);

function demandReplicaHost({ name, replica }: Site): ReplicaHost {
  if (replica) return replica;
  throw refuse('ConfigInvalid', `site.yaml of ${name} names no replica: add one, or abort and start again without it`);
}

async function demandParts(
  remote: Remote,
  replica: ReplicaHost,
  parts: readonly Subvolume[],
  type: 'VerificationFailed' | 'PlanVoid' = 'VerificationFailed',
): Promise<void> {
  const there = await listThere(remote, replica);
  const missing = parts.filter((part) => !isWhole(there, part)).map(({ path }) => path);
  if (parts.length > 0 && missing.length === 0) return;
  throw refuse(
    type,
    `${replica.name}: not whole in ${replica.toplevel}/${replica.path} (read-only, with the backup's UUID as Received UUID): ${missing.slice(0, 5).join(', ') || 'any part of the backup'}. Retry the replica`,
  );
}

/** Copies the manifest of nested subvolumes. It comes last, so its existence means that all of them have arrived. */
async function copyManifest(remote: Remote, site: Site, replica: ReplicaHost, name: string, byHand: boolean) {
  const { layout, storage } = site;
  const get = [layout.toplevel, layout.backups, name, 'get'];
  const manifest = await remote.run(storage.name, { name: 'replica-manifest', args: get });
  const args = [replica.toplevel, replica.path, name, byHand ? 'get' : 'put'];
  const copy = await remote.run(replica.name, {
    name: 'replica-manifest',
    args,
    ...(!byHand && { input: manifest }),
  });
  if (copy.trim() === manifest.trim()) return;
  throw refuse(
    'VerificationFailed',
    `${replica.name}: ${name}.nested/manifest differs from that of ${storage.name}: retry`,
  );
}
