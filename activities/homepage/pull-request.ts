import type { PostBinding } from '../../domain/gates/publish.ts';
import { diffBindings } from '../../domain/plan-diff.ts';
import type { Proof } from '../../domain/proof.ts';
import type { HomepageConfig } from '../../domain/reopen-config.ts';
import { nothingNew, refuse } from '../failures.ts';
import type { Checkout } from './checkout.ts';
import { callGitHub, type GitHub } from './github.ts';
import { proofOf, type Published } from './publish.ts';

/** Branch of a semester's pull request: the same at each repetition. */
const branchOf = (semester: string) => `gpu-semester/${semester}`;

interface File {
  readonly text: string;
  readonly sha: string;
}

/** A file on a branch, through the API; null if there is none. */
async function fileOn({ octokit, owner, repo }: GitHub, ref: string, path: string): Promise<File | null> {
  const read = () => octokit.repos.getContent({ owner, repo, path, ref });
  const answer = await callGitHub(`read ${path} on ${ref}`, read, 'null');
  if (answer === null) return null;
  if (Array.isArray(answer.data) || answer.data.type !== 'file' || !('content' in answer.data))
    throw refuse('VerificationFailed', `homepage: ${path} on ${ref} is not a file`);
  return { text: Buffer.from(answer.data.content, 'base64').toString(), sha: answer.data.sha };
}

/** The published branch, as `publish.ts` reads it. */
export const remoteOf = (github: GitHub, branch: string): Pick<Checkout, 'read' | 'commitOf'> => ({
  read: async (path) => (await fileOn(github, branch, path))?.text ?? null,
  async commitOf(path) {
    const { octokit, owner, repo } = github;
    const list = () => octokit.repos.listCommits({ owner, repo, sha: branch, path, per_page: 1 });
    return (await callGitHub('read the last commit', list)).data[0]?.sha ?? '';
  },
});

/**
 * Commits the post to a separate branch and opens a pull request; the same post twice is one commit and one pull
 * request. Facts: `{path, commit, bytes, pullRequest}`.
 * @param before the text that the service last published or proposed: only this may be overwritten
 * @throws ApplicationFailure `VerificationFailed` with the difference, if another person's text would be lost
 */
export async function proposePost(
  github: GitHub,
  { author }: Pick<HomepageConfig, 'author'>,
  binding: PostBinding,
  before: Published | null,
  clock: () => Date,
): Promise<Proof<'post'>> {
  const { path, content, title, branch: base, semester } = binding;
  const { octokit, owner, repo } = github;
  const branch = branchOf(semester);
  const ours = (file: File | null) => file === null || (before?.path === path && file.text === before.content);

  const published = await fileOn(github, base, path);
  if (published?.text === content) return await proofOf(remoteOf(github, base), binding, 'found', clock());
  if (!ours(published)) throw conflict(binding, base, published!.text);

  const there = await callGitHub(
    'find the branch',
    () => octokit.git.getRef({ owner, repo, ref: `heads/${branch}` }),
    'null',
  );
  if (there === null) {
    const head = await callGitHub('read the branch', () => octokit.repos.getBranch({ owner, repo, branch: base }));
    const { sha } = head.data.commit;
    await callGitHub('make the branch', () => octokit.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha }));
  }
  const proposed = await fileOn(github, branch, path);
  if (proposed?.text !== content) {
    if (!ours(proposed) && proposed!.text !== published?.text) throw conflict(binding, branch, proposed!.text);
    await callGitHub('write the post', () =>
      octokit.repos.createOrUpdateFileContents({
        owner,
        repo,
        path,
        branch,
        message: `Post: ${title}`,
        content: Buffer.from(content).toString('base64'),
        ...(proposed && { sha: proposed.sha }),
        author: { ...author },
        committer: { ...author },
      }),
    );
    const now = await fileOn(github, branch, path);
    if (now?.text !== content)
      throw refuse('VerificationFailed', `homepage: ${path} on ${branch} is not what was written`);
  }
  const url = await pullRequest(github, base, branch, title, path);
  const proof = await proofOf(
    remoteOf(github, branch),
    binding,
    proposed?.text === content ? 'found' : 'service',
    clock(),
  );
  return { ...proof, summary: `${url} asks to publish ${path}: merge it`, facts: { ...proof.facts, pullRequest: url } };
}

/**
 * Proves that the post of a pull request is on the published branch. No person has to report the merge.
 * @throws ApplicationFailure `NothingNew` (retried silently) while the pull request is open; `VerificationFailed` if it
 * was closed, or merged with another text
 */
export async function proveMerged(
  github: GitHub,
  binding: PostBinding,
  url: string,
  clock: () => Date,
): Promise<Proof<'merged'>> {
  const { path, content, branch } = binding;
  const published = await fileOn(github, branch, path);
  if (published?.text === content) {
    const proof = await proofOf(remoteOf(github, branch), binding, 'found', clock());
    return { ...proof, what: 'merged' };
  }
  const { octokit, owner, repo } = github;
  const pull_number = Number(url.split('/').at(-1));
  const read = () => octokit.pulls.get({ owner, repo, pull_number });
  const { data } = await callGitHub('read the pull request', read);
  if (data.state === 'open') throw nothingNew(`homepage: ${url} waits to be merged`);
  if (data.merged && published !== null) throw conflict(binding, branch, published.text);
  throw refuse(
    'VerificationFailed',
    `homepage: ${url} is closed and ${path} is not on ${branch}: reopen it, then \`retry\``,
  );
}

async function pullRequest(
  { octokit, owner, repo }: GitHub,
  base: string,
  branch: string,
  title: string,
  path: string,
): Promise<string> {
  const head = `${owner}:${branch}`;
  const list = () => octokit.pulls.list({ owner, repo, base, head, state: 'open' });
  const [open] = (await callGitHub('find the pull request', list)).data;
  if (open) return open.html_url;
  const body = `Adds ${path}, as it was approved at gate \`publish\`. Merging it publishes it.`;
  const create = () => octokit.pulls.create({ owner, repo, base, head: branch, title, body });
  return (await callGitHub('make the pull request', create)).data.html_url;
}

function conflict({ path, content }: PostBinding, branch: string, there: string) {
  const { lines } = diffBindings({ [path]: there }, { [path]: content });
  return refuse(
    'VerificationFailed',
    `homepage: ${path} on ${branch} differs from the plan, and the service did not write it; keep it with \`done\`, or restore it and \`retry\`\n${lines.join('\n')}`,
  );
}
