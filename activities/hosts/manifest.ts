import { z } from 'zod';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { Remote } from './remote.ts';

// btrfs makes UUIDs of random bytes, without the version bits of RFC 9562.
const manifest = z.object({
  name: z.string(),
  uuid: z.guid(),
  parent: z.object({ name: z.string(), uuid: z.guid() }).nullable(),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  leader: z.string(),
});

/** What lies beside an image as `NAME.json`: size in bytes, SHA-256 of the file, identity of the snapshot and its parent. */
export type Manifest = z.infer<typeof manifest>;

/**
 * Reads an image's manifest through a host (R8).
 * @throws ApplicationFailure `CommandFailed` when there is none, `VerificationFailed` when it is not a manifest.
 */
export async function readManifest(remote: Remote, site: Site, host: string, name: string): Promise<Manifest> {
  const { images } = site.layout;
  const text = await remote.run(host, { name: 'read-manifest', args: [images, name, site.ssh.user] });
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw refuse('VerificationFailed', `${images}/${name}.json is not an image's manifest: delete it and retry`, error);
  }
}
