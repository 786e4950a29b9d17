import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { execa } from 'execa';
import { againIfAsked } from './again.ts';
import type { LabHomepage } from './types.ts';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.css': 'text/css', '.xml': 'application/xml' };

/**
 * Builds `main` of the repository `bare` with Jekyll after each push, and serves it, like GitHub Pages. Serves the old
 * site until the build is done, and if it fails; output of Jekyll is in `dir/jekyll.log`.
 */
export async function startHomepage(a: { dir: string; bare: string; address: string }): Promise<LabHomepage> {
  const head = async () => (await execa('git', ['rev-parse', 'main'], { cwd: a.bare })).stdout;
  const log = join(a.dir, 'jekyll.log');
  let site = '';
  let built = '';
  let ended = false;

  async function build(): Promise<void> {
    const commit = await head();
    if (commit !== built && !ended) {
      const work = await mkdtemp(join(a.dir, 'jekyll-'));
      const archive = ['archive', '--format=tar', commit];
      await execa('git', archive, { cwd: a.bare, encoding: 'buffer' }).pipe('tar', ['-x', '-C', work]);
      const output = join(a.dir, `site-${commit}`);
      const flags = ['--source', work, '--destination', output, '--disable-disk-cache'];
      const { exitCode } = await execa('jekyll', ['build', ...flags], {
        env: { JEKYLL_ENV: 'production', LC_ALL: 'C.UTF-8' },
        reject: false,
        all: true,
        stdout: { file: log, append: true },
        stderr: { file: log, append: true },
      });
      await rm(work, { recursive: true, force: true });
      built = commit;
      if (exitCode === 0) site = output;
    }
  }
  const rebuild = againIfAsked(build);

  async function serve({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize(decodeURIComponent(url.replace(/[?#].*$/, '')));
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path);
    const body = await readFile(file).catch(() => null);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    if (body === null || site === '') response.writeHead(404, { 'content-type': 'text/html' }).end('<p>404');
    else response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  }

  const watcher = watch(join(a.bare, 'refs/heads'), () => void rebuild().catch(() => undefined));
  await rebuild();
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, a.address);
  await once(server, 'listening');
  return {
    url: `http://${a.address}:${(server.address() as AddressInfo).port}`,
    async posts() {
      const files = await readdir(site, { recursive: true });
      return files.filter((file) => /^\d{4}\/.*\.html$/.test(file)).map((file) => `/${file}`);
    },
    async end() {
      ended = true;
      watcher.close();
      server.close();
      server.closeAllConnections();
      await rebuild().catch(() => undefined);
    },
  };
}
