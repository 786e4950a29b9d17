import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { notifyWebhook, webhookProblem } from '../../../activities/approvals/webhook.ts';
import type { WebhookMessage } from '../../../activities/approvals/contract.ts';
import type { Site } from '../../../domain/site.ts';
import { holdsContract } from '../../support/contract.ts';

const MESSAGE: WebhookMessage = {
  workflow: 'semester/2027-spring',
  semester: '2027-spring',
  kind: 'reminder',
  about: 'wipe',
  round: 2,
  counts: { homes: 36 },
  commands: ['semester approve 2027-spring wipe --by YOU'],
};
const notify = (url: string | undefined, webhook = true) =>
  holdsContract({ notifyWebhook: notifyWebhook({ site: async () => ({ notify: { webhook } }) as Site, url }) })
    .notifyWebhook;

/** A chat server that answers with this status, and the requests that it received. */
async function chat(status: number) {
  const got: { request: IncomingMessage; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ request, body });
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/s3cret` };
}

test('posts one JSON object with a text, as Slack and Mattermost expect', async () => {
  const { got, url } = await chat(200);
  await notify(url)(MESSAGE);
  expect(got[0]!.request.headers['content-type']).toBe('application/json');
  expect(JSON.parse(got[0]!.body)).toMatchObject({
    text: '[2027-spring] wipe still waits (round 2): homes 36. semester/2027-spring\n`semester approve 2027-spring wipe --by YOU`',
    counts: { homes: 36 },
  });
});

test('posts nothing if the site has no chat', async () => {
  const { got, url } = await chat(200);
  await notify(url, false)(MESSAGE);
  expect(got).toEqual([]);
});

test.each([
  [500, { type: 'Unreachable', nonRetryable: false }],
  [429, { type: 'Unreachable', nonRetryable: false }],
  [404, { type: 'CommandFailed', nonRetryable: true }],
  [302, { type: 'Unreachable', nonRetryable: false }],
])('status %d decides whether to retry, and the error does not contain the address', async (status, failure) => {
  const { url } = await chat(status);
  const error = await notify(url)(MESSAGE).then(
    () => expect.fail('it did not fail'),
    (e: unknown) => e as Error,
  );
  expect(error).toMatchObject(failure);
  expect(error.message).not.toContain('s3cret');
});

test.each([
  ['', { kind: 'unset' }],
  ['hooks.example.org/T0/s3cret', { kind: 'invalid' }],
  ['//hooks.example.org/s3cret', { kind: 'invalid' }],
  ['https://', { kind: 'invalid' }],
  ['https:// hooks.example.org/s3cret', { kind: 'invalid' }],
  ['http://hooks.example.org/s3cret', { kind: 'not-https', protocol: 'http:' }],
  ['HTTP://hooks.example.org/s3cret', { kind: 'not-https', protocol: 'http:' }],
  ['http://127.0.0.1.example.org/s3cret', { kind: 'not-https', protocol: 'http:' }],
  ['http://localhost.example.org/s3cret', { kind: 'not-https', protocol: 'http:' }],
  ['ws://hooks.example.org/s3cret', { kind: 'not-https', protocol: 'ws:' }],
  ['ftp://hooks.example.org/s3cret', { kind: 'not-https', protocol: 'ftp:' }],
  ['file:///s3cret', { kind: 'not-https', protocol: 'file:' }],
  ['mailto:s3cret@example.org', { kind: 'not-https', protocol: 'mailto:' }],
  ['javascript:s3cret', { kind: 'not-https', protocol: 'javascript:' }],
])('the address %j is refused before anything is sent, without the address', async (url, why) => {
  expect(webhookProblem(url)).toEqual(why);
  const error = await notify(url)(MESSAGE).then(
    () => expect.fail('it did not fail'),
    (e: unknown) => e as Error,
  );
  expect(error).toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
  expect(error.message).toMatch(/set SEMESTER_WEBHOOK_URL/);
  expect(error.message).not.toContain('s3cret');
});

test.each([
  'https://hooks.example.org/x',
  'HTTPS://hooks.example.org:8443/x',
  'http://[::1]:8065/x',
  'http://localhost/x',
])('the address %s is one of a webhook', (url) => expect(webhookProblem(url)).toBeNull());

test('no server listens, or there is no address', async () => {
  await expect(notify('http://127.0.0.1:9/s3cret')(MESSAGE)).rejects.toMatchObject({
    type: 'Unreachable',
  });
  await expect(notify(undefined)(MESSAGE)).rejects.toMatchObject({ type: 'ConfigInvalid' });
});
