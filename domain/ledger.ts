/** The states of a mail in the ledger. */
export const LEDGER_STATES = [
  'intended',
  'sent',
  /** The connection ended after DATA: the mail may have arrived. Only the signal `resend` sends it again. */
  'unknown',
  'refused',
  'no-address',
  /** A person reported that it bounced (signal `bounce`). */
  'bounced',
  /** The person had no address and was waived by name at the gate. */
  'waived',
] as const;
export type LedgerState = (typeof LEDGER_STATES)[number];
