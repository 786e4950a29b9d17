import { expect, test } from 'vitest';
import { approverKey } from '../../lab/approvers.ts';
import { PEOPLE } from '../../lab/people.ts';
import { mailedWith, recipientsOf, SUBJECT } from './end-state.ts';
import { NAME, setStage, usePayloadKeys } from './fixture.ts';
import type { ApplicantLine } from '../../activities/applications/contract.ts';

usePayloadKeys();

test('an applicant accepted by name is mailed, and the approvers get a proposal for the next semester', async () => {
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
  const line = async () => {
    const { lines } = JSON.parse(await stage.semester(['applications', NAME, '--json'])) as { lines: ApplicantLine[] };
    return lines.find((one) => one.user === user);
  };
  await expect.poll(line).toMatchObject({ state: 'missing-survey', notes: [] });
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
});
