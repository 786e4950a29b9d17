import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineOf, mailMark, type Act } from '../../activities/epoch/acts.ts';
import type { Database } from '../../activities/store/database.ts';
import { openDatabase } from '../../activities/store/open.ts';
import { createSqlStore } from '../../activities/store/sql.ts';
import { audit } from '../../client/audit/audit.ts';
import { run } from '../../client/main.ts';
import type { Io } from '../../client/io.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { findDone, type Sources } from '../../recovery/find-done.ts';
import { fakeRemote } from '../activities/hosts/fake-remote.ts';
import { exportOf, historyOf } from '../client/exported.ts';
import { recorder } from '../client/io.ts';
import { SITE_EXAMPLE } from '../config/files.ts';

const workflow = 'semester/2027-spring';
const AT = '2027-02-01T02:00:00.000Z';
const EXPORT = exportOf([
  historyOf({ workflow, run: 'run-1' }, [
    { activity: 'proveLockout', input: { keep: [{ user: 'prof' }] }, result: {} },
    { activity: 'mailApplicants', result: {}, at: AT },
  ]),
]);
const KEY = { semester: '2027-spring', kind: 'accepted', edition: 1, person: 'erin' };
const ACT: Act = { epoch: 1, run: 'w', at: AT, activity: 'mailApplicants', workflow, mails: [mailMark(KEY)] };
const person = (uid: number, username: string) => ({ uid, username, name: username, studentNumbers: [] });

let dir: string;
let db: Database;
const at = (...names: string[]) => path.join(dir, ...names);
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'find-done-'));
  const site = (await readFile(SITE_EXAMPLE, 'utf8')).replace(/^stateDir:.*$/m, `stateDir: ${at('state')}`);
  await writeFile(at('site.yaml'), site);
  await copyEmptyStore(at('state'));
  db = await openDatabase({ dir: at('state') });
  const store = createSqlStore(db, () => new Date(AT));
  await store.claimMail(KEY, '<m@x>');
  await store.settleMail(KEY, 'sent', '250 ok');
  await store.claimMail({ ...KEY, kind: 'approver:x:gate' }, '<n@x>');
  await store.claimMail({ ...KEY, person: 'frank' }, '<o@x>');
  await store.settleMail({ ...KEY, person: 'frank' }, 'no-address', null);
});
afterAll(async () => {
  await db.close();
  await rm(dir, { recursive: true });
});

/** Sources in which every host answers, unless something is broken. */
function sources(broken: 'hosts' | 'group' | 'ledger' | null, acts: readonly Act[], jobs = ''): Sources {
  return {
    remote: fakeRemote(({ name }) => {
      if (broken === 'hosts') throw new Error('no key: set SEMESTER_SSH_KEY');
      return name === 'list-jobs' ? jobs : acts.map(lineOf).join('');
    }),
    idServer: {
      members: async () => {
        if (broken === 'group') throw new Error('set SEMESTER_ID_PASSWORD');
        return [person(1, 'prof'), person(2, 'erin')];
      },
      implied: async () => [],
    },
    database: async () => {
      if (broken === 'ledger') throw new Error('it is in use');
      return { ...db, close: async () => {} };
    },
  };
}

async function audited(broken: Parameters<typeof sources>[0], acts: readonly Act[] = [ACT], jobs = '') {
  const io: Pick<Io, 'withClient'> = recorder();
  return audit(EXPORT, { found: await findDone(io, at('site.yaml'), EXPORT, sources(broken, acts, jobs)) });
}

test('what hosts, group and ledger show is compared, and nothing is left out in silence', async () => {
  expect(await audited(null)).toMatchObject({ problems: [], notCompared: [] });
  // Each host tells of the same job.
  const { problems } = await audited(null, [ACT], `semester-1 ${AT} attack@run-x y\n`);
  expect(problems.length).toBeGreaterThan(2);
  expect(problems[0]).toMatch(/: the job semester-1 of attack@run-x y started at 2027-02-01T02/);
  expect((await audited(null, [])).problems).toEqual([expect.stringMatching(/the ledger holds 1 mail accepted/)]);
});

test('the journal in the state directory counts, if every host has lost its own', async () => {
  await writeFile(at('state', 'acts'), lineOf(ACT));
  expect(await audited(null, [])).toMatchObject({ problems: [], notCompared: [] });
  await rm(at('state', 'acts'));
});

test('a source without access is named, with the reason and how to give access', async () => {
  const hosts = (await audited('hosts')).notCompared;
  expect(hosts).toContainEqual(
    expect.stringMatching(/^the journal and the jobs of \w+: no key: set SEMESTER_SSH_KEY\. Repeat/),
  );
  expect((await audited('group')).notCompared).toEqual([
    expect.stringMatching(/^the group \w+: set SEMESTER_ID_PASSWORD/),
  ]);
  expect((await audited('ledger')).notCompared).toEqual([
    expect.stringMatching(/^the ledger: it is in use\. Give SEMESTER_DATABASE_URL/),
    expect.stringMatching(/^the group \w+: who stays/),
  ]);
});

test('acts of a workflow whose history Temporal does not give are a problem and a gap', async () => {
  const { problems, notCompared } = await audited(null, [ACT, { ...ACT, epoch: 2, workflow: 'attack' }]);
  expect(problems).toEqual([expect.stringMatching(/mailApplicants by attack at .* no history shows it/)]);
  expect(notCompared).toEqual([expect.stringMatching(/^the histories of attack: .*Give TEMPORAL_ADDRESS/)]);
});

test('the command passes of a file alone, and says what it did not compare', async () => {
  await writeFile(at('export.json'), JSON.stringify(EXPORT));
  const alone = recorder();
  expect(await run(['audit', at('export.json')], alone)).toBe(0);
  expect(alone.lines.join('\n')).toMatch(/– the hosts: .*\n– the ID server: .*\n– the ledger: /);
  expect(alone.lines.join('\n')).toMatch(/✓ Everything that the histories show had been approved/);
});
