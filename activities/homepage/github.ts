import { Octokit } from '@octokit/rest';
import { githubRepository, type HomepageConfig } from '../../domain/reopen-config.ts';
import { refuse, tryAgain } from '../failures.ts';
import { cancellation } from '../hosts/remote/activity-context.ts';

const ANSWER_MS = 30_000;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The homepage's repository on GitHub. */
export interface GitHub {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/**
 * A client of the homepage's repository.
 * @throws ApplicationFailure `ConfigInvalid` without a token, or if not on GitHub
 */
export function openGitHub(homepage: HomepageConfig, token: string | undefined): GitHub {
  const place = githubRepository(homepage.repository);
  if (place === null) throw refuse('ConfigInvalid', `homepage: ${homepage.repository} is no repository on GitHub`);
  if (token === undefined)
    throw refuse('ConfigInvalid', 'homepage: publish: pull-request needs SEMESTER_GITHUB_TOKEN: set it for the worker');
  const request = { fetch: (url: string, init: RequestInit) => fetch(url, { ...init, signal: signalOf() }) };
  return { octokit: new Octokit({ auth: token, baseUrl: homepage.githubApi, log: silent, request }), ...place };
}

function signalOf(): AbortSignal {
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(ANSWER_MS);
  return cancelled ? AbortSignal.any([cancelled, deadline]) : deadline;
}

interface GitHubError {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

/** Calls GitHub and converts its error to an `ApplicationFailure`. With `absent`, a 404 returns null. */
export async function callGitHub<T>(what: string, act: () => Promise<T>): Promise<T>;
export async function callGitHub<T>(what: string, act: () => Promise<T>, absent: 'null'): Promise<T | null>;
export async function callGitHub<T>(what: string, act: () => Promise<T>, absent?: 'null'): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    cancellation()?.throwIfAborted();
    const { status, message = '', response } = error as GitHubError;
    if (status === 404 && absent) return null;
    throw failureOf(
      `homepage: GitHub, ${what}`,
      status,
      message.split('\n')[0]?.slice(0, 300) ?? '',
      response?.headers,
    );
  }
}

function failureOf(
  place: string,
  status: number | undefined,
  said: string,
  headers: NonNullable<GitHubError['response']>['headers'] = {},
) {
  const limited =
    status === 429 ||
    (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'));
  if (limited || status === undefined || status >= 500)
    return tryAgain('Unreachable', `${place}: ${status ?? 'no answer'}`, undefined, retryAfterMs(headers));
  if (status === 401)
    return refuse('ConfigInvalid', `${place}: 401: GitHub rejects SEMESTER_GITHUB_TOKEN: create a new token`);
  if (status === 403 || status === 404)
    return refuse(
      'ConfigInvalid',
      `${place}: ${status} ${said}: the token needs this repository, with contents and pull requests to read and write`,
    );
  // Another commit came first. The retry reads the branch again.
  if (status === 409) return tryAgain('VerificationFailed', `${place}: 409 ${said}`);
  return refuse('CommandFailed', `${place}: ${status} ${said}`);
}

function retryAfterMs(headers: Readonly<Record<string, string | number | undefined>>): number | undefined {
  const seconds = Number(headers['retry-after']);
  if (seconds > 0) return seconds * 1000;
  const reset = Number(headers['x-ratelimit-reset']) * 1000 - Date.now();
  return reset > 0 ? reset : undefined;
}

/** Checks that the token may write to the repository; returns its name and the commit of the branch. @throws as `callGitHub` */
export async function githubRights(
  { octokit, owner, repo }: GitHub,
  branch: string,
): Promise<{ readonly repository: string; readonly commit: string }> {
  const { data } = await callGitHub('read the repository', () => octokit.repos.get({ owner, repo }));
  if (data.permissions?.push !== true)
    throw refuse('ConfigInvalid', `homepage: SEMESTER_GITHUB_TOKEN may not write to ${owner}/${repo}`);
  const head = await callGitHub('read the branch', () => octokit.repos.getBranch({ owner, repo, branch }), 'null');
  if (head === null) throw refuse('ConfigInvalid', `homepage: there is no branch ${branch}`);
  return { repository: `${owner}/${repo}`, commit: head.data.commit.sha.slice(0, 10) };
}
