import type { Site } from '../../domain/site.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import type { Remote } from './remote.ts';

/** Every image of ours that lies in `layout.images`, the newest first; what has no manifest beside it is none. */
export async function listImages(remote: Remote, site: Site, host: string): Promise<readonly Manifest[]> {
  const text = await remote.run(host, { name: 'list-images', args: [site.layout.images, site.ssh.user] });
  return text.split('\n').flatMap((line) => {
    const manifest = parseManifest(Buffer.from(line.split(' ')[1] ?? '', 'base64').toString());
    return manifest ? [manifest] : [];
  });
}
