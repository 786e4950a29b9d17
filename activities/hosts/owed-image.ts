import { debtOf } from '../../domain/images.ts';
import { refuse, tryAgain } from '../failures.ts';
import type { UpdateActivities } from '../types.ts';
import { listImages } from './images.ts';
import { lookRoot } from './root.ts';
import type { UpdateDeps } from './update-deps.ts';

/**
 * R8, on a host that was down: whether it still needs the image that it is owed. Another update may have brought it a newer one, or
 * made it the leader. See `UpdateActivities.findNewer`.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`; `VerificationFailed` where the image is not there any more
 */
export function findNewer({
  site,
  remote,
  clock,
}: Pick<UpdateDeps, 'site' | 'remote' | 'clock'>): UpdateActivities['findNewer'] {
  return async ({ host, image }) => {
    const config = await site();
    const { name, snapshotUuid: owed } = image.facts;
    const look = await lookRoot(remote, config, host);
    const images = await listImages(remote, config, host);
    // A host that has just come back may not have its homes yet.
    if (images.length === 0) throw tryAgain('CommandFailed', `${host} sees no image in ${config.layout.images}`);
    const debt = debtOf(images, { runs: look.imageUuid, owed });
    if (debt === 'owed') return null;
    if (debt === 'gone') {
      throw refuse(
        'VerificationFailed',
        `${name}, which ${host} is owed, is not in ${config.layout.images} any more: the next update brings it a newer one. ` +
          'Until then retry looks again',
      );
    }
    return {
      what: 'image-found',
      at: clock().toISOString(),
      summary: `${host} runs ${look.image} already, which is newer, and is not owed ${name} any more`,
      facts: { host, image: look.image },
      how: 'found',
    };
  };
}
