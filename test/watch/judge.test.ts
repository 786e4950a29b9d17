import { expect, test } from 'vitest';
import { gaugesOf } from '../../watch/gauges.ts';
import { judge } from '../../watch/judge.ts';
import type { Look } from '../../watch/look.ts';
import type { OpenRun } from '../../watch/runs.ts';

const NOW = '2027-02-20T12:00:00.000Z';
const before = (hours: number) => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();
const polling = { polling: true, identities: ['1@service'], workers: [], version: null, lastSeen: NOW };

/** A look at a service on which nothing is wrong. */
const look = (other: Partial<Look> = {}): Look => ({
  at: NOW,
  workers: { value: polling },
  runs: { value: [] },
  worker: { value: { ok: true, checks: { store: { ok: true, detail: 'answers' } }, findings: [] } },
  acts: { value: undefined },
  mails: { value: [{ state: 'sent', approver: false, count: 300 }] },
  mailServer: { value: 'accepts' },
  backup: { value: { folder: '/backups', at: before(20) } },
  certificates: [{ file: 'client.pem', end: { value: { file: 'client.pem', ends: '2027-12-01T00:00:00Z' } } }],
  leftOut: [],
  ...other,
});
const run = (workflowId: string, other: Partial<OpenRun> = {}): OpenRun => ({
  workflowId,
  type: workflowId.split('/')[0]!,
  failing: null,
  waiting: [],
  ...other,
});
const seen = (other: Partial<Look>) => judge(look(other)).map(({ check, about }) => `${check} ${about}`);
const refused = (count: number, approver: boolean) => ({ state: 'refused' as const, approver, count });

test('a service on which all is well has no finding', () => {
  expect(judge(look())).toEqual([]);
});

test('a worker that does nothing, because no host answers, says so; and so does a watch that asks it', () => {
  const acts = { reason: 'none of the hosts asahi answers' };
  expect(judge(look({ acts }))).toMatchObject([
    { check: 'acts', found: 'nothing is done: none of the hosts asahi answers' },
  ]);
  const findings = [...judge(look({ acts }))];
  expect(seen({ acts: null, worker: { value: { ok: true, checks: {}, findings } } })).toEqual(['acts acts']);
});

test('a stuck run comes with the command that repairs it', () => {
  const failing = { attempt: 7, since: before(1), cause: 'TypeError: x' };
  expect(judge(look({ runs: { value: [run('semester/x', { failing })] } }))).toMatchObject([
    {
      found: `semester/x is stuck since ${before(1)}: its workflow task failed 7 times: TypeError: x`,
      remedy: expect.stringContaining('semester repair semester/x'),
    },
  ]);
});

test('a Temporal that does not answer is said once', () => {
  const reason = 'Temporal does not answer at 127.0.0.1:7233: refused';
  expect(judge(look({ runs: { reason }, workers: { reason } }))[0]?.found).toBe(reason);
});

test.each<[string, Partial<Look>, readonly string[]]>([
  [
    'Temporal does not answer',
    { runs: { reason: 'UNAVAILABLE' }, workers: { reason: 'UNAVAILABLE' } },
    ['temporal temporal'],
  ],
  ['no worker polls', { workers: { value: { ...polling, polling: false, lastSeen: before(1) } } }, ['worker polling']],
  ["the worker's machine does not answer", { worker: { reason: 'refused' } }, ['worker health']],
  [
    'the store of the worker does not answer',
    { worker: { value: { ok: false, checks: { store: { ok: false, detail: 'x' } }, findings: [] } } },
    ['store store'],
  ],
  ['the store does not answer', { mails: { reason: 'ECONNREFUSED' } }, ['store store']],
  ['the mail server refuses the login', { mailServer: { reason: '535' } }, ['mail server']],
  ['a mail to an approver was refused', { mails: { value: [refused(1, true)] } }, ['mail refused']],
  ['every mail was refused', { mails: { value: [refused(30, false)] } }, ['mail refused']],
  [
    'two of many people have no mailbox any more',
    { mails: { value: [refused(2, false), { state: 'sent', approver: false, count: 300 }] } },
    [],
  ],
  ['a backup is missing for two days', { backup: { value: { folder: '/b', at: before(37) } } }, ['backup backup']],
  ['there is no backup', { backup: { value: { folder: '/b', at: null } } }, ['backup backup']],
  ['the folder of backups is gone', { backup: { reason: 'ENOENT' } }, ['backup backup']],
  [
    'a certificate ends in two weeks',
    { certificates: [{ file: 'a.pem', end: { value: { file: 'a.pem', ends: '2027-03-06T00:00:00Z' } } }] },
    ['certificate a.pem'],
  ],
  ['a certificate cannot be read', { certificates: [{ file: 'a.pem', end: { reason: 'x' } }] }, ['certificate a.pem']],
  [
    'a workflow task fails',
    { runs: { value: [run('site/x', { failing: { attempt: 9, since: before(2), cause: 'TMPRL1100' } })] } },
    ['run site/x'],
  ],
  [
    'a gate waits for four days; the parent repeats it',
    {
      runs: {
        value: ['semester/x', 'update/x'].map((id) =>
          run(id, { waiting: [{ key: 'gate:rollout', since: before(96) }] }),
        ),
      },
    },
    ['gate semester/x gate:rollout'],
  ],
  [
    'a gate waits for two days',
    { runs: { value: [run('a/x', { waiting: [{ key: 'gate:wipe', since: before(48) }] })] } },
    [],
  ],
  [
    'a step is parked for four days',
    { runs: { value: [run('a/x', { waiting: [{ key: 'attention:backup', since: before(96) }] })] } },
    ['step a/x attention:backup'],
  ],
  [
    'a host is held for two days',
    { runs: { value: [run('host/asahi', { waiting: [{ key: 'holder', since: before(48) }] })] } },
    ['lock host/asahi'],
  ],
  [
    'a host is held for five hours by an image',
    { runs: { value: [run('host/asahi', { waiting: [{ key: 'holder:image', since: before(5) }] })] } },
    [],
  ],
  [
    'a host is held for five hours by a boot',
    { runs: { value: [run('host/asahi', { waiting: [{ key: 'holder:boot into x', since: before(5) }] })] } },
    ['lock host/asahi'],
  ],
  [
    'the site is held for a semester',
    { runs: { value: [run('site/x', { waiting: [{ key: 'holder', since: before(2000) }] })] } },
    [],
  ],
  ['the memo is encrypted', { runs: { value: [run('a/x', { waiting: null })] } }, ['key payload keys']],
])('%s', (_, other, expected) => {
  expect(seen(other)).toEqual(expected);
  // Each one says what to do.
  for (const { found, remedy } of judge(look(other))) expect([found, remedy]).not.toContain('');
});

test('the worker reports its mail server to a watch that has no access to it', () => {
  const finding = { check: 'mail' as const, about: 'server', since: null, found: 'refuses', remedy: 'semester doctor' };
  const worker = { value: { ok: true, checks: {}, findings: [finding] } };
  expect(judge(look({ worker, mails: null, mailServer: null }))).toEqual([finding]);
});

test('gauges hold times since when something waits, and the number of findings by check', () => {
  const gate = { key: 'gate:wipe', since: before(96) };
  const values = gaugesOf(
    look({ runs: { value: [run('semester/x', { waiting: [gate, { key: 'host/asahi', since: before(1) }] })] } }),
  );
  const since = Date.parse(gate.since) / 1000;
  expect(values).toContainEqual({
    name: 'semester_gate_waiting_since_seconds',
    tags: { workflow: 'semester/x', gate: 'wipe' },
    value: since,
  });
  expect(values).toContainEqual({ name: 'semester_findings', tags: { check: 'gate' }, value: 1 });
  expect(values).toContainEqual({
    name: 'semester_mails_last_day',
    tags: { state: 'sent', to: 'user' },
    value: 300,
  });
});
