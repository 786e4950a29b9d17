import type { ApprovalActivities } from '../../activities/approvals/contract.ts';
import { nothingNew, refuse } from '../../activities/failures.ts';

const AT = '2027-01-04T00:00:00.000Z';

/** Signatures that are the JSON of what was signed, a chat, and an export that writes nothing. */
export const approvalActs = (
  tell: (to: 'approver' | 'chat', kind: string, about: string) => Promise<void>,
): ApprovalActivities => ({
  verifyApproval: async ({ statement, signature }) =>
    signature === JSON.stringify(statement)
      ? { signed: { key: `SHA256:${statement.by}`, allowedSigners: 'sha256:signers' } }
      : { refused: `the signature is not a signature of ${statement.by} over this statement` },
  checkSigner: async () => ({ refused: null }),
  passGate: async ({ gate, round, approvals }) => ({
    what: 'grant',
    at: AT,
    summary: `gate ${gate} round ${round}: ${approvals.map(({ by }) => by).join(' and ')} approved`,
    facts: { gate, round, signed: approvals.every(({ signature }) => signature !== undefined), until: AT },
    how: 'service',
  }),
  passHandGate: async ({ gate, round, by, signature }) => {
    if (signature === 'forged') throw refuse('NoGrant', `it is not a signature of ${by}`);
    return {
      what: 'grant',
      at: AT,
      summary: `gate ${gate} round ${round}: ${by} reported the work`,
      facts: {
        gate,
        round,
        signed: signature !== null,
        until: AT,
        signedWith: signature === null ? null : { key: `SHA256:${by}`, allowedSigners: 'sha256:signers' },
      },
      how: 'service',
    };
  },
  passStart: async ({ startedBy: by, signed }) => ({
    what: 'started',
    at: AT,
    summary: `started by ${by}`,
    facts: {
      by,
      signed: signed !== null,
      signedWith: signed === null ? null : { key: `SHA256:${by}`, allowedSigners: 'sha256:signers' },
    },
    how: 'service',
  }),
  notifyWebhook: ({ kind, about }) => tell('chat', kind, about),
  remindApprovers: async ({ since, everyMs, parent, questions }) => {
    // The parent is open as long as a world plays: it reminds.
    if (parent !== null) throw nothingNew('the parent reminds');
    const late = questions.map(({ key }) => key).join(', ');
    await tell('approver', 'reminder', `${late} every ${everyMs} ms since ${since}`);
    await tell('chat', 'reminder', late);
    throw nothingNew('reminded');
  },
  exportHistory: async () => ({ file: '/exports/s.json', digest: 'sha256:export', executions: 1, events: 1, left: [] }),
});
