import { expect, it } from 'vitest';
import { applicationsStage, HOUR, idx, NOTHING } from './stage.ts';

const stage = applicationsStage('127.88.0.3');

it('reports a broken rule of the site, and names a question that the survey lacks', async () => {
  const say = { ko: '학번을 적어 주세요.', en: 'Give your student number.' };
  stage.applications = { ...stage.applications, rules: [{ column: '학번', required: true, say }] };
  await stage.answer('yuna');
  await stage.services.idServer.requestJoin('yuna');
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  stage.now = new Date(stage.now.getTime() + HOUR);
  const [due] = await stage.poll();
  expect(due).toMatchObject({ kind: 'mail-problems', user: 'yuna' });
  expect((await stage.mail([due!])).facts).toMatchObject({ sent: 1 });
  expect((await stage.services.smtp.mails()).at(-1)?.text).toContain(say.ko);
  stage.applications = { ...stage.applications, rules: [{ column: '소속', required: true, say }] };
  await expect(stage.poll()).rejects.toMatchObject({
    type: 'ConfigInvalid',
    message: expect.stringContaining('rules[0]'),
  });
});

it('ignores banned applicants, and sends no nudge after a request is withdrawn', async () => {
  await stage.answer('victor');
  await stage.services.idServer.requestJoin('victor');
  await stage.services.idServer.requestJoin('zoe');
  await stage.answer('zoe', { terms: false });
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  await stage.idServer.reject([idx('zoe')]);
  stage.now = new Date(stage.now.getTime() + 5 * HOUR);
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  expect(await stage.records().overview.get()).toMatchObject({ counts: { banned: 1, withdrawn: 1 } });
});

it('rejects pending requests, and never removes a member', async () => {
  await stage.services.idServer.requestJoin('kim');
  const [kim, prof] = [idx('kim'), idx('prof')] as const;
  expect(await stage.idServer.reject([kim, prof, 99_999])).toEqual({ rejected: [kim], remaining: [] });
  expect(await stage.services.idServer.members()).toContain('prof');
  expect(await stage.services.idServer.pending()).not.toContain('kim');
});
