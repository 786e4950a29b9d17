import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** GitHub's published REST contract as far as this project uses it: one repository, its branches and pull requests. */
export interface GitHubServer {
  readonly url: string;
  /** Branch → path → text. */
  readonly branches: Map<string, Map<string, string>>;
  readonly pulls: {
    number: number;
    head: string;
    base: string;
    title: string;
    state: 'open' | 'closed';
    merged: boolean;
  }[];
  readonly commits: { branch: string; path: string; message: string; author: string }[];
  readonly asked: string[];
  fail(match: RegExp, status: number, headers?: Record<string, string>): void;
  /** Actions that a person takes in the browser. */
  merge(number: number): void;
  close(number: number): void;
  stop(): Promise<void>;
}

const TOKEN = 'token github_pat_hunter2';
const shaOf = (what: string) => createHash('sha1').update(what).digest('hex');
type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>];
const NOT_FOUND: Reply = [404, { message: 'Not Found' }];

export async function startGitHub(): Promise<GitHubServer> {
  const branches = new Map([['main', new Map<string, string>()]]);
  const pulls: GitHubServer['pulls'] = [];
  const commits: GitHubServer['commits'] = [];
  const asked: string[] = [];
  const faults: { match: RegExp; reply: Reply }[] = [];
  const headOf = (branch: string) => shaOf(`${branch} ${commits.filter((one) => one.branch === branch).length}`);

  function contents(
    method: string,
    path: string,
    query: URLSearchParams,
    body: { branch?: string; [key: string]: unknown },
  ): Reply {
    const branch = body.branch ?? query.get('ref') ?? 'main';
    const files = branches.get(branch);
    if (!files) return NOT_FOUND;
    const there = files.get(path);
    if (method === 'GET') {
      if (there === undefined) return NOT_FOUND;
      // GitHub wraps its base64 into lines.
      const content = Buffer.from(there).toString('base64').replace(/.{60}/g, '$&\n');
      return [200, { type: 'file', encoding: 'base64', content, sha: shaOf(there), path }];
    }
    if (there !== undefined && body['sha'] === undefined) return [422, { message: '"sha" wasn\'t supplied.' }];
    if (there !== undefined && body['sha'] !== shaOf(there)) return [409, { message: `${path} does not match` }];
    files.set(path, Buffer.from(String(body['content']), 'base64').toString());
    const { name } = body['author'] as { name: string };
    commits.push({ branch, path, message: String(body['message']), author: name });
    return [there === undefined ? 201 : 200, { commit: { sha: headOf(branch) } }];
  }

  function pullRequests(method: string, name: string, query: URLSearchParams, body: Record<string, string>): Reply {
    const shown = (one: (typeof pulls)[number]) => ({
      ...one,
      html_url: `https://github.com/bacchus/site/pull/${one.number}`,
    });
    if (method === 'GET' && name !== '') {
      const one = pulls.find(({ number }) => String(number) === name);
      return one ? [200, shown(one)] : NOT_FOUND;
    }
    if (method === 'GET') {
      const head = (query.get('head') ?? '').replace(/^bacchus:/, '');
      return [200, pulls.filter((one) => one.head === head && one.state === (query.get('state') ?? 'open')).map(shown)];
    }
    const { head = '', base = '', title = '' } = body;
    if (!branches.has(head)) return [422, { message: 'Validation Failed' }];
    if (pulls.some((one) => one.head === head && one.state === 'open'))
      return [422, { message: 'A pull request already exists' }];
    const made = { number: pulls.length + 1, head, base, title, state: 'open' as const, merged: false };
    pulls.push(made);
    return [201, shown(made)];
  }

  function reply(method: string, url: URL, body: Record<string, unknown>, authorization: string | undefined): Reply {
    if (authorization !== TOKEN) return [401, { message: 'Bad credentials' }];
    const [, rest] = /^\/repos\/bacchus\/site(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (rest === undefined) return NOT_FOUND;
    if (rest === '') return [200, { permissions: { push: true } }];
    const query = url.searchParams;
    const [, what, name = ''] =
      /^\/(branches|git\/ref\/heads|contents|commits|pulls|git\/refs)\/?(.*)$/.exec(rest) ?? [];
    if (what === 'branches') return branches.has(name) ? [200, { commit: { sha: headOf(name) } }] : NOT_FOUND;
    if (what === 'git/ref/heads') return branches.has(name) ? [200, { object: { sha: headOf(name) } }] : NOT_FOUND;
    if (what === 'git/refs') {
      const branch = String(body['ref']).replace('refs/heads/', '');
      if (branches.has(branch)) return [422, { message: 'Reference already exists' }];
      if (body['sha'] !== headOf('main')) return [422, { message: 'Object does not exist' }];
      branches.set(branch, new Map(branches.get('main')));
      return [201, {}];
    }
    if (what === 'contents') return contents(method, name, query, body);
    if (what === 'commits') {
      const of = commits.filter((one) => one.branch === query.get('sha') && one.path === query.get('path'));
      return [200, of.length > 0 ? [{ sha: headOf(of[0]!.branch) }] : []];
    }
    if (what === 'pulls') return pullRequests(method, name, query, body as Record<string, string>);
    return NOT_FOUND;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const line = `${method} ${request.url}`;
    asked.push(line);
    const body = await text(request);
    const fault = faults.findIndex(({ match }) => match.test(line));
    const json = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
    const url = new URL(request.url ?? '/', 'http://local');
    const [status, answer, headers = {}] =
      fault >= 0 ? faults.splice(fault, 1)[0]!.reply : reply(method, url, json, request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    branches,
    pulls,
    commits,
    asked,
    fail: (match, status, headers = {}) =>
      faults.push({
        match,
        reply: [status, { message: 'made up' }, headers],
      }),
    merge(number) {
      const pull = pulls.find((one) => one.number === number)!;
      Object.assign(pull, {
        state: 'closed',
        merged: true,
      });
      for (const [path, content] of branches.get(pull.head)!) branches.get('main')!.set(path, content);
      commits.push(
        ...commits
          .filter((one) => one.branch === pull.head)
          .map((one) => ({
            ...one,
            branch: 'main',
          })),
      );
    },
    close: (number) => void (pulls.find((one) => one.number === number)!.state = 'closed'),
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
