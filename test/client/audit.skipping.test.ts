import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportHistory } from '../../activities/approvals/export.ts';
import { verifyApproval } from '../../activities/approvals/verify.ts';
import { run } from '../../client/main.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { applicantStatement, applicantSubject, type ApplicantVerdict } from '../../domain/judgement.ts';
import { applicationsWorkflowId } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { signStatement } from '../../signing/ssh-keygen.ts';
import type { AuditExport, HistoryEvent } from '../../signing/export-format.ts';
import { approverKey, writeApprovers } from '../../lab/approvers.ts';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';
import { recorder, resultOf } from './io.ts';

let env: TestWorkflowEnvironment;
let folder: string;
let exported: AuditExport;
let digest: string;
/** The audit of the export as it is. */
let told: string;

// One semester, signed with real keys and exported by the real activity; each test then reads its file.
beforeAll(async () => {
  env = await timeSkipping();
  folder = await mkdtemp(path.join(tmpdir(), 'audit-'));
  const allowedSigners = await writeApprovers(folder);
  const documents = new Map<string, unknown>();
  await using semester = await startRun(env, {}, {}, (world) => {
    world.signed = true;
    world.excluded.add('cojito');
    world.sign = (statement) => signStatement(statement, approverKey(folder, statement.by));
    const dependencies = {
      site: async () => ({ stateDir: folder, approvals: { signed: true, allowedSigners } }) as Site,
      store: {
        putDocument: async (value: unknown) => (documents.set(digestOf(value), value), digestOf(value)),
        getDocument: async <T>(name: string) => documents.get(name) as T,
        getNamed: async () => null,
      },
      client: env.client,
      clock: () => new Date(),
    };
    Object.assign(world.acts, {
      verifyApproval: verifyApproval(dependencies),
      exportHistory: exportHistory(dependencies),
    });
  });
  semester.world.review.add('heidi').add('ivan').add('mallory');
  await semester.approveAll();
  await judge(semester, { verdict: 'approve', users: ['heidi'] });
  await judge(semester, { verdict: 'reject', users: ['mallory'], reason: 'mined coins' });
  await semester.decide('bob', 'applications');
  await semester.handle.result();
  const { name } = semester.semester;
  const { runId } = await semester.handle.describe();
  const file = path.join(folder, 'exports', name, `${runId}.json`);
  exported = JSON.parse(await readFile(file, 'utf8')) as AuditExport;
  ({ digest } = exported);
  told = (await auditOf(() => {})).text;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await env?.teardown();
});

/** What carol decides about single applicants, until it is carried out. */
async function judge(run: Run, said: Pick<ApplicantVerdict, 'verdict' | 'users' | 'reason'>) {
  const workflow = applicationsWorkflowId(run.semester.name);
  const unsigned: ApplicantVerdict = { ...said, by: 'carol', at: new Date(await env.currentTimeMs()).toISOString() };
  const where = { workflow, run: (await run.status(workflow)).run! };
  const signature = await run.world.sign(applicantStatement(unsigned, digestOf(applicantSubject(unsigned)), where));
  await env.client.workflow.getHandle(workflow).signal('judge', { ...unsigned, signature });
  const word = async () => {
    const { accepted, refused } = await run.status(workflow);
    return [...accepted, ...refused].find(({ at, message }) => message === 'judge' && at >= unsigned.at);
  };
  let answer = await word();
  for (; !answer; answer = await word()) await env.sleep('1 minute');
  expect(answer).toMatchObject({ by: 'carol', detail: '1 decided' });
}

/** Audits the export after a change; `sealed`: the forger also computes the digest in the file anew. */
async function auditOf(change: (copy: AuditExport) => AuditExport | void, flags: string[] = [], sealed = true) {
  const copy = structuredClone(exported);
  const { digest: old, ...content } = change(copy) ?? copy;
  const file = path.join(folder, 'changed.json');
  await writeFile(file, canonicalText({ ...content, digest: sealed ? digestOf(content) : old }));
  const io = recorder();
  const code = await run(['audit', file, ...flags], io);
  return { code, text: io.lines.join('\n'), digest: digestOf(content) };
}

test('--json prints the whole audit', async () => {
  const { code, text, digest: computed } = await auditOf(() => {}, ['--json']);
  expect(code).toBe(0);
  expect(resultOf(text)).toMatchObject({ digest: computed, problems: [] });
});

/** Puts another text in place of one in the payloads of matching events. */
function rewrite(copy: AuditExport, kind: string, from: string, to: string): void {
  let changed = 0;
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const record = value as Record<string, unknown>;
    if (typeof record['data'] === 'string') {
      const text = Buffer.from(record['data'], 'base64').toString();
      if (text.includes(from)) {
        record['data'] = Buffer.from(text.replaceAll(from, to)).toString('base64');
        changed++;
      }
    } else Object.values(record).forEach(walk);
  };
  copy.executions.forEach(({ events }) => events.filter((e) => kind in e).forEach(walk));
  if (changed === 0) throw new Error(`no ${kind} holds ${from}`);
}

/** Puts another activity in place of one. */
function rename(copy: AuditExport, from: string, to: string): void {
  let changed = 0;
  for (const event of copy.executions.flatMap(({ events }) => events)) {
    const given = event['activityTaskScheduledEventAttributes'] as { activityType: { name: string } } | undefined;
    if (given?.activityType.name !== from) continue;
    given.activityType.name = to;
    changed++;
  }
  if (changed === 0) throw new Error(`no activity is ${from}`);
}

test('an argument with another name hides no step', async () => {
  const { code, text } = await auditOf((copy) => {
    const isWipe = (event: HistoryEvent) =>
      JSON.stringify(event['activityTaskScheduledEventAttributes'] ?? null).includes('"wipeHomes"');
    // The deferred tasks, which name the plan too, stay as they are.
    const executions = copy.executions.map((one) => ({ ...one, events: one.events.filter(isWipe) }));
    rewrite({ ...copy, executions }, 'activityTaskScheduledEventAttributes', '"plan":', '"planDigest":');
  });
  expect(text).toMatch(/✓ .+ wipeHomes: wipe, 2 of 2 \(bob, carol\)/);
  expect(code).toBe(0);
});

test('the audit lists every verdict with its key and every step with its approvals', async () => {
  const { code, text } = await auditOf(() => {}, ['--digest', digest]);
  expect(text).toMatch(/approve wipe round 1 by bob\n +SHA256:/);
  expect(text).toMatch(/✓ .+ wipeHomes: wipe, 2 of 2 \(bob, carol\)/);
  expect(text).toMatch(/approve of 1 applicant by carol\n +SHA256:/);
  expect(text).toMatch(/reject of 1 applicant by carol\n +SHA256:/);
  expect(text).toMatch(/✓ .+ approveListed: applications, 1 of 1 \(bob\)/);
  expect(text).not.toMatch(/heidi|ivan|mallory|mined coins/);
  for (const step of ['sendNotices', 'removeMembers', 'prune', 'hostUpdate', 'publishPost'])
    expect(text).toContain(step);
  expect(text).toMatch(/✓ .+ wipeDocker cojito \(deferred by semester\/\S+\): wipe, 2 of 2 \(bob, carol\)/);
  expect(text).toContain('✓ Everything that the histories show had been approved.');
  expect(code).toBe(0);
  expect(exported.executions.length).toBeGreaterThan(3);
});

test.each<[string, (copy: AuditExport) => AuditExport | void, RegExp]>([
  [
    'another comment in a verdict',
    (copy) =>
      rewrite(copy, 'workflowExecutionUpdateAcceptedEventAttributes', '"by":"bob"', '"comment":"yes","by":"bob"'),
    /a signature by bob counted, but no message contains it/,
  ],
  [
    'another name on a verdict, in the message and in the service’s record',
    (copy) => {
      rewrite(copy, 'workflowExecutionUpdateAcceptedEventAttributes', '"by":"bob"', '"by":"alice"');
      rewrite(copy, 'activityTaskScheduledEventAttributes', '"by":"bob"', '"by":"alice"');
    },
    /accepted a signature that is not good/,
  ],
  [
    'another plan, everywhere',
    (copy) => {
      const wipe = /wipe round 1 by bob\n.*\n +(sha256:[0-9a-f]{64})/.exec(told)![1]!;
      for (const kind of ['activityTaskScheduled', 'activityTaskCompleted', 'workflowExecutionUpdateAccepted'])
        rewrite(copy, `${kind}EventAttributes`, wipe, `sha256:${'0'.repeat(64)}`);
    },
    /approve of wipe by bob: the service accepted a signature that is not good/,
  ],
  [
    'another applicant in a judgement',
    (copy) => rewrite(copy, 'workflowExecutionSignaledEventAttributes', '"users":["heidi"]', '"users":["judy"]'),
    /approve of 1 applicant by carol counted, but no message contains it/,
  ],
  [
    'another applicant in a judgement, in the message and in the service’s record',
    (copy) => {
      for (const kind of ['workflowExecutionSignaled', 'activityTaskScheduled'])
        rewrite(copy, `${kind}EventAttributes`, '"users":["heidi"]', '"users":["judy"]');
    },
    /approve of 1 applicant by carol: the service accepted a signature that is not good/,
  ],
  [
    'another name on a judgement',
    (copy) => {
      for (const kind of ['workflowExecutionSignaled', 'activityTaskScheduled'])
        rewrite(copy, `${kind}EventAttributes`, '"by":"carol","at"', '"by":"bob","at"');
    },
    /applicant by bob: the service accepted a signature that is not good/,
  ],
  [
    'other keys in the list of signers',
    (copy) => ({ ...copy, allowedSigners: copy.allowedSigners.map((one) => ({ ...one, text: '# nobody\n' })) }),
    /allowed signers: the content of sha256:/,
  ],
  [
    'an event that was taken out',
    (copy) => ({
      ...copy,
      executions: copy.executions.map((one, at) => (at > 0 ? one : { ...one, events: one.events.toSpliced(20, 1) })),
    }),
    /lacks event 21/,
  ],
  [
    'a verdict made into something harmless',
    (copy) => {
      const accepted = (e: HistoryEvent) => 'workflowExecutionUpdateAcceptedEventAttributes' in e;
      const executions = copy.executions.map((one) => ({
        ...one,
        events: one.events.map((e) => (accepted(e) ? { ...e, workflowExecutionUpdateAcceptedEventAttributes: {} } : e)),
      }));
      return { ...copy, executions };
    },
    /wipeHomes at .+ acted on sha256:\w+ with 0 of 2 approvals/,
  ],
  [
    'work on a host that no workflow had deferred',
    (copy) => rename(copy, 'deferTask', 'awaitEnd'),
    /host\/cojito: wipeDocker cojito at .+ acted on \S+ with 0 of 1 approvals: the workflow that it names did not defer it/,
  ],
  [
    'the history of a host that work was deferred to left out',
    (copy) => ({ ...copy, executions: copy.executions.filter(({ workflow }) => workflow !== 'host/cojito') }),
    /the history of host\/cojito, which received deferred tasks, is missing/,
  ],
  [
    'an acting activity by another name',
    (copy) => rename(copy, 'wipeHomes', 'wipeAll'),
    /unknown acting activity wipeAll at/,
  ],
  [
    'an acting activity that nobody knows',
    (copy) => {
      const [first] = copy.executions;
      const known = first!.events.find((e) => 'activityTaskScheduledEventAttributes' in e)!;
      const activityTaskScheduledEventAttributes = { activityType: { name: 'formatDisks' } };
      const eventId = String(first!.events.length + 1);
      const added = { ...known, eventId, activityTaskScheduledEventAttributes };
      return { ...copy, executions: copy.executions.with(0, { ...first!, events: [...first!.events, added] }) };
    },
    /unknown acting activity formatDisks at/,
  ],
  [
    'a step that acts by an argument of another name, without its approvals',
    (copy) => {
      rewrite(copy, 'activityTaskScheduledEventAttributes', '"plan":', '"planDigest":');
      rewrite(copy, 'workflowExecutionUpdateAcceptedEventAttributes', '"gate":"wipe"', '"gate":"prune"');
    },
    /wipeHomes at .+ acted on sha256:\w+ with 0 of 2 approvals/,
  ],
  [
    'sessions ended before anybody had approved the removal',
    (copy) => rewrite(copy, 'workflowExecutionUpdateAcceptedEventAttributes', '"gate":"removal"', '"gate":"prune"'),
    /drainHost \S+ at .+ acted on sha256:\w+ with 0 of 1 approvals/,
  ],
  [
    'a host that goes back, which no gate was asked about',
    (copy) => rename(copy, 'receiveImage', 'rollBack'),
    /rollBack \S+ at .+ acted on unknown with 0 of 1 approvals/,
  ],
  [
    'somebody passed over whom nobody had waived',
    (copy) => rewrite(copy, 'activityTaskScheduledEventAttributes', '"waived":[]', '"waived":["erin"]'),
    /wipeHomes at .+ waived erin, whom no approval of its plan waives/,
  ],
  [
    'a child’s history left out',
    (copy) => ({ ...copy, executions: copy.executions.slice(0, 1) }),
    /the history of semester\/\S+ \(run \S+\) is missing/,
  ],
])('finds %s', async (_, change, problem) => {
  const forged = await auditOf(change);
  expect(forged.text).toMatch(problem);
  expect(forged.code).toBe(1);
  // Whatever a forger thinks of: it is not the file of the report.
  expect(forged.digest).not.toBe(digest);
});

test('a file that is not the one of the report shows by the digest in the report', async () => {
  const { code, text } = await auditOf((copy) => ({ ...copy, semester: 'other' }), ['--digest', digest]);
  expect([code, text]).toEqual([1, expect.stringContaining('this is not the file of the report')]);
});

test('a careless change shows in the file’s own digest', async () => {
  const { code, text } = await auditOf((copy) => ({ ...copy, semester: 'other' }), [], false);
  expect([code, text]).toEqual([1, expect.stringContaining('the file was changed')]);
});

test('the auditor’s own list of keys decides if it is given', async () => {
  const own = path.join(folder, 'own_signers');
  await writeFile(own, (await readFile(path.join(folder, 'allowed_signers'), 'utf8')).replace(/^bob .*\n/m, ''));
  const { code, text } = await auditOf(() => {}, ['--allowed-signers', own]);
  expect(text).toMatch(/approve of wipe by bob: the service accepted a signature that is not good/);
  expect(code).toBe(1);
});

test('a file that is no export ends with one sentence', async () => {
  const io = recorder();
  expect(await run(['audit', path.join(folder, 'allowed_signers')], io)).toBe(1);
  expect(io.notes.join('\n')).toContain('is not an export of a semester');
});
