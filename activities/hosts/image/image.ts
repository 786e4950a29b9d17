import type { Proof } from '../../../domain/proof.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { recordChanges } from '../leader/image-changes.ts';
import { chooseImage } from './image-choice.ts';
import { imagePath, readManifest, type Manifest } from './manifest.ts';
import type { Script } from '../remote/remote.ts';
import { demandRoot, espOf, lookRoot } from '../root/root.ts';
import type { Snapshot } from './snapshots.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { ImageActivities } from './contract.ts';

/**
 * R8, second part: makes the read-only snapshot `<date>-<label>` of the leader's root, and its zstd image with a
 * manifest. The image is incremental to the newest snapshot that the leader and most of the answering followers have.
 * @throws ApplicationFailure `CommandFailed`; `VerificationFailed` if `root` is not the running root, if users'
 *   subordinate
 *   ids differ between hosts, or if the manifest is not of this snapshot
 */
export function buildImage(deps: HostDependencies): ImageActivities['buildImage'] {
  const { site, remote, clock } = deps;
  return async ({ ref, leader, label, followers }): Promise<Proof<'image'>> => {
    const config = await site();
    const { toplevel, snapshots, jobs } = config.layout;
    demandRoot(leader, await lookRoot(remote, config, leader));
    const choice = await chooseImage(deps, config, { ref, leader, label, followers });
    const { name, parent, ranges } = choice;
    const snapshot = { name: 'snapshot-root', args: [toplevel, snapshots, name, jobs] };
    const uuid = (await remote.run(leader, snapshot, { deadlineMs: 120_000 })).trim();
    if (!ref.byHand) {
      const input = `${ranges.subuid}\0${ranges.subgid}\0`;
      await remote.job(leader, ref, { ...imageScript(config, { name, uuid, parent, file: name }), input });
    }
    const manifest = await manifestOf(deps, config, { leader, file: name, uuid });
    const { packages, files } = await recordChanges(deps, config, { ref, leader, manifest, choice });
    // Without a parent to compare with, for example after a reinstall, the number of changes is unknown.
    const least = manifest.parent === null || label === 'gpu-reinstall' ? 1 : files.length;
    return proof(config, manifest, { file: name, changes: packages.length || least, at: clock(), ref });
  };
}

/**
 * R8: makes the snapshot of an incremental image into a full image, `NAME.full.zst`, with its own manifest. Made once:
 * a second caller waits for it.
 * @throws ApplicationFailure `CommandFailed` if the snapshot no longer exists; `VerificationFailed`
 */
export function buildFullImage(deps: HostDependencies): ImageActivities['buildFullImage'] {
  const { site, remote, clock } = deps;
  return async ({ ref, leader, image }): Promise<Proof<'image'>> => {
    const config = await site();
    const { name, snapshotUuid: uuid, changes } = image.facts;
    const file = `${name}.full`;
    if (!ref.byHand) await remote.job(leader, ref, imageScript(config, { name, uuid, parent: null, file }));
    const manifest = await manifestOf(deps, config, { leader, file, uuid });
    return proof(config, manifest, { file, changes, at: clock(), ref });
  };
}

function imageScript(site: Site, a: { name: string; uuid: string; parent: Snapshot | null; file: string }): Script {
  const from = a.parent === null ? ['', ''] : [a.parent.name, a.parent.identity];
  const { layout, ssh } = site;
  const place = [layout.toplevel, layout.snapshots, a.name, a.uuid];
  return { name: 'build-image', args: [...place, ...from, layout.images, ssh.user, a.file, espOf(site)] };
}

async function manifestOf(
  { remote }: HostDependencies,
  site: Site,
  { leader, file, uuid }: { leader: string; file: string; uuid: string },
): Promise<Manifest> {
  const path = imagePath(site, file);
  const manifest = await readManifest(remote, site, leader, path);
  if (manifest.uuid === uuid) return manifest;
  throw refuse(
    'VerificationFailed',
    `the manifest of ${path} does not belong to ${leader}'s snapshot: delete it and retry`,
  );
}

function proof(
  site: Site,
  manifest: Manifest,
  { file, changes, at, ref }: { file: string; changes: number; at: Date; ref: StepRef },
): Proof<'image'> {
  const { name, bytes, sha256 } = manifest;
  const parent = manifest.parent?.name ?? null;
  return {
    what: 'image',
    at: at.toISOString(),
    summary: `image ${name}, ${bytes} bytes, ${parent === null ? 'full' : `incremental to ${parent}`}, ${changes} changes`,
    facts: { name, path: imagePath(site, file), snapshotUuid: manifest.uuid, parent, bytes, sha256, changes },
    how: ref.byHand ? 'by-hand' : 'service',
  };
}
