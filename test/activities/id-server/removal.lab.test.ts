import { removalGate } from '../../../domain/gates/removal.ts';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIdServer } from '../../../activities/id-server/client.ts';
import { knownAccounts } from '../../../activities/id-server/accounts.ts';
import { whoCanSignIn } from '../../../activities/id-server/nested.ts';
import { createIdServerActivities } from '../../../activities/id-server/activities.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { Calendar, Semester } from '../../../domain/semester.ts';
import type { Site } from '../../../domain/site.ts';
import { PEOPLE } from '../../../lab/people.ts';
import { startServer, uidOf } from './fixtures.ts';
import type { LedgerState } from '../../../domain/ledger.ts';
import { holdsContract } from '../../support/contract.ts';

const DAY = 86_400_000;
const calendar = { minimumNoticeMs: 7 * DAY } as Calendar;
const ref = { workflow: 'semester/2027-spring', step: 'group-removal', round: 1, byHand: false };
/** 2027-02-11 00:00 in Seoul, right after the deadline. */
const NOW = Date.parse('2027-02-10T15:00:00Z');

let lab: Awaited<ReturnType<typeof startServer>>;
let store: Store;
/** Each test has its own ledger. */
let semester: Semester;
let tests = 0;
let now: number;
let change: Partial<Site>;

const site = async () => ({ ...lab.site(), ...change });
const acts = () =>
  holdsContract(
    createIdServerActivities({
      site,
      store,
      clock: () => new Date(now),
      idServer: createIdServer({ site, password: lab.server.password, databaseUrl: lab.server.databaseUrl }),
    }),
  );
const plan = (edition = 1) => acts().planRemoval({ semester, calendar, edition, keep: [] });

/** A notice in the ledger, `days` before NOW. */
async function told(person: string, days: number, state: LedgerState = 'sent', edition = 1) {
  now = NOW - days * DAY;
  const key = { semester: semester.name, kind: 'notice-0', edition, person };
  await store.claimMail(key, `<${person}-${edition}@x>`);
  await store.settleMail(key, state, null);
  now = NOW;
}

beforeAll(async () => {
  lab = await startServer();
  store = await temporaryStore(() => new Date(now));
});
afterAll(async () => {
  await store?.close();
  await lab?.close();
});
beforeEach(async () => {
  await lab.reset();
  change = {};
  now = NOW;
  tests += 1;
  semester = { name: `2027-${tests}` } as Semester;
});

describe('the plan', () => {
  it('binds every member but the exempt, by row number, and is the same when planned again', async () => {
    const made = await plan();
    const { binding } = await store.getPlan(removalGate, made.digest);
    const leaving = PEOPLE.filter((person) => person.member && person.user !== 'prof');
    expect(binding).toEqual({
      site: expect.stringMatching(/^sha256:/),
      group: 'gpu',
      semester: semester.name,
      edition: 1,
      remove: leaving.map(({ idx, user }) => ({ uid: idx, username: user })),
    });
    expect(made).toMatchObject({ gate: 'removal', total: 32, confirm: 'gpu 32', empty: false });
    expect(made.kept).toContain('prof — professor');
    expect(made.rows).toHaveLength(10);
    expect((await plan()).digest).toBe(made.digest);
  });

  it('exports the members to the service’s own file, and never over an earlier one', async () => {
    const [warning = ''] = (await plan()).warnings;
    const file = /kept in (\S+)\.$/.exec(warning)?.[1] ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('uid,username,name,studentNumbers,pending,kept');
    expect(lines).toContain(`${uidOf('mallory')},mallory,말로리,${PEOPLE[13]?.studentNumber},yes,no`);
    expect(lines).toHaveLength(34);
    await lab.sql(`delete from user_memberships where user_idx = ${uidOf('erin')}`);
    await plan();
    expect((await readdir(join(lab.dir, 'exports'))).length).toBeGreaterThanOrEqual(2);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(34);
  });

  it('names the members who are also pending', async () => {
    expect((await plan()).warnings).toContainEqual(expect.stringMatching(/also asked.*: mallory\.$/));
  });

  it('names the members with too little notice, and the reschedule that gives enough', async () => {
    for (const { user } of PEOPLE) await told(user, user === 'erin' ? 5 : 7);
    const { warnings, counts, waivable } = await plan();
    const [short, ...others] = warnings.filter((text) => text.includes('Too little time'));
    expect(others).toEqual([]);
    expect(short).toContain('erin (Saturday, 6 February 2027, 00:00 (Asia/Seoul))');
    expect(short).not.toContain('frank');
    expect(short).toContain('Approve after Saturday, 13 February 2027, 00:00');
    expect(short).toContain(`semester reschedule ${semester.name} --deadline 2027-02-18 --by YOU --reason "`);
    expect(counts).toMatchObject({ shortNotice: 1, noNotice: 0 });
    expect(waivable).toEqual([]);
  });

  it('demands a waiver by name for every member without a notice', async () => {
    await lab.sql(`insert into users (idx, username, name) values (1001, null, '무명');
      insert into user_memberships (user_idx, group_idx) values (1001, 2)`);
    for (const { user } of PEOPLE)
      await told(user, 8, user === 'rupert' ? 'no-address' : 'sent', user === 'zoe' ? 0 : 1);
    const { waivable, warnings, counts } = await plan();
    expect(waivable).toEqual(['rupert', 'zoe', 'uid:1001']);
    expect(warnings.find((text) => text.includes('--waive'))).toContain('rupert (no-address), zoe, uid:1001');
    expect(counts).toMatchObject({ shortNotice: 0, noNotice: 3 });
  });

  it('renders in Korean if the site does', async () => {
    change = { language: 'ko' };
    await told('erin', 5);
    const { headline, warnings } = await plan();
    expect(headline).toBe('ID 서버의 gpu 그룹에서 32명을 제외합니다');
    expect(warnings.join('\n')).toContain('erin (2027년 2월 6일 (토) 자정(0시))');
  });

  it('is empty when only exempt people are left', async () => {
    await lab.sql(`delete from user_memberships where group_idx = 2 and user_idx <> ${uidOf('prof')}`);
    expect(await plan()).toMatchObject({ empty: true, total: 0, warnings: [], waivable: [] });
  });
});

describe('the removal', () => {
  const remove = async (digest: string, byHand = false) =>
    acts().removeMembers({ ref: { ...ref, byHand }, plan: digest });

  it('removes exactly the plan’s members, and can run again', async () => {
    const { digest } = await plan();
    expect(await remove(digest)).toMatchObject({ what: 'lockout', how: 'service', facts: { removed: 32, staying: 1 } });
    expect(await lab.server.members()).toEqual(['prof']);
    expect(await lab.server.pending()).toEqual(['walter', 'xavier', 'yuna']);
    expect(await remove(digest)).toMatchObject({ how: 'found', facts: { removed: 0, already: 32 } });
    expect(await acts().proveLockout({ keep: [] })).toMatchObject({ what: 'lockout', facts: { staying: 1 } });
  });

  it('skips members who left already, and keeps their new requests', async () => {
    const { digest } = await plan();
    await lab.sql(`delete from user_memberships where user_idx = ${uidOf('erin')}`);
    await lab.server.requestJoin('erin');
    expect(await remove(digest)).toMatchObject({ facts: { removed: 31, already: 1 } });
    expect(await lab.server.pending()).toContain('erin');
  });

  it('does not remove a new member, and the proof names the member', async () => {
    const { digest } = await plan();
    await lab.sql(`insert into user_memberships (user_idx, group_idx) values (${uidOf('walter')}, 2)`);
    const proof = await remove(digest);
    expect(proof.summary).toContain('not removed: walter');
    expect(await lab.server.members()).toEqual(['prof', 'walter']);
    const later = acts().proveLockout({ keep: [] });
    await expect(later).rejects.toMatchObject({
      type: 'ProofMissing',
      nonRetryable: true,
      message: expect.stringMatching(/\(1\): walter:/),
    });
    expect(await acts().proveLockout({ keep: [{ user: 'walter', reason: 'extended' }] })).toMatchObject({
      facts: { staying: 2 },
    });
  });

  it('removes no member who is exempt now', async () => {
    const { digest } = await plan();
    change = { keep: [{ user: 'erin', reason: 'extended' }] };
    await expect(remove(digest)).rejects.toMatchObject({ type: 'PlanVoid', message: expect.stringContaining('erin') });
    expect(await lab.server.members()).toHaveLength(33);
  });

  it('removes no member whose row number now belongs to another account', async () => {
    const { digest } = await plan();
    await lab.sql(`update users set username = 'someone' where idx = ${uidOf('erin')}`);
    await expect(remove(digest)).rejects.toMatchObject({ type: 'PlanVoid' });
    await lab.sql(`update users set username = 'erin' where idx = ${uidOf('erin')}`);
    expect(await lab.server.members()).toHaveLength(33);
  });

  it('only verifies if a person reports the removal as done by hand', async () => {
    const { digest } = await plan();
    await expect(remove(digest, true)).rejects.toMatchObject({ type: 'ProofMissing' });
    await lab.sql(`delete from user_memberships where group_idx = 2 and user_idx <> ${uidOf('prof')}`);
    expect(await remove(digest, true)).toMatchObject({ how: 'by-hand', facts: { removed: 0, already: 32 } });
  });
});

describe('a group above the GPU group', () => {
  // undergraduate (3) implies gpu (2); zoe is in it only, erin and the professor in both.
  const relate = () =>
    lab.sql(`insert into user_memberships (user_idx, group_idx) values
        (${uidOf('zoe')}, 3), (${uidOf('erin')}, 3), (${uidOf('prof')}, 3);
      insert into group_relations (supergroup_idx, subgroup_idx) values (5, 3), (3, 2);
      select lab_rebuild_cache()`);
  const unrelate = (rebuild = true) =>
    lab.sql(`delete from group_relations; ${rebuild ? 'select lab_rebuild_cache()' : ''}`);
  afterEach(async () => {
    await unrelate();
    await lab.sql('delete from user_memberships where group_idx in (3, 5)');
  });

  it('lets its members sign in, who are shown, noticed and never removed from it', async () => {
    await lab.sql(`delete from user_memberships where group_idx = 2 and user_idx = ${uidOf('zoe')}`);
    await relate();
    await lab.sql(`insert into user_memberships (user_idx, group_idx) values (${uidOf('walter')}, 5)`);
    const made = await plan();
    const { binding, observed } = await store.getPlan(removalGate, made.digest);
    expect(binding.remove.map(({ username }) => username)).not.toContain('zoe');
    expect(observed.implied).toEqual(
      [
        { uid: uidOf('erin'), username: 'erin', name: '이에린', via: ['undergraduate'] },
        { uid: uidOf('walter'), username: 'walter', name: expect.any(String), via: ['office'] },
        { uid: uidOf('zoe'), username: 'zoe', name: expect.any(String), via: ['undergraduate'] },
      ].toSorted((a, b) => a.uid - b.uid),
    );
    expect(made.warnings).toContainEqual(
      expect.stringMatching(/^3 people can still sign in after this step, because .*office.* implies gpu: .*erin/),
    );
    expect(await knownAccounts(store)).toContain('zoe');
    const noticed = await whoCanSignIn(
      createIdServer({ site, password: lab.server.password, databaseUrl: lab.server.databaseUrl }),
    );
    expect(noticed.filter(({ username }) => username === 'zoe' || username === 'erin')).toHaveLength(2);

    await expect(acts().removeMembers({ ref, plan: made.digest })).rejects.toMatchObject({
      type: 'ProofMissing',
      message: expect.stringMatching(/3 can still sign in, as members of .*undergraduate.*: .*erin.*end the relation/),
    });
    expect(await lab.server.members()).toEqual(['prof']);
    expect(await lab.sql('select count(*)::int as n from user_memberships where group_idx in (3, 5)')).toEqual([
      { n: 4 },
    ]);
    await expect(acts().proveLockout({ keep: [] })).rejects.toMatchObject({ type: 'ProofMissing' });

    // The relation is gone, but the server still decides by its cache.
    await unrelate(false);
    await expect(acts().proveLockout({ keep: [] })).rejects.toMatchObject({ type: 'ProofMissing' });
    await unrelate();
    expect(await acts().removeMembers({ ref, plan: made.digest })).toMatchObject({
      facts: { removed: 0, already: 31 },
    });
    expect(await acts().proveLockout({ keep: [] })).toMatchObject({ facts: { staying: 1 } });
  });

  it('exempts there whom the semester keeps, and looks only if site.yaml says so', async () => {
    await relate();
    const keep = ['zoe', 'erin'].map((user) => ({ user, reason: 'thesis' }));
    const { digest } = await acts().planRemoval({ semester, calendar, edition: 1, keep });
    await acts().removeMembers({ ref, plan: digest });
    await acts().proveLockout({ keep });
    await expect(acts().proveLockout({ keep: [] })).rejects.toMatchObject({ type: 'ProofMissing' });
    const idServer = createIdServer({ site, password: lab.server.password, databaseUrl: undefined });
    await expect(idServer.implied()).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringContaining('idServer.nestedGroups: none'),
    });
    change = { idServer: { ...lab.site().idServer, nestedGroups: 'none' } };
    expect(await idServer.implied()).toEqual([]);
  });
});
