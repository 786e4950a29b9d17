import { execa } from 'execa';
import { onPath, SetupError } from './apt.ts';
import { exists, type Progress } from './cache.ts';
import { elapsed, withElapsed } from './elapsed.ts';

/** The Go compiler, also where its own archive installs it without a place on PATH; null where there is none. */
export async function goCommand(): Promise<string | null> {
  const usual = '/usr/local/go/bin/go';
  return (await onPath('go')) ?? ((await exists(usual)) ? usual : null);
}

/**
 * Builds Go programs (`module/path@version`) into `folder`. `-v` names each package, which is the only progress there is.
 * @param title what is built and how long it takes, for people who wait
 * @throws SetupError with the compiler's last line, after a second try
 */
export async function goInstall(a: {
  go: string;
  programs: readonly string[];
  folder: string;
  title: string;
  progress: Progress;
}): Promise<void> {
  const build = async (again: boolean) => {
    let packages = 0;
    const title = `${a.title}${again ? ' (second try)' : ''}`;
    const child = execa(a.go, ['install', '-v', ...a.programs], {
      env: { GOBIN: a.folder },
      reject: false,
      stdin: 'ignore',
    });
    child.stderr.on('data', (chunk: Buffer) => (packages += chunk.toString().split('\n').length - 1));
    a.progress(title);
    return withElapsed((since) => a.progress(`${title}: ${elapsed(since)}, ${packages} packages`), child);
  };
  let result = await build(false);
  // A module proxy that times out on one of 300 modules answers the second time, and what was built is kept.
  if (result.exitCode !== 0) result = await build(true);
  if (result.exitCode !== 0) {
    throw new SetupError(
      `Go could not build Temporal's server: ${result.stderr.trim().split('\n').at(-1)}. Check the network (GOPROXY), or put the \`temporal\` command on PATH; then run this again.`,
    );
  }
}
