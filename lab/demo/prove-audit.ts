import path from 'node:path';
import { holds, type Claim } from './claim.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';

/** What an auditor finds who has the export, the approvers' public keys and the report in their mailbox, and asks no server. */
export function auditClaims({ lab, semester }: Stage): readonly Claim[] {
  return [
    {
      claim: 'an audit finds every step approved, with which key',
      async look() {
        const mails = await lab.services.smtp.mails();
        const [digest] = mails.flatMap(
          ({ text = '' }) => /history exported to \S+\s(sha256:[0-9a-f]{64})/.exec(text)?.[1] ?? [],
        );
        holds(digest !== undefined, 'no report names the digest of the exported history');
        const trusted = ['--digest', digest!, '--allowed-signers', path.join(lab.dir, 'allowed_signers')];
        const { code, text } = await semester.quietly('audit', NAME, ...trusted);
        holds(code === 0, text.slice(-300));
        const keys = new Set(text.match(/SHA256:\S+/g));
        const steps = text.match(/^✓ \d/gm) ?? [];
        holds(steps.length > 10 && keys.size === 2, `${steps.length} steps, ${keys.size} keys`);
        return `${steps.length} steps, each with its approvals, by ${keys.size} keys; the export is that of the report`;
      },
    },
  ];
}
