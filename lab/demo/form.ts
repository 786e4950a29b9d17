import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const PAGE = `<!doctype html><html lang="ko"><meta charset="utf-8"><title>GPU 서버 계정 신청 설문</title>
<h1>GPU 서버 계정 신청 설문</h1><p>아이디, 학번, 이메일, Docker 사용, 약관 동의</p></html>`;

/** Serves a page in place of the survey form: the post needs an address that responds. */
export async function serveForm(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/survey`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
