import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSigner } from '../../../activities/approvals/signers.ts';
import { verifyApproval } from '../../../activities/approvals/verify.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Site } from '../../../domain/site.ts';
import { signStatement } from '../../../signing/ssh-keygen.ts';
import { newKey, STATEMENT } from '../../signing/keys.ts';
import { holdsContract } from '../../support/contract.ts';

test('verifies by the allowed signers file as it is now, and stores its content by digest', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'signers-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const allowedSigners = path.join(folder, 'allowed_signers');
  const kept: unknown[] = [];
  const acts = holdsContract({
    verifyApproval: verifyApproval({
      site: async () => ({ approvals: { signed: true, allowedSigners } }) as Site,
      store: { putDocument: async (value) => (kept.push(value), digestOf(value)) },
      clock: () => new Date(),
    }),
  });
  const verify = acts.verifyApproval;
  const key = await newKey();
  const asked = { statement: STATEMENT, signature: await signStatement(STATEMENT, key.file) };
  await expect(verify(asked)).rejects.toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });

  const text = `kim namespaces="gpu-semester" ${key.line}\n`;
  await writeFile(allowedSigners, text);
  expect(await verify(asked)).toEqual({
    signed: { key: key.fingerprint, allowedSigners: digestOf({ allowedSigners: text }) },
  });
  expect(kept).toEqual([{ allowedSigners: text }]);

  // A removed line revokes the key.
  await writeFile(allowedSigners, '# nobody\n');
  const after = await verify(asked);
  expect(after).toMatchObject({
    refused: expect.stringMatching(/not a signature of kim over this statement/) as string,
  });
  expect(JSON.stringify(after)).not.toContain(tmpdir());
  expect(kept).toHaveLength(1);
});

test('names whose key it is before anybody signs', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'signers-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const allowedSigners = path.join(folder, 'allowed_signers');
  const site = async () => ({ approvals: { signed: true, allowedSigners } }) as Site;
  const { checkSigner: check } = holdsContract({ checkSigner: checkSigner({ site }) });
  const [kim, lee] = [await newKey(), await newKey()];
  const authority = 'park cert-authority ssh-ed25519 AAAAC3Nz';
  const other = `kim namespaces="git" ${lee.line}`;
  await writeFile(
    allowedSigners,
    `kim namespaces="gpu-semester" ${kim.line}\nlee ${lee.line}\n${other}\n${authority}\n`,
  );
  expect(await check({ by: 'kim', key: kim.fingerprint })).toEqual({ refused: null });
  expect((await check({ by: 'kim', key: lee.fingerprint })).refused).toMatch(
    /is not a key of kim .*it is the key of lee/,
  );
  expect((await check({ by: 'choi', key: lee.fingerprint })).refused).toMatch(/has no key of choi/);
  // A certificate is judged by its authority when the signature arrives.
  expect(await check({ by: 'park', key: kim.fingerprint })).toEqual({ refused: null });
});
