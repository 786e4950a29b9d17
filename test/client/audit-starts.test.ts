import { expect, test } from 'vitest';
import { audit } from '../../client/audit/audit.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Phase } from '../../domain/names.ts';
import type { SignedStart } from '../../domain/semester.ts';
import { startStatement } from '../../domain/statement.ts';
import { signersIn, type AuditExport } from '../../signing/export-format.ts';
import { signStatement } from '../../signing/ssh-keygen.ts';
import { newKey } from '../signing/keys.ts';
import { exportOf, historyOf } from './exported.ts';

const [workflow, run] = ['semester/2027-spring', 'run-1'];
const AT = '2027-02-01T00:00:00.000Z';

interface Sent {
  readonly by: string;
  readonly from: Phase | null;
  readonly signed: SignedStart | null;
}

/** An export in which `sent` started the workflow, and the service recorded `counted`; then a host is drained. */
function started({
  sent,
  counted = sent,
  signers,
  signedWith,
  demanded = true,
}: {
  sent: Sent;
  counted?: Sent;
  signers: string;
  signedWith: object | null;
  demanded?: boolean;
}): AuditExport {
  const { by: startedBy, from, signed } = sent;
  const input = { startedBy, ...(from && { from }), ...(signed && { signed }) };
  const history = historyOf({ workflow, run, input }, [
    { activity: 'readSite', result: { approvers: ['kim'], quorum: {}, signed: demanded, hosts: [], rollout: {} } },
    {
      activity: 'passStart',
      input: { startedBy: counted.by, from: counted.from, signed: counted.signed },
      result: { what: 'started', facts: { by: counted.by, signed: signedWith !== null, signedWith } },
    },
    { activity: 'drainHost', input: { host: 'asahi' }, result: {} },
  ]);
  return exportOf([history], [signers]);
}

async function signedStart() {
  const [kim, mallory] = [await newKey(), await newKey()];
  const signers = `kim ${kim.line}\n`;
  const statement = startStatement({ workflow, by: 'kim', from: 'prune', at: AT });
  const signed = { at: AT, signature: await signStatement(statement, kim.file) };
  const sent: Sent = { by: 'kim', from: 'prune', signed };
  const forged: Sent = { ...sent, signed: { ...signed, signature: await signStatement(statement, mallory.file) } };
  const signedWith = { key: kim.fingerprint, allowedSigners: digestOf({ allowedSigners: signers }) };
  return { good: { sent, signers, signedWith }, sent, forged };
}

test('a signed start is verified, listed with its key, and permits what comes before the first approval', async () => {
  const { good } = await signedStart();
  const exported = started(good);
  expect(exported.executions.flatMap(({ events }) => signersIn(events))).toEqual([good.signedWith.allowedSigners]);
  const { starts, actions, problems } = await audit(exported);
  expect(problems).toEqual([]);
  expect(starts).toMatchObject([
    { workflow, counts: true, key: good.signedWith.key, statement: { by: 'kim', from: 'prune' } },
  ]);
  expect(actions).toMatchObject([{ name: 'drainHost asahi (started from prune)', enough: true }]);
});

test('a start that the service should not have counted is a problem, and permits nothing', async () => {
  const { good, sent, forged } = await signedStart();
  const problemsOf = async (change: object) => (await audit(started({ ...good, ...change }))).problems;
  const problems = (text: RegExp) => [
    expect.stringMatching(text) as string,
    expect.stringMatching(/drainHost asahi at .* started from prune, but no start counts/) as string,
  ];
  expect(await problemsOf({ sent: forged })).toEqual(problems(/start by kim: .*signature that is not good/));
  expect(await problemsOf({ counted: forged })).toEqual(
    problems(/start by kim: .* was started by kim with other words/),
  );
  expect(await problemsOf({ counted: { ...sent, by: 'lee' } })).toEqual(problems(/start by lee: .* started by kim/));
  expect(await problemsOf({ sent: { ...sent, signed: null } })).toEqual(problems(/a signature that nobody sent/));
  const other = { ...good.signedWith, key: 'SHA256:other' };
  expect(await problemsOf({ signedWith: other })).toEqual(problems(/recorded the key SHA256:other/));
});

test('an unsigned start is a claim: it permits something only where the site demands no signature', async () => {
  const { good, sent } = await signedStart();
  const unsigned = { ...good, sent: { ...sent, signed: null }, signedWith: null };
  expect(await audit(started({ ...unsigned, demanded: false }))).toMatchObject({
    problems: [],
    starts: [{ counts: true, key: null }],
  });
  expect(await audit(started(unsigned))).toMatchObject({
    problems: [expect.stringMatching(/drainHost asahi at .* no start counts/)],
    starts: [{ counts: false, key: null, wrong: false, reason: 'it is not signed' }],
  });
});
