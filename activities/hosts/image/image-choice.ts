import { Temporal } from 'temporal-polyfill';
import type { FleetRanges } from '../../../domain/ranges.ts';
import type { Site } from '../../../domain/site.ts';
import { listImages } from './images.ts';
import { fleetRanges } from '../docker/ranges.ts';
import { chooseParent, freeName, listSnapshots, type ParentChoice } from './snapshots.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { StepRef } from '../../../domain/step.ts';

/** The choices for an image, made once per round of the step, so a crash in between does not make a second image. */
export interface ImageChoice extends ParentChoice {
  readonly name: string;
  /** Followers that were compared. */
  readonly answering: readonly string[];
  /** Followers that did not answer then. Their packages and snapshots were not compared. */
  readonly silent: readonly string[];
  readonly ranges: FleetRanges;
}

interface Wanted {
  readonly ref: StepRef;
  readonly leader: string;
  readonly label: string;
  readonly followers: readonly string[];
}

/**
 * Chooses name, parent and ranges of an image (R8).
 * @throws ApplicationFailure `VerificationFailed` if users' subordinate ids differ between hosts
 */
export async function chooseImage(deps: HostDependencies, site: Site, wanted: Wanted): Promise<ImageChoice> {
  const { remote, store } = deps;
  const { ref, leader, label, followers } = wanted;
  const key = `image-choice/${ref.workflow}/${ref.step}/${ref.round}`;
  const chosen = await store.getNamed<ImageChoice>(key);
  if (chosen !== null) return chosen;
  const answers = await Promise.all(followers.map(async (host) => ({ host, up: await remote.reachable(host) })));
  const answering = answers.filter(({ up }) => up).map(({ host }) => host);
  const silent = followers.filter((host) => !answering.includes(host));
  const { ranges } = await fleetRanges(remote, [leader, ...answering]);
  const own = await listSnapshots(remote, site, leader);
  const others = await Promise.all(
    answering.map(async (host) => [host, await listSnapshots(remote, site, host)] as const),
  );
  const name = await chooseName(deps, site, wanted, new Set(own.map((snapshot) => snapshot.name)));
  // A reinstalled root shares nothing with the roots of the others, even if it was given their snapshots.
  const known = label === 'gpu-reinstall' ? {} : Object.fromEntries(others);
  const choice = { name, answering, silent, ranges, ...chooseParent(own, known, name) };
  await store.putNamed(key, choice);
  return choice;
}

async function chooseName(
  { remote, clock }: HostDependencies,
  site: Site,
  { ref, leader, label }: Wanted,
  snapshots: ReadonlySet<string>,
): Promise<string> {
  const day = Temporal.Instant.from(clock().toISOString()).toZonedDateTimeISO(site.zone).toPlainDate();
  const base = `${day.toString()}-${label}`;
  // By hand, the existing snapshot is the right one.
  if (ref.byHand && snapshots.has(base)) return base;
  // Another leader's image of the same day is in the same folder, perhaps under a name without a snapshot on this host.
  const images = await listImages(remote, site, leader);
  return freeName(base, new Set([...snapshots, ...images.map((image) => image.name)]));
}
