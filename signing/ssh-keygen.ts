import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { canonicalText } from '../domain/digest.ts';
import { SIGNATURE_NAMESPACE, type Signable } from '../domain/statement.ts';

export type Verification =
  | { readonly valid: true; /** Fingerprint, `SHA256:…`. */ readonly key: string }
  | { readonly valid: false; readonly reason: string };

/** The output is parsed, so it must be English. The tools must not prompt in a terminal or a window. */
const QUIET = { extendEnv: true, env: { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' }, reject: false } as const;
/** A signature of ssh-keygen has some hundred bytes; one with a certificate has a few thousand. */
const LONGEST = 16 * 1024;

/**
 * Verifies that `signature` signs the statement with a key that the allowed-signers text assigns to the statement's
 * approver, valid at `at`.
 * @throws Error if ssh-keygen cannot be run; the result is then unknown.
 */
export async function verifyStatement(a: {
  statement: Signable;
  signature: string;
  /** Content of an allowed_signers file. */
  allowedSigners: string;
  at: Date;
}): Promise<Verification> {
  if (a.signature.length > LONGEST) return { valid: false, reason: `the signature exceeds ${LONGEST} characters` };
  return inFolder(async (folder) => {
    const [signers, signature] = [path.join(folder, 'allowed_signers'), path.join(folder, 'signature')];
    await Promise.all([writeFile(signers, a.allowedSigners), writeFile(signature, a.signature)]);
    const when = `${a.at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
    const args = ['-Y', 'verify', '-f', signers, '-I', a.statement.by, '-n', SIGNATURE_NAMESPACE, '-s', signature];
    const ran = await execa('ssh-keygen', [...args, '-O', `verify-time=${when}`], {
      ...QUIET,
      input: canonicalText(a.statement),
      timeout: 20_000,
    });
    if (ran.exitCode === undefined) throw new Error(`cannot run ssh-keygen: ${ran.shortMessage ?? 'unknown reason'}`);
    const key = / key (SHA256:[A-Za-z0-9+/=]+)\s*$/.exec(ran.stdout)?.[1];
    if (ran.exitCode === 0 && key) return { valid: true, key };
    const output = `${ran.stdout}\n${ran.stderr}`.replaceAll(folder, '').trim();
    return {
      valid: false,
      reason:
        output
          .split(/\s*\n\s*/)
          .join('; ')
          .slice(0, 300) || 'ssh-keygen reports no reason',
    };
  });
}

/**
 * Signs a statement. ssh-keygen asks for a passphrase at the terminal.
 * @param key file of a private key, or of a public key whose private key an agent holds
 * @returns the armored signature
 * @throws Error with the message of ssh-keygen
 */
export async function signStatement(statement: Signable, key: string): Promise<string> {
  const { stdout, stderr, exitCode, shortMessage } = await execa(
    'ssh-keygen',
    ['-Y', 'sign', '-f', key, '-n', SIGNATURE_NAMESPACE],
    { input: canonicalText(statement), reject: false },
  );
  if (exitCode === 0 && stdout.includes('BEGIN SSH SIGNATURE')) return `${stdout.trim()}\n`;
  throw new Error(`${key} did not sign: ${stderr.trim().split('\n').at(-1) || shortMessage}`);
}

/** The fingerprint of a key in a file, private or public, without its passphrase. @throws Error with the message of ssh-keygen */
export async function keyOfFile(file: string): Promise<string> {
  const { stdout, stderr } = await execa('ssh-keygen', ['-l', '-f', file], { ...QUIET, timeout: 20_000 });
  return fingerprintIn(stdout, stderr);
}

/** The fingerprint of the key that made a signature over this statement. @throws Error if it is over anything else */
export async function keyOfSignature(statement: Signable, signature: string): Promise<string> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'signature');
    await writeFile(file, signature);
    const args = ['-Y', 'check-novalidate', '-n', SIGNATURE_NAMESPACE, '-s', file];
    const options = { ...QUIET, input: canonicalText(statement), timeout: 20_000 };
    const { stdout, stderr, exitCode } = await execa('ssh-keygen', args, options);
    return fingerprintIn(exitCode === 0 ? stdout : '', `${stdout}\n${stderr}`.replaceAll(folder, ''));
  });
}

function fingerprintIn(output: string, problem: string): string {
  const key = /SHA256:[A-Za-z0-9+/=]+/.exec(output)?.[0];
  if (key !== undefined) return key;
  throw new Error(problem.trim().split('\n').at(-1) || 'ssh-keygen reports no reason');
}

/** Public keys in the agent, one line each; none if there is no agent. */
export async function agentKeys(): Promise<readonly string[]> {
  const { stdout, exitCode } = await execa('ssh-add', ['-L'], { ...QUIET, timeout: 20_000 });
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

/** Calls `use` with a temporary folder and removes the folder afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-sign-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
