import type { Finding } from './check.ts';

/** ssh-keygen's namespace for approvals. */
const NAMESPACE = 'gpu-semester';

/** Whether the text of an allowed_signers file has a key of every approver that may sign approvals. */
export function signersOf(text: string, approvers: readonly string[]): Finding {
  const signers = new Set(
    text.split('\n').flatMap((line) => {
      const [names = '', options = ''] = line.trim().split(/\s+/);
      const spaces = /namespaces="([^"]*)"/.exec(options)?.[1]?.split(',');
      const mayApprove = spaces === undefined || spaces.includes(NAMESPACE);
      return names.startsWith('#') || !mayApprove ? [] : names.split(',');
    }),
  );
  const missing = approvers.filter((name) => !signers.has(name));
  if (missing.length === 0) return { found: `a key of each: ${approvers.join(', ')}` };
  return { state: 'wrong', found: `no key of ${missing.join(', ')}` };
}
