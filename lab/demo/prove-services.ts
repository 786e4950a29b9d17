import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from '../lab.ts';
import { PEOPLE } from '../people.ts';
import { addressesOf, COMPLETE, LATE, REJECTED } from './applicants.ts';
import { EXEMPT, type Baseline } from './before.ts';
import { RESTORED } from './bring-back.ts';
import { expectTrue, expectSame, type Claim } from './claim.ts';

const APPROVERS = ['alice', 'bob', 'carol'];
/** Mails besides notice and deadline: `ready`; `answer the survey`, `ready`; `ask to join`, `rejected`; `restored`. */
const FURTHER = new Map([
  [COMPLETE.user, 1],
  [LATE.user, 2],
  [REJECTED.user, 2],
  [RESTORED, 1],
]);

/** Claims about R1, R6 and R7 on the ID server, in the mailboxes, and in the homepage's repository. */
export function serviceClaims(lab: Lab, before: Baseline): readonly Claim[] {
  const { idServer, smtp, git, homepage } = lab.services;
  return [
    {
      claim: 'the group holds the exempt and the accepted accounts, no old member',
      async check() {
        const members = await idServer.members();
        expectSame('members', members, [EXEMPT, COMPLETE.user, LATE.user]);
        return `${members.join(', ')}; ${before.members.length - 1} were removed`;
      },
    },
    {
      claim: 'the rejected applicant is not a member',
      async check() {
        const pending = await idServer.pending();
        const waiting = PEOPLE.filter((one) => one.pending && !one.member).map(({ user }) => user);
        expectSame('pending', pending, waiting);
        return `${REJECTED.user} never requested to join; pending from before: ${pending.join(', ')}`;
      },
    },
    {
      claim: 'everyone received the right mails, none twice',
      async check() {
        const mails = await smtp.mails();
        const ids = mails.map(({ messageId = '' }) => messageId);
        expectTrue(new Set(ids).size === ids.length, `${ids.length - new Set(ids).size} mails came twice`);
        const got = mails.flatMap(addressesOf);
        const wrong = PEOPLE.filter(({ email }) => email !== null).flatMap(({ user, email }) => {
          const notices = before.members.includes(user) && user !== EXEMPT ? 2 : 0;
          const expected = notices + (FURTHER.get(user) ?? 0);
          const count = got.filter((address) => address === email).length;
          return count === expected ? [] : [`${user} got ${count} instead of ${expected}`];
        });
        expectTrue(wrong.length === 0, wrong.join(', '));
        return `${mails.length} mails, as many Message-IDs; notice and deadline to each old member with an address`;
      },
    },
    {
      claim: 'accepted applicants received a mail about anaconda and Docker',
      async check() {
        const mails = await smtp.mails();
        for (const { user, email } of [COMPLETE, LATE]) {
          const ready = mails.filter(
            (mail) => addressesOf(mail).includes(email ?? '') && mail.text?.includes('conda create'),
          );
          expectTrue(ready.length === 1, `${user} got ${ready.length} such mails`);
          expectTrue(
            ready[0]?.text?.includes('add-me-to-docker-user') === true,
            `the mail to ${user} does not mention Docker`,
          );
        }
        return `${COMPLETE.user} and ${LATE.user}, once each`;
      },
    },
    {
      claim: 'the post is in the homepage',
      async check() {
        const folder = path.join(await git.checkout(), '_posts');
        const posts = (await readdir(folder)).filter((name) => name !== '2026-08-31-gpu.md');
        expectTrue(posts.length === 1, `new posts: ${posts.join(' ') || 'none'}`);
        const text = await readFile(path.join(folder, posts[0]!), 'utf8');
        for (const part of ['/survey', `${idServer.url}/group`, 'gpu-agreement', 'RTX 3090', '+0900'])
          expectTrue(text.includes(part), `${posts[0]} does not mention ${part}`);
        return `_posts/${posts[0]}`;
      },
    },
    {
      claim: 'Jekyll built its page, with links to survey and group',
      async check() {
        const [path, ...more] = (await homepage.posts()).filter((one) => !one.startsWith('/2026/08/31/'));
        expectTrue(path !== undefined && more.length === 0, `new pages: ${[path, ...more].join(' ') || 'none'}`);
        const html = await (await fetch(`${homepage.url}${path}`)).text();
        for (const part of ['/survey"', `href="${idServer.url}/group"`, '<li>RTX 3090 2개 (', '<li>asahi</li>'])
          expectTrue(html.includes(part), `${path} does not show ${part}`);
        return `${homepage.url}${path}`;
      },
    },
    {
      claim: 'the closing report reached every approver',
      async check() {
        const reports = (await smtp.mails()).filter(({ text }) =>
          /Semester demo is finished\.|demo 학기 작업을 모두 마쳤습니다\./.test(text ?? ''),
        );
        expectSame(
          'reports',
          reports.flatMap(addressesOf),
          APPROVERS.map((name) => `${name}@example.org`),
        );
        return APPROVERS.join(', ');
      },
    },
  ];
}
