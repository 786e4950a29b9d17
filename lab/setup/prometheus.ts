import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { SetupError } from './apt.ts';
import { cached, type Progress } from './cache.ts';

/**
 * Folder with `prometheus` and `promtool` of Debian's package, unpacked into the cache folder: installed, the package would start a
 * service. 20 MB.
 * @throws SetupError if the package cannot be downloaded
 */
export async function prometheusPrograms(progress: Progress = () => {}): Promise<string> {
  return cached('prometheus', async (folder) => {
    progress('apt-get download prometheus');
    const download = () => execa('apt-get', ['download', '-q', 'prometheus'], { cwd: folder, reject: false });
    let result = await download();
    if (result.exitCode !== 0) {
      await execa('apt-get', ['update', '-q'], { reject: false });
      result = await download();
    }
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    if (result.exitCode !== 0 || file === undefined) {
      const reason = (result.stderr ?? '').trim().split('\n').at(-1);
      throw new SetupError(
        `apt-get could not download the package prometheus (${reason}). Check that Debian's mirror answers (apt-get update), then run this again.`,
      );
    }
    await execa('dpkg-deb', ['--extract', file, 'package'], { cwd: folder });
    for (const name of ['prometheus', 'promtool'])
      await rename(path.join(folder, 'package/usr/bin', name), path.join(folder, name));
    for (const name of [file, 'package']) await rm(path.join(folder, name), { recursive: true });
  });
}
