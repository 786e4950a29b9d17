import { z } from 'zod';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { Remote } from '../remote/remote.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

// btrfs makes UUIDs of random bytes, without the version bits of RFC 9562.
const manifest = z.object({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  uuid: z.guid(),
  parent: z.object({ name: z.string(), uuid: z.guid() }).nullable(),
  bytes: z.int().positive(),
  sha256,
  leader: z.string(),
  /** Releases of the kernels below /usr/lib/modules of the snapshot; none in a container, which runs its machine's. */
  kernel: z.array(z.string()).default([]),
  /** SHA-256 of `NAME.subuid` and `NAME.subgid`: what these files of every host become. */
  ranges: z.object({ subuid: sha256, subgid: sha256 }).nullable().default(null),
  /** `NAME.esp.tar`, where `update.boot` is `esp`: kernels and loader, by their paths below `layout.esp`. */
  esp: z
    .object({ sha256, files: z.array(z.object({ path: z.string(), sha256 })) })
    .nullable()
    .default(null),
});

/**
 * What lies beside an image: of `NAME.zst` as `NAME.json`, of `NAME.full.zst` as `NAME.full.json`. Size in bytes and SHA-256 of
 * the file, identity of the snapshot and of its parent, and what belongs to the snapshot and does not lie in it.
 */
export type Manifest = z.infer<typeof manifest>;

/** Where an image lies. */
export const imagePath = ({ layout }: Site, file: string) => `${layout.images}/${file}.zst`;

/**
 * Reads the manifest of the image at `path` through a host (R8).
 * @throws ApplicationFailure `CommandFailed` when there is none, `VerificationFailed` when it is not a manifest.
 */
export async function readManifest(remote: Remote, site: Site, host: string, path: string): Promise<Manifest> {
  const file = path.replace(/\.zst$/, '.json');
  const text = await remote.run(host, { name: 'read-manifest', args: [file, site.ssh.user] });
  const found = parseManifest(text);
  if (found === null) throw refuse('VerificationFailed', `${file} is not an image's manifest: delete it and retry`);
  return found;
}

/** The manifest that `text` is, or null. */
export function parseManifest(text: string): Manifest | null {
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
