import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { BUILD_RECORD, isFresh, readBuildRecord, sourcesState, type BuildRecord } from '../client/build-record.ts';
import { workflowFile } from '../worker/workflow-file.ts';

const TOP = path.join(import.meta.dirname, '..');
const DIST = path.join(TOP, 'dist');

/** The programs of the build. */
export const PROGRAMS = {
  semester: path.join(DIST, 'client', 'semester.js'),
  worker: path.join(DIST, 'worker', 'semester-worker.js'),
} as const;

/** Folders whose files beside TypeScript the program reads: scripts, templates, pages. */
const WITH_FILES = ['activities', 'client', 'codec', 'config', 'templates'];

/** What a workflow bundle is made from, besides the packages. */
const WORKFLOW_SOURCES = ['workflows', 'domain', 'codec'];

const ENCRYPTIONS = ['required', 'off'] as const;

/** The workflows as the build has them. */
export const workflowFileOf = (encryption: (typeof ENCRYPTIONS)[number]): string => workflowFile(DIST, encryption);

/**
 * Makes `dist/` unless it is of these sources: the program as plain JavaScript with what it reads beside it, and the workflow bundles.
 * `npm run lint` checks types; the build does not.
 * @throws Error with the compiler's or webpack's words
 */
export async function build(): Promise<void> {
  if (isFresh(DIST)) return;
  const record: BuildRecord = { sources: sourcesState(TOP), workflows: await digestOfWorkflows() };
  const place = path.join(TOP, 'node_modules', '.cache');
  await mkdir(place, { recursive: true });
  // A program that starts meanwhile finds the whole build or the old one.
  const aside = await mkdtemp(path.join(place, 'build-'));
  const next = path.join(aside, 'dist');
  try {
    await Promise.all([compile(next), copyFiles(next)]);
    await writeCommandList(next);
    if (readBuildRecord(DIST)?.workflows === record.workflows) await copyWorkflows(next);
    else await bundleWorkflows(next);
    for (const program of Object.values(PROGRAMS)) await chmod(path.join(next, path.relative(DIST, program)), 0o755);
    await writeFile(path.join(next, BUILD_RECORD), JSON.stringify(record));
    await rename(DIST, path.join(aside, 'old')).catch(() => undefined);
    await rename(next, DIST);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const compile = (folder: string) =>
  execa('tsc', ['--project', 'tsconfig.build.json', '--outDir', folder], { cwd: TOP, preferLocal: true, all: true });

async function writeCommandList(folder: string): Promise<void> {
  const [{ COMMAND_LIST, listCommands }, { terminalIo }] = await Promise.all([
    import('../client/main.ts'),
    import('../client/io.ts'),
  ]);
  await writeFile(path.join(folder, 'client', COMMAND_LIST), JSON.stringify(await listCommands(terminalIo())));
}

async function copyFiles(folder: string): Promise<void> {
  const isRead = (file: string) => !/\.ts$|[.]schema[.]json$/.test(file);
  for (const name of WITH_FILES)
    await cp(path.join(TOP, name), path.join(folder, name), { recursive: true, filter: isRead });
}

async function copyWorkflows(folder: string): Promise<void> {
  for (const one of ENCRYPTIONS) await cp(workflowFile(DIST, one), workflowFile(folder, one));
}

/** With encryption, error messages are encrypted too; else the UI shows them as plain text. */
async function bundleWorkflows(folder: string): Promise<void> {
  // Only here: loading webpack takes a second.
  const [{ bundleWorkflowCode, DefaultLogger }, { failureConverterPath }] = await Promise.all([
    import('@temporalio/worker'),
    import('../codec/data-converter.ts'),
  ]);
  for (const one of ENCRYPTIONS) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: path.join(TOP, 'workflows', 'index.ts'),
      workflowInterceptorModules: [path.join(TOP, 'workflows', 'interceptors.ts')],
      payloadConverterPath: path.join(TOP, 'codec', 'payload-converter.ts'),
      logger: new DefaultLogger('WARN'),
      // Stack traces name the sources from the top of the checkout, wherever it lies: two builds are the same.
      webpackConfigHook: (config) => ({
        ...config,
        context: TOP,
        devtool: 'inline-nosources-cheap-module-source-map',
        output: {
          ...config.output,
          filename: 'workflows.js',
          devtoolModuleFilenameTemplate: (source: { absoluteResourcePath: string }) =>
            source.absoluteResourcePath.replaceAll(`${TOP}${path.sep}`, ''),
        },
      }),
      ...(one === 'required' && { failureConverterPath }),
    });
    await writeFile(workflowFile(folder, one), code);
  }
}

async function digestOfWorkflows(): Promise<string> {
  const hash = createHash('sha256');
  const folders = WORKFLOW_SOURCES.map(async (folder) => {
    const names = await readdir(path.join(TOP, folder), { recursive: true });
    return names.filter((name) => /\.[cm]?[jt]s$/.test(name)).map((name) => path.join(folder, name));
  });
  const files = (await Promise.all(folders)).flat().toSorted();
  const own = path.relative(TOP, import.meta.filename);
  const texts = [...files, own, 'package-lock.json'].map((name) => readFile(path.join(TOP, name)));
  for (const [at, text] of (await Promise.all(texts)).entries())
    hash.update(`${files[at]}:${text.length}:`).update(text);
  return hash.digest('hex');
}
