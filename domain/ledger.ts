/** What became of one mail, as the ledger records it. */
export const LEDGER_STATES = [
  'intended',
  'sent',
  /** Cut off after DATA: it may have arrived. Only a person's word sends it again. */
  'unknown',
  'refused',
  'no-address',
  /** It came back, as a person saw in the mailbox. */
  'bounced',
  /** Had no address, and was let pass by name at the gate. */
  'waived',
] as const;
export type LedgerState = (typeof LEDGER_STATES)[number];
