import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import {
  HISTORIES,
  MANIFEST,
  missingIn,
  recordingsIn,
  releasedVersions,
  SUMS,
  type Manifest,
} from '../support/recorded.ts';

/** `npm run histories`: records the states of all workflows as the folder of the version in package.json. */
async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  if ((await releasedVersions()).includes(version))
    throw new Error(
      `${version} is released, and its recordings stay as they are: raise the version in package.json first`,
    );
  const sources = ['workflows', 'domain', 'codec'];
  const { stdout: changed } = await execa('git', ['status', '--porcelain', '--', ...sources]);
  if (changed !== '')
    throw new Error(`commit these files first, since the recordings name the commit that made them:\n${changed}`);
  const { stdout: commit } = await execa('git', ['rev-parse', 'HEAD']);

  await mkdir(HISTORIES, { recursive: true });
  const folder = await mkdtemp(path.join(HISTORIES, '.recording-'));
  try {
    console.log(`Records the workflows of ${version} at ${commit.slice(0, 12)}: one to three minutes`);
    const config = path.join(import.meta.dirname, 'vitest.config.ts');
    await execa('vitest', ['run', '--config', config, '--root', process.cwd()], {
      preferLocal: true,
      stdio: 'inherit',
      env: { RECORDINGS: folder },
    });
    const names = await recordingsIn(folder);
    const missing = missingIn(names);
    if (missing.length > 0) throw new Error(`no scenario records ${missing.join(', ')}`);
    const manifest: Manifest = { version, commit };
    await writeFile(path.join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(path.join(folder, SUMS), await sumsOf(folder, [...names, MANIFEST]));
    const target = path.join(HISTORIES, version);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
    const bytes = await Promise.all(names.map(async (name) => (await stat(path.join(target, name))).size));
    const kilobytes = Math.ceil(bytes.reduce((a, b) => a + b, 0) / 1024);
    console.log(`${path.relative('.', target)}: ${names.length} recordings, ${kilobytes} KB. Commit the folder.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `sha256sum` writes them, and checks them by `sha256sum -c`. */
async function sumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.map(async (name) => {
    const content = await readFile(path.join(folder, name));
    return `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
