import { createHash } from 'node:crypto';
import { SIGNATURE_NAMESPACE } from '../domain/statement.ts';

/** A line of an allowed_signers file that counts for approvals. */
interface SignerLine {
  readonly names: readonly string[];
  /** Fingerprint of the key, `SHA256:…`. */
  readonly key: string;
  /** Whether the key signs certificates, with which others then sign. */
  readonly authority: boolean;
}

/** The lines of an allowed_signers file in the namespace of approvals. */
export function signerLines(text: string): readonly SignerLine[] {
  return text.split('\n').flatMap((line) => {
    const [names = '', ...rest] = line.trim().split(/\s+/);
    const spaces = /namespaces="([^"]*)"/.exec(rest[0] ?? '')?.[1]?.split(',');
    const key = rest.find((word) => word.startsWith('AAAA'));
    if (names.startsWith('#') || key === undefined || (spaces && !spaces.includes(SIGNATURE_NAMESPACE))) return [];
    const authority = rest.slice(0, rest.indexOf(key)).some((word) => word.includes('cert-authority'));
    return [{ names: names.split(','), key: fingerprintOf(key), authority }];
  });
}

/** The fingerprint that ssh-keygen shows for a public key in base64. */
export const fingerprintOf = (key: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;
