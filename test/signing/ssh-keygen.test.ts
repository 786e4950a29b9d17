import { expect, test } from 'vitest';
import { execa } from 'execa';
import { canonicalText } from '../../domain/digest.ts';
import type { Statement } from '../../domain/statement.ts';
import { signStatement, verifyStatement } from '../../signing/ssh-keygen.ts';
import { newKey, STATEMENT } from './keys.ts';

const NOW = new Date('2027-02-11T03:00:00Z');
const why = (signature: string, allowedSigners: string, statement: Statement = STATEMENT, at = NOW) =>
  verifyStatement({ statement, signature, allowedSigners, at });

test('the statement is RFC 8785 JSON: sorted keys, no spaces, null where nothing was said', () => {
  expect(canonicalText({ ...STATEMENT, waive: null, comment: null })).toBe(
    `{"by":"kim","comment":null,"digest":"${STATEMENT.digest}","gate":"wipe","round":2,"run":"${STATEMENT.run}",` +
      '"verdict":"approve","waive":null,"workflow":"semester/2027-spring"}',
  );
});

test('a signature by the approver’s key is good, and names the key', async () => {
  const key = await newKey();
  const signature = await signStatement(STATEMENT, key.file);
  expect(await why(signature, `kim namespaces="gpu-semester" ${key.line}\n`)).toEqual({
    valid: true,
    key: key.fingerprint,
  });
});

test('it stands for exactly its statement: another value of any key does not fit', async () => {
  const key = await newKey();
  const signature = await signStatement(STATEMENT, key.file);
  const signers = `kim ${key.line}\n`;
  expect((await why(signature, signers)).valid).toBe(true);
  const others: Partial<Statement>[] = [
    { workflow: 'semester/2027-fall' },
    { run: 'another' },
    { gate: 'prune' },
    { round: 3 },
    { digest: `sha256:${'ac'.repeat(32)}` },
    { verdict: 'reject' },
    { waive: null },
    { comment: null },
  ];
  const results = await Promise.all(others.map((other) => why(signature, signers, { ...STATEMENT, ...other })));
  expect(results.map((r) => r.valid)).toEqual(others.map(() => false));
});

test('another person’s key, a key that is not listed, and a list without keys are refused', async () => {
  const [kim, lee] = await Promise.all([newKey(), newKey()]);
  const signers = `kim ${kim.line}\nlee ${lee.line}\n`;
  const byLee = await signStatement(STATEMENT, lee.file);
  expect(await why(byLee, signers)).toMatchObject({ valid: false });
  expect(await why(await signStatement(STATEMENT, kim.file), `lee ${lee.line}\n`)).toMatchObject({ valid: false });
  expect(await why(byLee, '')).toMatchObject({ valid: false });
  for (const nonsense of ['', 'nonsense', byLee.slice(0, 90), 'x'.repeat(20_000)])
    expect(await why(nonsense, signers)).toMatchObject({ valid: false });
});

test('a signature for another purpose is none', async () => {
  const key = await newKey();
  const sign = (namespace: string) =>
    execa('ssh-keygen', ['-Y', 'sign', '-f', key.file, '-n', namespace], { input: canonicalText(STATEMENT) });
  const signers = `kim ${key.line}\n`;
  expect(await why((await sign('git')).stdout, signers)).toMatchObject({ valid: false });
  expect(await why((await sign('gpu-semester')).stdout, signers)).toMatchObject({ valid: true });
  expect(await why((await sign('gpu-semester')).stdout, `kim namespaces="git" ${key.line}\n`)).toMatchObject({
    valid: false,
  });
});

test('a key counts only while it is valid', async () => {
  const key = await newKey();
  const signature = await signStatement(STATEMENT, key.file);
  const signers = `kim valid-after="20270101Z",valid-before="20270301Z" ${key.line}\n`;
  expect(await why(signature, signers)).toMatchObject({ valid: true });
  expect(await why(signature, signers, STATEMENT, new Date('2027-03-02T00:00:00Z'))).toMatchObject({ valid: false });
  expect(await why(signature, signers, STATEMENT, new Date('2026-12-31T00:00:00Z'))).toMatchObject({ valid: false });
});

test('without a key nothing is signed, and the reason is said', async () => {
  await expect(signStatement(STATEMENT, '/nowhere/id')).rejects.toThrow(/\/nowhere\/id did not sign: .*No such file/);
});
