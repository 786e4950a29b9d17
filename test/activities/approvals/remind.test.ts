import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { beforeEach, expect, test } from 'vitest';
import { remindApprovers } from '../../../activities/approvals/remind.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { holdsContract } from '../../support/contract.ts';
import { siteWith, templates } from '../mail/fixtures.ts';
import { startSmtp } from '../mail/smtp.ts';
import { mailStage } from '../mail/stage.ts';

const stage = mailStage();

const DAY_MS = 86_400_000;
const SINCE = '2027-02-11T00:00:00.000Z';
const gate = { key: 'gate:wipe', since: '2027-02-10T00:00:00.000Z', commands: ['semester approve x wipe --by YOU'] };
const step = {
  key: 'attention:boot-asahi',
  since: '2027-02-10T01:00:00.000Z',
  commands: ['semester retry x boot-asahi --by YOU --reason WHY'],
};

/** Temporal, where these workflows are open. */
const temporal = (...open: string[]) =>
  ({
    workflow: {
      getHandle: (id: string) => ({
        describe: async () => {
          if (!open.includes(id)) throw new WorkflowNotFoundError('not found', id, undefined);
          return { status: { name: 'RUNNING' } };
        },
      }),
    },
  }) as unknown as Client;

let semesters = 0;
beforeEach(() => void semesters++);
const remind = (
  daysLater: number,
  change: { parent?: string; open?: string[]; port?: number; questions?: object[]; everyMs?: number } = {},
) =>
  holdsContract({
    remindApprovers: remindApprovers({
      site: async () => ({ ...siteWith(change.port ?? stage.smtp.port, { templates }), notify: { webhook: false } }),
      store: stage.store,
      transport: createMailTransport(),
      clock: () => new Date(Date.parse(SINCE) + daysLater * DAY_MS),
      client: temporal(...(change.open ?? [])),
    }),
  }).remindApprovers({
    workflow: 'semester/x',
    semester: `s-${semesters}`,
    parent: change.parent ?? null,
    since: SINCE,
    everyMs: change.everyMs ?? DAY_MS,
    questions: (change.questions ?? [gate, step]) as never,
  });
const mailed = () => stage.smtp.mails.map(({ subject, text }) => ({ subject, text }));

test('one mail for each approver names everything that waits, since when, and what to type', async () => {
  await expect(remind(0)).rejects.toMatchObject({ type: 'NothingNew', nonRetryable: false });
  const texts = mailed().map(({ text }) => text ?? '');
  expect(texts).toHaveLength(2);
  for (const text of texts)
    for (const piece of [...gate.commands, ...step.commands, 'wipe', 'boot-asahi', 'semester status semester/x'])
      expect(text).toContain(piece);
  expect(mailed()[1]!.subject).toBe(`[s-${semesters}] Reminder: wipe, boot-asahi are still waiting`);
});

test('each interval has one mail, also where the clock is a little slow or an attempt is made twice', async () => {
  for (const days of [0, 0.01, 0.99, 1.02, 2]) await expect(remind(days)).rejects.toMatchObject({ type: 'NothingNew' });
  expect(mailed()).toHaveLength(3 * 2);
});

test('a child is silent while its parent is open, and reminds when that has ended', async () => {
  await expect(remind(0, { parent: 'semester/x', open: ['semester/x'] })).rejects.toMatchObject({ type: 'NothingNew' });
  expect(mailed()).toEqual([]);
  await expect(remind(0, { parent: 'semester/x' })).rejects.toMatchObject({ type: 'NothingNew' });
  expect(mailed()).toHaveLength(2);
});

test('nobody is reminded of what is not due yet', async () => {
  const later = { ...gate, remindFrom: '2027-02-13T00:00:00.000Z' };
  await expect(remind(1, { questions: [later] })).rejects.toMatchObject({ type: 'NothingNew' });
  expect(mailed()).toEqual([]);
  await expect(remind(1, { questions: [later, step] })).rejects.toMatchObject({ type: 'NothingNew' });
  expect(mailed()[1]!.subject).toBe(`[s-${semesters}] Reminder: boot-asahi is still waiting`);
});

test('a mail server that does not answer is tried again within the hour, and never ends the reminders', async () => {
  const port = stage.smtp.port;
  await stage.smtp.stop();
  await expect(remind(0, { port })).rejects.toMatchObject({
    type: 'Unreachable',
    nonRetryable: false,
    nextRetryDelay: 3_600_000,
  });
  stage.smtp = await startSmtp();
});
