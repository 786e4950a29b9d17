import { signerLines } from '../../signing/allowed-signers.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

/**
 * Checks that an allowed_signers file has a key for every approver, in the namespace of approvals, and that no two
 * share one.
 */
export function signersOf(say: Say, text: string, approvers: readonly string[]): Finding {
  const signers = new Set<string>();
  const namesOf = new Map<string, Set<string>>();
  for (const { names, key } of signerLines(text)) {
    for (const name of names) {
      signers.add(name);
      if (approvers.includes(name)) namesOf.set(key, (namesOf.get(key) ?? new Set()).add(name));
    }
  }
  const [pattern] = [...signers].filter((name) => /[*?!]/.test(name));
  if (pattern !== undefined) return { state: 'wrong', found: say('doctor.signers.pattern', { pattern }) };
  const missing = approvers.filter((name) => !signers.has(name));
  if (missing.length > 0) return { state: 'wrong', found: say('doctor.signers.missing', { names: missing }) };
  const [shared] = [...namesOf.values()].filter((names) => names.size > 1);
  if (shared) return { state: 'wrong', found: say('doctor.signers.shared', { names: [...shared] }) };
  return { found: say('doctor.signers.ok', { names: approvers }) };
}
