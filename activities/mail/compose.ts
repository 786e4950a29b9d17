import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Site } from '../../domain/site.ts';
import type { LedgerKey } from '../store/store.ts';
import type { RenderedMail } from './contract.ts';

/** The recipient of a mail. */
export interface Recipient {
  readonly name: string;
  readonly address: string;
}

/** A message for SMTP. */
export interface Message {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly bytes: Buffer;
}

/**
 * A deterministic ID for one mail to one person: a mailbox that receives the mail twice shows it once. The hash does
 * not reveal the recipient.
 */
export function messageIdOf(site: Site, key: LedgerKey): string {
  const { semester, kind, edition, person } = key;
  const hash = createHash('sha256')
    .update(canonicalize([site.name, semester, kind, edition, person]) ?? '')
    .digest('hex')
    .slice(0, 40);
  const domain = /@([^@<>\s]+)>?\s*$/.exec(site.mail.from)?.[1] ?? 'localhost';
  return `<${hash}@${domain}>`;
}

/** Builds the MIME message: text and HTML, RFC 2047 headers. `Auto-Submitted` suppresses automatic replies. */
export async function compose(site: Site, messageId: string, to: Recipient, mail: RenderedMail): Promise<Message> {
  const node = new MailComposer({
    from: site.mail.from,
    to,
    subject: mail.subject,
    text: mail.text,
    ...(mail.html !== '' && { html: mail.html }),
    messageId,
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(site.mail.replyTo !== undefined && { replyTo: site.mail.replyTo }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from, to: recipients } = node.getEnvelope();
  return { envelope: { from: from || '', to: recipients }, bytes: await node.build() };
}
