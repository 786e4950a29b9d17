import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { openGit, runGit } from './checkout.ts';

/**
 * Checks that the homepage's branch exists and the worker may push: a dry run against an unused branch, which asks the
 * server for write access and sends nothing. Returns the commit of the branch.
 * @throws ApplicationFailure `ConfigInvalid` without the branch; `CommandFailed` if access is denied; `Unreachable`
 */
export async function pushRights(site: Site): Promise<string> {
  const { repository, branch } = site.homepage;
  const dir = await mkdtemp(join(tmpdir(), 'semester-push-'));
  try {
    const git = openGit(dir, site);
    await git.init(['--quiet']);
    const heads = await runGit(repository, () => git.listRemote(['--heads', repository, `refs/heads/${branch}`]));
    if (heads.trim() === '') throw refuse('ConfigInvalid', `homepage: there is no branch ${branch}`);
    await git.raw(['commit', '--quiet', '--allow-empty', '--message', 'dry run']);
    await runGit(repository, () => git.raw(['push', '--dry-run', repository, 'HEAD:refs/heads/semester-dry-run']));
    return heads.slice(0, 10);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
