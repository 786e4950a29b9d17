import { expect, test } from 'vitest';
import { renderHandover } from '../../client/commands/handover.ts';
import type { Site } from '../../domain/site.ts';

test('names the approvers, the owner of each secret, what waits and the next dates', () => {
  const text = renderHandover(
    {
      site: 'bacchus',
      approvers: [{ name: 'kim', email: 'kim@example.org' }],
      quorum: { wipe: 2 } as Site['quorum'],
      secrets: [
        { secret: 'SEMESTER_SSH_KEY', owner: null, until: null },
        { secret: 'SEMESTER_SMTP_PASSWORD', owner: 'postmaster', until: '2027-12-31' },
      ],
      running: [
        {
          workflowId: 'semester/2027-spring',
          dates: [['deadline', '2027-02-10T14:59:59Z']],
          waitingFor: [
            {
              key: 'gate:wipe',
              since: '',
              sentence: 'Gate wipe waits for 2 approvals',
              commands: ['semester approve'],
            },
          ],
          silent: null,
        },
        { workflowId: 'applications/2026-fall', dates: [], waitingFor: null, silent: 'no worker answers' },
        { workflowId: 'host/asahi', dates: [], waitingFor: null, silent: 'host/asahi is stuck since yesterday' },
      ],
      closed: [
        {
          check: 'logins',
          title: 'logins',
          where: 'asahi',
          state: 'warning',
          found: 'closed since 2027-02-10T15:00:00.000Z',
          remedy: 'if no semester is between drain and reopening: semester host open asahi',
        },
      ],
      trash: [
        {
          check: 'trash',
          title: 'trash',
          where: 'dolcetto',
          state: 'warning',
          found: 'dolcetto left site.yaml. Data of users may still lie in /local/.semester-trash there',
          remedy: 'put dolcetto into site.yaml again until its trash is empty',
        },
      ],
    },
    { zone: 'Asia/Seoul', language: 'en' },
  );
  for (const line of [
    'kim <kim@example.org>',
    'SEMESTER_SSH_KEY: no owner is named; add it to owners in site.yaml',
    'SEMESTER_SMTP_PASSWORD: postmaster, valid until 2027-12-31',
    'deadline: Wednesday, 10 February 2027, 23:59 (Asia/Seoul)',
    '! Gate wipe waits for 2 approvals',
    'semester approve',
    'no worker answers',
    'asahi: closed since 2027-02-11 (Thu) 00:00',
    'semester host open asahi',
    'Trash left behind:\n  dolcetto left site.yaml. Data of users may still lie in /local/.semester-trash there',
    'put dolcetto into site.yaml again',
    'host/asahi is stuck since yesterday',
  ])
    expect(text).toContain(line);
});
