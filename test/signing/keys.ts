import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { Statement } from '../../domain/statement.ts';

/** A new key pair in a folder that goes when the test ends. */
export async function newKey(): Promise<{ file: string; line: string; fingerprint: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'key-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'id');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
  const { stdout } = await execa('ssh-keygen', ['-l', '-f', `${file}.pub`]);
  return { file, line: (await readFile(`${file}.pub`, 'utf8')).trim(), fingerprint: stdout.split(' ')[1]! };
}

export const STATEMENT: Statement = {
  workflow: 'semester/2027-spring',
  run: '0197a1f0-0000-7000-8000-000000000001',
  gate: 'wipe',
  round: 2,
  digest: `sha256:${'ab'.repeat(32)}`,
  verdict: 'approve',
  by: 'kim',
  waive: ['rupert'],
  comment: '다 읽었음',
};
