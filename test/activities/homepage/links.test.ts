import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenLinks, linksOf, openAddress } from '../../../activities/homepage/links.ts';

const BASE = 'https://example.org';

test.each([
  ['a link', '[a](https://x.org/a)', ['https://x.org/a']],
  ['a link with a title', '[a](https://x.org/a "A")', ['https://x.org/a']],
  [
    'a link in a list, in bold, in a table',
    '- **[a](https://x.org/a)**\n\n|a|\n|-|\n|[b](https://x.org/b)|\n',
    ['https://x.org/a', 'https://x.org/b'],
  ],
  ['an address in brackets', '<https://x.org/a>', ['https://x.org/a']],
  ['a bare address', 'See https://x.org/a.', ['https://x.org/a']],
  ['a link by reference', '[a][1]\n\n[1]: https://x.org/a', ['https://x.org/a']],
  ['a picture', '![a](/a.png)', ['https://example.org/a.png']],
  ['a page of the homepage', '[a](/terms/)', ['https://example.org/terms/']],
  ['the same link twice', '[a](https://x.org/) [b](https://x.org/)', ['https://x.org/']],
  ['an address with Korean letters', '[a](https://x.org/약관)', ['https://x.org/%EC%95%BD%EA%B4%80']],
  ['no mail address', '<gpu@example.org> [a](mailto:gpu@example.org)', []],
  ['no place of the page', '[a](#docker)', []],
  ['no code', '`https://x.org/a`\n\n```sh\ncurl https://x.org/b\n```\n', []],
  ['no front matter', '---\nurl: https://x.org/a\n---\n\ntext', []],
  ['no empty link', '[a]()', [`${BASE}/`]],
])('linksOf finds %s', (_, content, urls) => {
  expect(linksOf(content, BASE)).toEqual(urls);
});

const server = createServer(({ url }, response) => {
  if (url === '/moved') return response.writeHead(302, { location: '/page' }).end();
  if (url === '/hang') return undefined;
  return response.writeHead(Number(url?.slice(1)) || 200).end('page');
});
let at: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('brokenLinks names what does not open; a redirect opens, and a page with a login exists', async () => {
  const urls = ['/page', '/moved', '/401', '/403', '/404', '/500'].map((path) => `${at}${path}`);
  expect(await brokenLinks([...urls, 'http://127.0.0.1:1/'], openAddress)).toEqual([
    { url: `${at}/403`, why: '403' },
    { url: `${at}/404`, why: '404' },
    { url: `${at}/500`, why: '500' },
    { url: 'http://127.0.0.1:1/', why: expect.stringMatching(/ECONNREFUSED|cannot be opened/) },
  ]);
});

test('an address that never answers is named after its time', async () => {
  expect(await openAddress(`${at}/hang`, 50)).toEqual({ failed: 'no answer in time' });
});
