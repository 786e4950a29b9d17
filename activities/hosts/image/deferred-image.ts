import { deferredImageState } from '../../../domain/images.ts';
import { refuse, tryAgain } from '../../failures.ts';
import { listImages } from './images.ts';
import { lookRoot } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { ImageActivities } from './contract.ts';

/** When a deferred image ends, from the day on which it was made: a semester is over by then, and newer packages exist. */
const ENDS_DAYS = 180;
const ENDS_MS = ENDS_DAYS * 24 * 60 * 60_000;

/**
 * R8, on a host that was down: whether it still needs the image of its deferred task. Another update may have installed
 * a newer one, or made the host the leader, or the image is too old by now. See `UpdateActivities.findNewer`.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`; `VerificationFailed` if the image no longer exists
 */
export function findNewer({
  site,
  remote,
  clock,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'>): ImageActivities['findNewer'] {
  return async ({ host, image }) => {
    // Before the host is asked: a task for a host that never comes back ends, too.
    if (clock().getTime() >= Date.parse(image.at) + ENDS_MS) {
      return {
        what: 'image-found',
        at: clock().toISOString(),
        summary: `the image ${image.facts.name} is older than ${ENDS_DAYS} days: the deferred task ends, and ${host} keeps its root until the next update`,
        facts: { host, image: image.facts.name },
        how: 'found',
      };
    }
    const config = await site();
    const { name, snapshotUuid: deferred } = image.facts;
    const look = await lookRoot(remote, config, host);
    const images = await listImages(remote, config, host);
    // A host that has just come up may not have mounted its homes.
    if (images.length === 0) throw tryAgain('CommandFailed', `${host} sees no image in ${config.layout.images}`);
    const task = deferredImageState(images, { runs: look.imageUuid, deferred });
    if (task === 'deferred') return null;
    if (task === 'gone') {
      throw refuse(
        'VerificationFailed',
        `the image ${name} of the deferred task of ${host} is no longer in ${config.layout.images}: the next update brings a newer one. ` +
          'Until then, retry checks again',
      );
    }
    return {
      what: 'image-found',
      at: clock().toISOString(),
      summary: `${host} already runs ${look.image}, which is newer than ${name}: the deferred task ends`,
      facts: { host, image: look.image },
      how: 'found',
    };
  };
}
