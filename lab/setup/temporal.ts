import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { onPath, SetupError } from './apt.ts';
import { cached, cacheFolder, type Progress } from './cache.ts';
import { goCommand, goInstall } from './go.ts';

/** The newest version that `go install` takes: later ones replace modules in their go.mod. */
const VERSION = '1.5.1';
const CACHED = `temporal-${VERSION}`;

/** Temporal's own download, as the SDK does it; false where that server does not answer. */
async function download(target: string, progress: Progress): Promise<boolean> {
  progress(`Downloading Temporal's development server`);
  const folder = await mkdtemp(path.join(cacheFolder, '.download-'));
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const executable = { type: 'cached-download', version: `v${VERSION}`, downloadDir: folder } as const;
    const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    await environment.teardown();
    const [file] = (await readdir(folder)).filter((name) => name.startsWith('temporal'));
    if (file === undefined) return false;
    await rename(path.join(folder, file), target);
    await chmod(target, 0o755);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compiles the server: 3 to 7 minutes on two cores. */
async function compile(folder: string, progress: Progress): Promise<void> {
  const go = await goCommand();
  if (go === null) {
    throw new SetupError(
      'There is no Temporal server: its download did not answer and there is no Go compiler to build it. Put the `temporal` command (https://docs.temporal.io/cli) on PATH, set TEMPORAL_ADDRESS to a server, or install Go 1.23 or newer; then run this again.',
    );
  }
  const title = "Building Temporal's server, once, 3 to 7 minutes";
  await goInstall({ go, programs: [`github.com/temporalio/cli/cmd/temporal@v${VERSION}`], folder, title, progress });
}

/**
 * Path of the `temporal` command: on PATH, in the cache folder, downloaded, or built with Go into the cache folder.
 * `progress` says which.
 * @throws SetupError when none of these works.
 */
export async function temporalCommand(progress: Progress = () => {}): Promise<string> {
  const there = await onPath('temporal');
  if (there !== null) {
    progress(`Temporal: ${there}`);
    return there;
  }
  const folder = await cached(CACHED, async (aside) => {
    if (await download(path.join(aside, 'temporal'), progress)) return;
    await compile(aside, progress);
  });
  const command = path.join(folder, 'temporal');
  progress(`Temporal: ${command}`);
  return command;
}
