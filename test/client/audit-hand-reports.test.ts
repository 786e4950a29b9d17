import { expect, test } from 'vitest';
import { audit } from '../../client/audit/audit.ts';
import { digestOf } from '../../domain/digest.ts';
import { doneStatement } from '../../domain/statement.ts';
import { signersIn, type AuditExport } from '../../signing/export-format.ts';
import { signStatement } from '../../signing/ssh-keygen.ts';
import { newKey } from '../signing/keys.ts';
import { exportOf, historyOf } from './exported.ts';

const [workflow, run] = ['semester/2027-spring', 'run-1'];

type Report = { by: string; reason: string; value: string | null; signature: string | null };

/** An export in which `sent` is the message, and `counted` what the service accepted. */
function reported({
  sent,
  counted,
  signers,
  signedWith,
  signed = true,
}: {
  sent: Report | null;
  counted: Report;
  signers: string;
  signedWith: object | null;
  signed?: boolean;
}): AuditExport {
  const history = historyOf({ workflow, run }, [
    { activity: 'readSite', result: { approvers: ['kim'], quorum: {}, signed, hosts: [], rollout: {} } },
    { signal: sent ? 'done' : 'retry', input: { step: 'reinstall', ...sent } },
    {
      activity: 'passHandGate',
      input: { gate: 'reinstall', round: 1, ...counted },
      result: { what: 'grant', facts: { gate: 'reinstall', round: 1, signedWith } },
    },
  ]);
  return exportOf([history], [signers]);
}

/** A report that kim signed, as the service accepted it. */
async function signedReport() {
  const [kim, mallory] = [await newKey(), await newKey()];
  const signers = `kim ${kim.line}\n`;
  const about = { step: 'reinstall', by: 'kim', reason: 'reinstalled asahi', value: 'SHA256:new' };
  const statement = doneStatement(about, { workflow, run, round: 1 });
  const { by, reason, value } = about;
  const report: Report = { by, reason, value, signature: await signStatement(statement, kim.file) };
  const signedWith = { key: kim.fingerprint, allowedSigners: digestOf({ allowedSigners: signers }) };
  const forged: Report = { ...report, signature: await signStatement(statement, mallory.file) };
  return { good: { sent: report, counted: report, signers, signedWith }, report, forged };
}

test('a signed report at a hand gate is verified, and listed with its key', async () => {
  const { good } = await signedReport();
  const exported = reported(good);
  // So the export holds the list of keys.
  expect(exported.executions.flatMap(({ events }) => signersIn(events))).toEqual([good.signedWith.allowedSigners]);
  const { reports, problems } = await audit(exported);
  expect(problems).toEqual([]);
  expect(reports).toMatchObject([
    { workflow, counts: true, key: good.signedWith.key, statement: { done: 'reinstall', round: 1, by: 'kim' } },
  ]);
});

test('a report that the service should not have accepted is a problem', async () => {
  const { good, report, forged } = await signedReport();
  const problemsOf = async (change: object) => (await audit(reported({ ...good, ...change }))).problems;
  const both = (one: Report) => ({ sent: one, counted: one });
  const problem = (text: RegExp) => [expect.stringMatching(text) as string];
  expect(await problemsOf(both(forged))).toEqual(problem(/report of reinstall by kim: .*signature that is not good/));
  expect(await problemsOf(both({ ...report, value: 'SHA256:evil' }))).toEqual(problem(/signature that is not good/));
  expect(await problemsOf({ counted: { ...report, value: 'SHA256:evil' } })).toEqual(problem(/no message contains it/));
  expect(await problemsOf({ sent: null })).toEqual(problem(/no message contains it/));
  expect(await problemsOf(both({ ...report, by: 'mallory' }))).toEqual(problem(/mallory was not an approver then/));
  expect(await problemsOf(both({ ...report, signature: null }))).toEqual(problem(/it is not signed/));
  expect(await problemsOf({ signedWith: null })).toEqual(problem(/did not record with which key/));
  expect(await problemsOf({ signedWith: { ...good.signedWith, key: 'SHA256:other' } })).toEqual(
    problem(/recorded the key SHA256:other/),
  );
});

test('where the site demands no signature, an unsigned report counts as a claim', async () => {
  const { good, report } = await signedReport();
  const unsigned = { ...report, signature: null };
  const exported = reported({ ...good, sent: unsigned, counted: unsigned, signedWith: null, signed: false });
  expect(await audit(exported)).toMatchObject({ problems: [], reports: [{ counts: true, key: null }] });
});
