import { expect, test } from 'vitest';
import { createMailTransport } from '../../activities/mail/transport.ts';
import type { Finding } from '../../watch/finding.ts';
import { createTeller } from '../../worker/tell-approvers.ts';
import { siteWith, templates } from '../activities/mail/fixtures.ts';
import { mailStage } from '../activities/mail/stage.ts';

const stage = mailStage();

const stuck = (about: string, since: string): Finding => ({
  check: 'run',
  about,
  since,
  found: `${about} is stuck since ${since}: its workflow task failed 5 times: TypeError: boom`,
  remedy: '',
});
const silent: Finding = {
  check: 'acts',
  about: 'acts',
  since: null,
  found: 'nothing is done: no host answers',
  remedy: '',
};
const other: Finding = { check: 'backup', about: 'backup', since: null, found: 'old', remedy: '' };

/** A worker that has just started, at this hour. */
function started() {
  let now = Date.parse('2027-02-11T00:00:00Z');
  const tell = createTeller({
    site: async () => siteWith(stage.smtp.port, { templates }),
    store: stage.store,
    transport: createMailTransport(),
    clock: () => new Date(now),
  });
  return { tell, later: (hours: number) => void (now += hours * 3_600_000) };
}
const mails = () => stage.smtp.mails.map(({ subject, text }) => ({ subject, text: text ?? '' }));

test('a stuck run is mailed to each approver, with since when, why, and the repair to type; other findings are not', async () => {
  await started().tell([stuck('semester/a', '2027-02-10T20:00:00.000Z'), other]);
  expect(mails().map(({ subject }) => subject)).toEqual([
    '[gpu-semester] semester/a 실행이 막혔습니다',
    '[gpu-semester] semester/a is stuck',
  ]);
  for (const { text } of mails())
    for (const piece of ['2027-02-11 (', ') 05:00', 'TypeError: boom', '    semester repair semester/a'])
      expect(text).toContain(piece);
});

test('a worker that starts while no host answers mails the approvers, although it may do nothing else', async () => {
  await started().tell([silent]);
  expect(mails().map(({ subject }) => subject)).toEqual([
    '[gpu-semester] 지금 아무 작업도 하지 않습니다',
    '[gpu-semester] Nothing is done at present',
  ]);
  expect(mails()[1]!.text).toContain('nothing is done: no host answers');
});

test('the same is mailed once a day while it lasts, by whichever worker; what begins again is mailed again', async () => {
  const { tell, later } = started();
  const first = stuck('semester/b', '2027-02-10T21:00:00.000Z');
  await tell([first]);
  later(1);
  await tell([first]);
  await started().tell([first]);
  expect(mails()).toHaveLength(2);
  later(24);
  await tell([first]);
  expect(mails()).toHaveLength(4);
  await tell([]);
  await tell([stuck('semester/b', '2027-02-12T05:00:00.000Z')]);
  expect(mails()).toHaveLength(6);
});
