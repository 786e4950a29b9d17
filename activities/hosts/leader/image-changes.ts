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

/** The changes of an image, recorded when the image is made: a roll-out under way must not change its own plan. */
export interface ImageChanges {
  readonly packages: readonly PackageChange[];
  /** Files that differ from the parent's although no package does: a person changed them by hand. */
  readonly files: readonly string[];
  /** Number of hosts whose packages were compared. */
  readonly compared: number;
  /** Hosts that did not answer then. Their packages and snapshots were not compared. */
  readonly silent: readonly string[];
  /** Hosts that lack the image's parent and get a full image. */
  readonly lacking: readonly string[];
  /** The first differences that the image makes on hosts besides packages; `different` is the number of all. */
  readonly differences: readonly Difference[];
  readonly different: number;
  /** On the leader: unmerged `.pacnew` and `.pacsave` files. */
  readonly unmerged: readonly string[];
  /** On the leader: packages that are in no repository, with their versions. */
  readonly foreign: readonly string[];
}
/** Limits the differences: a host with another setup differs in everything, but its plan must stay readable. */
const MOST_DIFFERENCES = 300;
export const imageChanges = (image: string) => `image-changes/${image}`;

interface Made {
  readonly ref: StepRef;
  readonly leader: string;
  readonly manifest: Manifest;
  readonly choice: ImageChoice;
}

/** Compares every host with the image once, and stores the result. */
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
  const linesWith = (prefix: string) =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []))
      .toSorted();
  return { unmerged: linesWith('merge '), foreign: linesWith('foreign ') };
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
