import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../codec/data-converter.ts';
import type { Site } from '../domain/site.ts';

const TOP = fileURLToPath(new URL('..', import.meta.url));
const DIST = path.join(TOP, 'dist');

/** What a bundle is made from, besides the packages. */
const SOURCES = ['workflows', 'domain', 'codec'];

type Encryption = Site['encryption'];

/** Bundles the workflows. It takes seconds. With encryption, error messages are encrypted too; else the UI shows them as plain text. */
async function bundle(encryption: Encryption): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(TOP, 'workflows', 'index.ts'),
    workflowInterceptorModules: [path.join(TOP, 'workflows', 'interceptors.ts')],
    payloadConverterPath: path.join(TOP, 'codec', 'payload-converter.ts'),
    logger: new DefaultLogger('WARN'),
    ...(encryption === 'required' && { failureConverterPath }),
  });
  return code;
}

/**
 * The workflows as one script: the file in `dist/` that `npm run build` made from these sources; without one, bundles them in memory.
 * @throws Error with webpack's words if they cannot be bundled
 */
export async function workflowBundle(encryption: Encryption): Promise<{ codePath: string } | { code: string }> {
  const file = await builtFile(encryption);
  const isBuilt = await access(file).then(
    () => true,
    () => false,
  );
  return isBuilt ? { codePath: file } : { code: await bundle(encryption) };
}

/** Writes the workflows to `dist/` unless they are there, deletes those of other sources, and returns the path. */
export async function buildWorkflows(encryption: Encryption): Promise<string> {
  const file = await builtFile(encryption);
  const built = await workflowBundle(encryption);
  if ('codePath' in built) return file;
  await mkdir(DIST, { recursive: true });
  // A worker that starts meanwhile sees the whole file or none.
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, built.code);
  await rename(aside, file);
  const old = (await readdir(DIST)).filter(
    (name) => name.startsWith(`workflows-${encryption}-`) && name.endsWith('.js'),
  );
  for (const name of old) if (path.join(DIST, name) !== file) await rm(path.join(DIST, name), { force: true });
  return file;
}

/** Its name holds a digest of the sources and of the lock file, so a bundle of other sources is never used. */
async function builtFile(encryption: Encryption): Promise<string> {
  const hash = createHash('sha256');
  const folders = SOURCES.map(async (folder) => {
    const names = await readdir(path.join(TOP, folder), { recursive: true });
    return names.filter((name) => /\.[cm]?[jt]s$/.test(name)).map((name) => path.join(folder, name));
  });
  const files = (await Promise.all(folders)).flat().toSorted();
  const texts = await Promise.all([...files, 'package-lock.json'].map((name) => readFile(path.join(TOP, name))));
  for (const [at, text] of texts.entries()) hash.update(`${files[at]}:${text.length}:`).update(text);
  return path.join(DIST, `workflows-${encryption}-${hash.digest('hex').slice(0, 16)}.js`);
}
