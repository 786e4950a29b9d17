import pg from 'pg';
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

it('asks members of the department less than others, by the groups of the ID server, also through other groups', async () => {
  const say = { ko: '과목을 적어 주세요.', en: 'Name the course.' };
  const rules = (...unlessMemberOf: string[]) => ({
    ...stage.applications,
    rules: [{ column: '학번', required: true, unlessMemberOf, say }],
  });
  stage.applications = rules('undergraduate');
  const client = new pg.Client({ connectionString: stage.services.idServer.adminUrl });
  await client.connect();
  try {
    await client.query(`insert into user_memberships (user_idx, group_idx) values (${idx('boram')}, 5), (${idx('ara')}, 3);
      insert into group_relations (supergroup_idx, subgroup_idx) values (5, 3); select lab_rebuild_cache()`);
    for (const user of ['ara', 'boram', 'chaerin']) {
      await stage.answer(user);
      await stage.services.idServer.requestJoin(user);
    }
    expect((await stage.due()).toSorted()).toEqual(['accept ara', 'accept boram']);
    stage.applications = rules('undergraduate', 'gradaute');
    await expect(stage.poll()).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringContaining('the ID server has no group gradaute'),
    });
  } finally {
    await client.query('delete from group_relations; delete from user_memberships where group_idx in (3, 5)');
    await client.query('select lab_rebuild_cache()');
    await client.end();
  }
  await stage.idServer.reject(['ara', 'boram', 'chaerin'].map(idx));
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
