import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/** The approvers of the lab's site; each signs with a separate key. */
export const APPROVERS = [
  { name: 'alice', email: 'alice@example.org', language: 'ko' },
  { name: 'bob', email: 'bob@example.org', language: 'en' },
  { name: 'carol', email: 'carol@example.org', language: 'ko' },
] as const;

/** Path of an approver's private key in the lab's folder `dir`, for `semester approve --key`. */
export const approverKey = (dir: string, name: string) => path.join(dir, 'approvers', name);

/** Creates a key for each approver, and the allowed_signers file; returns the path of the file. */
export async function writeApprovers(dir: string): Promise<string> {
  await mkdir(path.join(dir, 'approvers'), { mode: 0o700 });
  const lines = await Promise.all(
    APPROVERS.map(async ({ name }) => {
      const key = approverKey(dir, name);
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
      return `${name} namespaces="gpu-semester" ${await readFile(`${key}.pub`, 'utf8')}`;
    }),
  );
  const file = path.join(dir, 'allowed_signers');
  await writeFile(file, lines.join(''));
  return file;
}
