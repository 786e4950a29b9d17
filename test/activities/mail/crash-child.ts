/** Sends a few mails from a process that its mail server kills midway: `node crash-child.ts DIR PORT`. */
import { sendLedgerMail } from '../../../activities/mail/send.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { openStore } from '../../../activities/store/open.ts';
import { mailsOf, siteWith } from './fixtures.ts';

const [, , dir = '', port = ''] = process.argv;
const store = await openStore({ dir });
await sendLedgerMail(
  { store, transport: createMailTransport() },
  { site: siteWith(Number(port)) },
  mailsOf('2027-spring', ['ada', 'bob', 'eve']),
);
