import path from 'node:path';
import { expectTrue, type Claim } from './claim.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';

/** What was done, as hosts, ID server and ledger show it. It needs the store, so it comes last. */
export async function checkDone({ onWorkersMachine, lab }: Stage): Promise<string> {
  const { code, text } = await onWorkersMachine('audit', NAME, '--site', lab.siteFile);
  expectTrue(code === 0 && text.includes('✓ Everything that was done had been approved'), text.slice(-2000));
  return 'no act, job, member or mail that no approved step explains';
}

/** Claims that an auditor can check with only the export, the approvers' public keys and the report by mail. */
export function auditClaims({ lab, semester }: Stage): readonly Claim[] {
  return [
    {
      claim: 'an audit finds an approval and its key for every step',
      async check() {
        const mails = await lab.services.smtp.mails();
        const [digest] = mails.flatMap(
          ({ text = '' }) => /history exported to \S+\s(sha256:[0-9a-f]{64})/.exec(text)?.[1] ?? [],
        );
        expectTrue(digest !== undefined, 'no report names the digest of the exported history');
        const trusted = ['--digest', digest!, '--allowed-signers', path.join(lab.dir, 'allowed_signers')];
        const { code, text } = await semester.run('audit', NAME, '--offline', ...trusted);
        expectTrue(code === 0, text.slice(-300));
        const keys = new Set(text.match(/SHA256:\S+/g));
        const steps = text.match(/^✓ \d/gm) ?? [];
        // Of two approvers, and of the person who started the semester.
        expectTrue(steps.length > 10 && keys.size === 3, `${steps.length} steps, ${keys.size} keys`);
        return `${steps.length} steps, each with its approvals, by ${keys.size} keys; the export matches the report`;
      },
    },
  ];
}
