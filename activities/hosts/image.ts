import { Temporal } from 'temporal-polyfill';
import { changesOf, type PackageChange, type Packages } from '../../domain/packages.ts';
import type { ImageProof } from '../../domain/proof.ts';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { StepRef, UpdateActivities } from '../types.ts';
import { listPackages, packagesBefore } from './leader.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { VOLATILE_PATHS } from './private.ts';
import { demandRoot, lookRoot } from './root.ts';
import { commonParent, freeName, listSnapshots } from './snapshots.ts';
import type { UpdateDeps } from './update-deps.ts';

/** What the image changes, as it was when the image was made: a roll-out under way must not change its own plan. */
export interface ImageChanges {
  readonly packages: readonly PackageChange[];
  /** Files that differ from the parent's where no package does: a person changed them by hand. */
  readonly files: readonly string[];
  /** On how many hosts packages were compared. */
  readonly compared: number;
  /** Hosts that did not answer then: neither their packages nor their snapshots were compared. */
  readonly silent: readonly string[];
}
export const imageChanges = (image: string) => `image-changes/${image}`;

/**
 * R8, second part: read-only snapshot `<date>-<label>` of the leader's root and its zstd image with a manifest beside it.
 * The image is incremental to the newest snapshot that the leader and every follower that answers have.
 * @throws ApplicationFailure `CommandFailed`, `VerificationFailed` when `root` is not what runs or the manifest is not of it.
 */
export function buildImage(deps: UpdateDeps): UpdateActivities['buildImage'] {
  const { site, remote, clock } = deps;
  return async ({ ref, leader, label, followers }): Promise<ImageProof> => {
    const config = await site();
    const { toplevel, snapshots, jobs, images } = config.layout;
    demandRoot(leader, await lookRoot(remote, config, leader));
    const name = await chooseName(deps, config, ref, leader, label);
    const snapshot = { name: 'snapshot-root', args: [toplevel, snapshots, name, jobs] };
    const uuid = (await remote.run(leader, snapshot, { deadlineMs: 120_000 })).trim();

    const answering = await who(remote, followers);
    const others = await Promise.all(answering.map((host) => listSnapshots(remote, config, host)));
    const parent = commonParent(await listSnapshots(remote, config, leader), others, name);
    if (!ref.byHand) {
      const from = parent === null ? ['', ''] : [parent.name, parent.identity];
      const args = [toplevel, snapshots, name, uuid, ...from, images, config.ssh.user];
      await remote.job(leader, ref, { name: 'build-image', args });
    }
    const manifest = await readManifest(remote, config, leader, name);
    if (manifest.uuid !== uuid) {
      throw refuse(
        'VerificationFailed',
        `${images}/${name}.json is not of ${leader}'s snapshot ${name}: delete it and retry`,
      );
    }
    const { packages, files } = await recordChanges(deps, config, { ref, leader, manifest, answering, followers });
    // With no parent to compare with, as after a reinstall, nobody can say that nothing has changed.
    const least = manifest.parent === null || label === 'gpu-reinstall' ? 1 : files.length;
    return proof(manifest, config, packages.length || least, clock(), ref);
  };
}

/** The name is chosen once for each try of the step and kept, so that a crash in between does not make a second image. */
async function chooseName(deps: UpdateDeps, site: Site, ref: StepRef, leader: string, label: string): Promise<string> {
  const key = `image-name/${ref.workflow}/${ref.step}/${ref.round}`;
  const chosen = await deps.store.getNamed<string>(key);
  if (chosen !== null) return chosen;
  const taken = new Set((await listSnapshots(deps.remote, site, leader)).map((snapshot) => snapshot.name));
  const day = Temporal.Instant.from(deps.clock().toISOString()).toZonedDateTimeISO(site.zone).toPlainDate();
  const base = `${day.toString()}-${label}`;
  // By hand, the snapshot is there already and is what is meant.
  const name = ref.byHand && taken.has(base) ? base : freeName(base, taken);
  await deps.store.putNamed(key, name);
  return name;
}

async function who(remote: UpdateDeps['remote'], hosts: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(hosts.map(async (host) => ({ host, up: await remote.reachable(host) })));
  return answers.filter(({ up }) => up).map(({ host }) => host);
}

interface Compared {
  readonly ref: StepRef;
  readonly leader: string;
  readonly manifest: Manifest;
  readonly answering: readonly string[];
  readonly followers: readonly string[];
}

async function recordChanges(deps: UpdateDeps, site: Site, compared: Compared): Promise<ImageChanges> {
  const { remote, store } = deps;
  const { ref, leader, manifest, answering, followers } = compared;
  const key = imageChanges(manifest.name);
  const known = await store.getNamed<ImageChanges>(key);
  if (known !== null) return known;
  const now = await listPackages(remote, leader);
  const lists = await Promise.all(answering.map(async (host) => [host, await listPackages(remote, host)] as const));
  const before = await store.getNamed<Packages>(packagesBefore(ref.workflow, leader));
  const old: Record<string, Packages> = Object.fromEntries(lists);
  if (lists.length === 0 && before !== null) old[leader] = before;
  const packages = changesOf(old, now);
  const files = packages.length === 0 ? await changedFiles(remote, site, leader, manifest) : [];
  const silent = followers.filter((host) => !answering.includes(host));
  const changes = { packages, files, compared: Object.keys(old).length, silent };
  await store.putNamed(key, changes);
  return changes;
}

async function changedFiles(
  remote: UpdateDeps['remote'],
  { layout }: Site,
  leader: string,
  { name, parent }: Manifest,
): Promise<readonly string[]> {
  if (parent === null) return [];
  const args = [layout.toplevel, layout.snapshots, name, parent.name, ...VOLATILE_PATHS];
  const text = await remote.run(leader, { name: 'changed-files', args }, { deadlineMs: 300_000 });
  return text.split('\n').filter((path) => path !== '');
}

function proof(manifest: Manifest, site: Site, changes: number, at: Date, ref: StepRef): ImageProof {
  const { name, bytes, sha256 } = manifest;
  const parent = manifest.parent?.name ?? null;
  return {
    what: 'image',
    at: at.toISOString(),
    summary: `image ${name}, ${bytes} bytes, ${parent === null ? 'full' : `on top of ${parent}`}, ${changes} changes`,
    facts: {
      name,
      path: `${site.layout.images}/${name}.zst`,
      snapshotUuid: manifest.uuid,
      parent,
      bytes,
      sha256,
      changes,
    },
    how: ref.byHand ? 'by-hand' : 'service',
  };
}
