import { appendFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { approverKey } from '../../lab/approvers.ts';
import { PEOPLE } from '../../lab/people.ts';
import { mailedWith, recipientsOf, SUBJECT } from './end-state.ts';
import { NAME, setStage, usePayloadKeys } from './fixture.ts';
import type { ApplicantLine } from '../../activities/applications/contract.ts';
import { resultOf } from '../client/io.ts';

usePayloadKeys();

test('an applicant accepted by name is mailed, the approvers get a proposal for the next semester, and an account is ready when the hosts know it', async () => {
  await using stage = await setStage({ hosts: ['asahi'] });
  const { lab } = stage;
  const { idServer, smtp } = lab.services;
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  // Has asked to join, and answers no survey.
  const { user, email } = PEOPLE.find((one) => one.user === 'xavier')!;
  // Past its middle: so the next one is due to be proposed.
  const period = { from: hours(-2), until: hours(1) };
  const applications = { until: hours(0.9), every: 'PT1S', grace: 'PT1H' };
  await stage.start({ deadline: hours(-3), period, applications }, '--from', 'applications');
  const line = async (of = user) => {
    const { lines } = resultOf(await stage.semester(['applications', NAME, '--json'])) as { lines: ApplicantLine[] };
    return lines.find((one) => one.user === of);
  };
  await expect.poll(() => line()).toMatchObject({ state: 'missing-survey', notes: [] });
  const bob = ['--by', 'bob', '--key', approverKey(lab.dir, 'bob'), '--yes'];
  const said = await stage.semester(['applications', 'approve', user, '--semester', NAME, ...bob]);
  expect(said).toContain('Accepted: 1 applicant accepted by bob, signed.');
  await expect.poll(() => mailedWith(lab, SUBJECT.accepted)).toEqual([email]);
  expect(await idServer.members()).toContain(user);
  expect(await line()).toMatchObject({ state: 'member', notes: ['accepted by bob'] });

  const proposals = async () =>
    (await smtp.mails()).filter(({ text }) => text?.includes(`name: ${NAME}-next`)).flatMap(recipientsOf);
  const approvers = ['alice', 'bob', 'carol'].map((name) => `${name}@example.org`);
  await expect.poll(async () => (await proposals()).toSorted()).toEqual(approvers);

  // An account that is new on the ID server: the hosts read it once a day.
  const admin = new pg.Client({ connectionString: idServer.adminUrl });
  await admin.connect();
  await admin.query("insert into users (username, name) values ('nova', '노바')");
  await admin.end();
  await idServer.requestJoin('nova');
  const nova = { user: 'nova', studentNumber: '2027-10001', email: 'nova@example.org', docker: true, terms: true };
  await lab.services.survey.add(nova);
  const notes = ['not known yet on asahi: the mail waits'];
  await expect.poll(() => line('nova')).toMatchObject({ state: 'member', notes });
  await expect
    .poll(() => stage.semester(['status', `applications/${NAME}`]))
    .toContain('until these hosts know it: asahi');
  await expect.poll(() => stage.semester(['status', 'host/asahi'])).toContain('asahi does not know nova yet');
  expect(await mailedWith(lab, SUBJECT.accepted)).toEqual([email]);

  const learn =
    'cp /etc/passwd /run/passwd; echo nova:x:190001:100::/csehome/nova:/bin/bash >>/run/passwd; mount --bind /run/passwd /etc/passwd';
  await appendFile(lab.siteFile, `accounts: ${JSON.stringify({ sync: learn })}\n`);
  await expect.poll(() => mailedWith(lab, SUBJECT.accepted)).toEqual([nova.email, email]);
  expect(await lab.exec('asahi', 'getent passwd nova')).toContain('/csehome/nova');
  expect(await line('nova')).toMatchObject({ state: 'member', notes: [] });
});
