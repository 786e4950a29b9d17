import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from '../lab.ts';
import { PEOPLE } from '../people.ts';
import { addressesOf, COMPLETE, LATE, REJECTED } from './applicants.ts';
import { KEPT, type Before } from './before.ts';
import { RETURNING } from './bring-back.ts';
import { holds, same, type Claim } from './claim.ts';

const APPROVERS = ['alice', 'bob', 'carol'];
/** Beside notice and deadline: `ready`; `ready` after `answer the survey`; `ask to join` and `rejected`; `restored`. */
const FURTHER = new Map([
  [COMPLETE.user, 1],
  [LATE.user, 2],
  [REJECTED.user, 2],
  [RETURNING, 1],
]);

/** R1, R6 and R7 on the ID server, in the mailboxes, in the homepage's repository. */
export function serviceClaims(lab: Lab, before: Before): readonly Claim[] {
  const { idServer, smtp, git, homepage } = lab.services;
  return [
    {
      claim: 'the group holds who is kept and who applied, no old member',
      async look() {
        const members = await idServer.members();
        same('members', members, [KEPT, COMPLETE.user, LATE.user]);
        return `${members.join(', ')}; ${before.members.length - 1} were removed`;
      },
    },
    {
      claim: 'who did not complete the application is no member',
      async look() {
        const pending = await idServer.pending();
        const waiting = PEOPLE.filter((one) => one.pending && !one.member).map(({ user }) => user);
        same('pending', pending, waiting);
        return `${REJECTED.user} never asked to join, and was rejected; pending from before: ${pending.join(', ')}`;
      },
    },
    {
      claim: 'everybody was mailed what they should be, nothing twice',
      async look() {
        const mails = await smtp.mails();
        const ids = mails.map(({ messageId = '' }) => messageId);
        holds(new Set(ids).size === ids.length, `${ids.length - new Set(ids).size} mails came twice`);
        const got = mails.flatMap(addressesOf);
        const wrong = PEOPLE.filter(({ email }) => email !== null).flatMap(({ user, email }) => {
          const told = before.members.includes(user) && user !== KEPT ? 2 : 0;
          const expected = told + (FURTHER.get(user) ?? 0);
          const count = got.filter((address) => address === email).length;
          return count === expected ? [] : [`${user} got ${count} instead of ${expected}`];
        });
        holds(wrong.length === 0, wrong.join(', '));
        return `${mails.length} mails, as many Message-IDs; notice and deadline to each old member with an address`;
      },
    },
    {
      claim: 'who was accepted was told so, with help for anaconda and Docker',
      async look() {
        const mails = await smtp.mails();
        for (const { user, email } of [COMPLETE, LATE]) {
          const ready = mails.filter(
            (mail) => addressesOf(mail).includes(email ?? '') && mail.text?.includes('conda create'),
          );
          holds(ready.length === 1, `${user} got ${ready.length} such mails`);
          holds(ready[0]?.text?.includes('add-me-to-docker-user') === true, `${user} was not told about Docker`);
        }
        return `${COMPLETE.user} and ${LATE.user}, once each`;
      },
    },
    {
      claim: 'the post is in the homepage',
      async look() {
        const folder = path.join(await git.checkout(), '_posts');
        const posts = (await readdir(folder)).filter((name) => name !== '2026-08-31-gpu.md');
        holds(posts.length === 1, `new posts: ${posts.join(' ') || 'none'}`);
        const text = await readFile(path.join(folder, posts[0]!), 'utf8');
        for (const part of ['/survey', `${idServer.url}/group`, 'gpu-agreement', 'RTX 3090', '+0900'])
          holds(text.includes(part), `${posts[0]} does not mention ${part}`);
        return `_posts/${posts[0]}`;
      },
    },
    {
      claim: 'Jekyll has built its page, which links survey and group',
      async look() {
        const [path, ...more] = (await homepage.posts()).filter((one) => !one.startsWith('/2026/08/31/'));
        holds(path !== undefined && more.length === 0, `new pages: ${[path, ...more].join(' ') || 'none'}`);
        const html = await (await fetch(`${homepage.url}${path}`)).text();
        for (const part of ['/survey"', `href="${idServer.url}/group"`, '<td>RTX 3090 × 2</td>', '</table>'])
          holds(html.includes(part), `${path} does not show ${part}`);
        return `${homepage.url}${path}`;
      },
    },
    {
      claim: 'the closing report reached every approver',
      async look() {
        const reports = (await smtp.mails()).filter(({ text }) =>
          /Semester demo is finished\.|demo 학기 작업을 모두 마쳤습니다\./.test(text ?? ''),
        );
        same(
          'reports',
          reports.flatMap(addressesOf),
          APPROVERS.map((name) => `${name}@example.org`),
        );
        return APPROVERS.join(', ');
      },
    },
  ];
}
