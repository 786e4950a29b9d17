import type { ApprovalActivities } from '../../activities/approvals/contract.ts';

/** Signatures that are the JSON of what was signed, a chat, and an export that writes nothing. */
export const approvalActs = (chat: (kind: string, about: string) => Promise<void>): ApprovalActivities => ({
  verifyApproval: async ({ statement, signature }) =>
    signature === JSON.stringify(statement)
      ? { signed: { key: `SHA256:${statement.by}`, allowedSigners: 'sha256:signers' } }
      : { refused: `the signature is not a signature of ${statement.by} over this statement` },
  notifyWebhook: ({ kind, about }) => chat(`chat-${kind}`, about),
  exportHistory: async () => ({ file: '/exports/s.json', digest: 'sha256:export', executions: 1, events: 1 }),
});
