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
  /**
   * Releases of the kernels below /usr/lib/modules of the snapshot; none for a container, which uses its host's kernel.
   */
  kernel: z.array(z.string()).default([]),
  /** SHA-256 of `NAME.subuid` and `NAME.subgid`, which become these files on every host. */
  ranges: z.object({ subuid: sha256, subgid: sha256 }).nullable().default(null),
  /** `NAME.esp.tar` with `update.boot: esp`: kernels and loader, by their paths below `layout.esp`. */
  esp: z
    .object({ sha256, files: z.array(z.object({ path: z.string(), sha256 })) })
    .nullable()
    .default(null),
});

/**
 * The manifest of an image: `NAME.json` for `NAME.zst`, `NAME.full.json` for `NAME.full.zst`. Holds the size in bytes
 * and SHA-256 of the file, the identities of the snapshot and its parent, and data that is not in the snapshot itself.
 */
export type Manifest = z.infer<typeof manifest>;

/** The path of an image. */
export const imagePath = ({ layout }: Site, file: string) => `${layout.images}/${file}.zst`;

/**
 * Reads the manifest of the image at `path` through a host (R8).
 * @throws ApplicationFailure `CommandFailed` if it does not exist, `VerificationFailed` if it is invalid
 */
export async function readManifest(remote: Remote, site: Site, host: string, path: string): Promise<Manifest> {
  const file = path.replace(/\.zst$/, '.json');
  const text = await remote.run(host, { name: 'read-manifest', args: [file, site.ssh.user] });
  const found = parseManifest(text);
  if (found === null) throw refuse('VerificationFailed', `${file} is not an image's manifest: delete it and retry`);
  return found;
}

/** Parses a manifest; null if `text` is not one. */
export function parseManifest(text: string): Manifest | null {
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
