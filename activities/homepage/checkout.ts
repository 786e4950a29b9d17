import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GitError, simpleGit, type SimpleGit } from 'simple-git';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import { beat, cancellation } from '../hosts/remote/activity-context.ts';
import { withoutCredentials } from './repository.ts';

/** A short-lived clone of the homepage. */
export interface Checkout {
  /** The file on the remote's branch; null if there is none. */
  read(path: string): Promise<string | null>;
  /** The last commit that touched the file: 40 hex digits; empty if there is none. */
  commitOf(path: string): Promise<string>;
  /** Lines by which `content` differs from the file on the remote, `+` and `-`; at most `limit`. */
  difference(path: string, content: string, limit: number): Promise<readonly string[]>;
  /** Commits the file and pushes. `raced`: another push came first; the clone is reset to the remote's state. */
  push(path: string, content: string, message: string): Promise<'pushed' | 'raced'>;
}

const SILENCE_MS = 60_000;
const BEAT_MS = 10_000;
/**
 * The variables that git needs. No others pass, so that none redirects it. Keys and proxies belong into git's own
 * files.
 */
const ENVIRONMENT = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'http_proxy', 'https_proxy'];
const RACED = /\[rejected\]|non-fast-forward|fetch first|cannot lock ref|failed to update ref|stale info/i;
/** A rule or hook of the server. A race with another push is `RACED`. */
const REFUSED = /\[remote rejected\]|hook declined|protected branch|GH0\d\d:/i;
const NO_BRANCH = /remote branch .* not found/i;
const DENIED = /authentication failed|permission denied|could not read (username|password)|access denied|\b40[13]\b/i;

/**
 * Clones the homepage into a new folder below the site's state folder, runs `work` with it, and removes it.
 * @throws ApplicationFailure `Unreachable` (retryable); `CommandFailed` (not retryable) if access is denied
 */
export async function withCheckout<T>(site: Site, work: (checkout: Checkout) => Promise<T>): Promise<T> {
  const { repository, branch } = site.homepage;
  const parent = join(site.stateDir, 'homepage');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(parent, 'clone-'));
  const git = openGit(dir, site);
  // Heartbeats by a timer, so that a slow server does not look like a dead worker.
  const heart = setInterval(() => beat({ repository: withoutCredentials(repository) }), BEAT_MS);
  try {
    await runGit(repository, () => git.clone(repository, dir, ['--single-branch', '--no-tags', '--branch', branch]));
    return await work(checkoutOf(git, dir, site));
  } finally {
    clearInterval(heart);
    await rm(dir, { recursive: true, force: true });
  }
}

/** git in `dir`, as the site's author, with only the variables in `ENVIRONMENT`. */
export function openGit(
  dir: string,
  { homepage: { author } }: { readonly homepage: Pick<Site['homepage'], 'author'> },
): SimpleGit {
  const signal = cancellation();
  const env = Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return simpleGit({
    baseDir: dir,
    ...(signal && { abort: signal }),
    timeout: { block: SILENCE_MS },
    allowEnvironment: ['GIT_TERMINAL_PROMPT'],
    config: [
      // Keeps files byte for byte. Symbolic links in the repository cannot lead out of the clone.
      'core.autocrlf=false',
      'core.symlinks=false',
      'core.quotePath=false',
      `user.name=${author.name}`,
      `user.email=${author.email}`,
      'commit.gpgSign=false',
    ],
  }).env({ ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' });
}

function checkoutOf(git: SimpleGit, dir: string, site: Site): Checkout {
  const { repository, branch } = site.homepage;
  const remote = `origin/${branch}`;

  const exists = async (path: string) => (await git.raw(['ls-tree', '--name-only', remote, '--', path])).trim() !== '';
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  };

  return {
    read: async (path) => ((await exists(path)) ? await git.raw(['cat-file', 'blob', `${remote}:${path}`]) : null),
    commitOf: async (path) => (await git.raw(['log', '-1', '--format=%H', remote, '--', path])).trim(),
    difference: async (path, content, limit) => {
      await write(path, content);
      const lines = (await git.raw(['diff', '--no-ext-diff', '-U0', remote, '--', path])).split('\n');
      return lines.filter((line) => /^[+-](?!\+\+ |-- )/.test(line)).slice(0, limit);
    },
    push: async (path, content, message) => {
      await write(path, content);
      await git.add(['--', path]);
      await git.commit(message, [path]);
      const outcome = await runGit(repository, async () => {
        try {
          await git.push(['origin', `HEAD:refs/heads/${branch}`]);
          return 'pushed' as const;
        } catch (error) {
          if (error instanceof GitError && RACED.test(error.message)) return 'raced' as const;
          throw error;
        }
      });
      await runGit(repository, () => git.fetch(['origin', branch]));
      await git.raw(['reset', '--hard', '--quiet', remote]);
      return outcome;
    },
  };
}

/** Runs a git command. Converts its error to a failure without the address's credentials. @throws as `withCheckout` */
export async function runGit<T>(repository: string, act: () => Promise<T>): Promise<T> {
  const place = withoutCredentials(repository);
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const said = withoutCredentials(error.message).trim().split('\n').slice(-5).join(' ').slice(0, 400);
    if (REFUSED.test(error.message))
      throw refuse(
        'CommandFailed',
        `homepage: ${place} refuses the push: ${serverWords(error.message)}; allow the worker's key to push there, or set homepage.publish: pull-request, then retry`,
      );
    if (NO_BRANCH.test(said))
      throw refuse(
        'ConfigInvalid',
        `homepage: ${place}: ${said}; it may have been renamed: set homepage.branch in site.yaml, then retry`,
      );
    if (DENIED.test(said))
      throw refuse('CommandFailed', `homepage: ${place} denies access: ${said}; give the worker a key that may push`);
    throw tryAgain('Unreachable', `homepage: git cannot reach ${place}: ${said}`);
  }
}

/** What the server itself said: the lines that git marks with `remote:`, and the reason in brackets. */
function serverWords(output: string): string {
  const lines = withoutCredentials(output).split('\n');
  const said = lines.flatMap((line) => /^remote:\s*(\S.*?)\s*$/.exec(line)?.[1] ?? []);
  const reason = lines.find((line) => /\[remote rejected\]/.test(line))?.trim() ?? '';
  return [...said.slice(0, 8), reason].join(' ').trim().slice(0, 600);
}
