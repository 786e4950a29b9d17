import { differencesOf, type Difference } from '../../../domain/differences.ts';
import { changesOf, type PackageChange, type Packages } from '../../../domain/packages.ts';
import type { Site } from '../../../domain/site.ts';
import type { ImageChoice } from '../image/image-choice.ts';
import { listPackages, packagesBefore } from './leader.ts';
import type { Manifest } from '../image/manifest.ts';
import { volatilePaths } from '../root/private.ts';
import { lookRootState } from './root-state.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { StepRef } from '../../../domain/step.ts';

/** What the image changes, as it was when the image was made: a roll-out under way must not change its own plan. */
export interface ImageChanges {
  readonly packages: readonly PackageChange[];
  /** Files that differ from the parent's where no package does: a person changed them by hand. */
  readonly files: readonly string[];
  /** On how many hosts packages were compared. */
  readonly compared: number;
  /** Hosts that did not answer then: neither their packages nor their snapshots were compared. */
  readonly silent: readonly string[];
  /** Hosts that lack the image's parent, and get a full one. */
  readonly lacking: readonly string[];
  /** What the image takes from, changes on and brings to hosts besides; the first ones, of `different`. */
  readonly differences: readonly Difference[];
  readonly different: number;
  /** On the leader: `.pacnew` and `.pacsave` files that nobody has merged. */
  readonly unmerged: readonly string[];
  /** On the leader: packages that no repository has, with their versions. */
  readonly foreign: readonly string[];
}
/** A host that was set up in another way differs in everything; its plan still has to be read. */
const MOST_DIFFERENCES = 300;
export const imageChanges = (image: string) => `image-changes/${image}`;

interface Made {
  readonly ref: StepRef;
  readonly leader: string;
  readonly manifest: Manifest;
  readonly choice: ImageChoice;
}

/** Compares every host with the image, once, and keeps what was found. */
export async function recordChanges(deps: HostDependencies, site: Site, made: Made): Promise<ImageChanges> {
  const { remote, store } = deps;
  const { ref, leader, manifest, choice } = made;
  const key = imageChanges(manifest.name);
  const known = await store.getNamed<ImageChanges>(key);
  if (known !== null) return known;
  const { answering, silent, lacking } = choice;
  const now = await listPackages(remote, leader);
  const lists = await Promise.all(answering.map(async (host) => [host, await listPackages(remote, host)] as const));
  const before = await store.getNamed<Packages>(packagesBefore(ref.workflow, leader));
  const old: Record<string, Packages> = Object.fromEntries(lists);
  if (lists.length === 0 && before !== null) old[leader] = before;
  const packages = changesOf(old, now);
  const files = packages.length === 0 ? await changedFiles(remote, site, leader, manifest) : [];
  const differences = await compareRoots(remote, site, { leader, answering, packages });
  const changes = {
    packages,
    files,
    compared: Object.keys(old).length,
    silent,
    lacking,
    differences: differences.slice(0, MOST_DIFFERENCES),
    different: differences.length,
    ...(await lookUnmerged(remote, leader)),
  };
  await store.putNamed(key, changes);
  return changes;
}

async function compareRoots(
  remote: HostDependencies['remote'],
  site: Site,
  a: { leader: string; answering: readonly string[]; packages: readonly PackageChange[] },
): Promise<readonly Difference[]> {
  const [own, ...states] = await Promise.all(
    [a.leader, ...a.answering].map((host) => lookRootState(remote, host, volatilePaths(site))),
  );
  const hosts = a.answering.map((host, at) => {
    const changed = a.packages.filter((one) => one.hosts.includes(host)).map(({ name }) => name);
    return [host, { state: states[at]!, changed: new Set(changed) }] as const;
  });
  return differencesOf(own!, Object.fromEntries(hosts));
}

async function lookUnmerged(
  remote: HostDependencies['remote'],
  leader: string,
): Promise<Pick<ImageChanges, 'unmerged' | 'foreign'>> {
  const text = await remote.run(leader, { name: 'unmerged', args: [] }, { deadlineMs: 300_000 });
  const said = (word: string) =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []))
      .toSorted();
  return { unmerged: said('merge '), foreign: said('foreign ') };
}

async function changedFiles(
  remote: HostDependencies['remote'],
  site: Site,
  leader: string,
  { name, parent }: Manifest,
): Promise<readonly string[]> {
  if (parent === null) return [];
  const { layout } = site;
  const args = [layout.toplevel, layout.snapshots, name, parent.name, ...volatilePaths(site)];
  const text = await remote.run(leader, { name: 'changed-files', args }, { deadlineMs: 300_000 });
  return text.split('\n').filter((path) => path !== '');
}
