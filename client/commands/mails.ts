import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { inReadersTime, readerOf, type Reader } from '../reader.ts';
import { sendAndReport } from '../signal.ts';
import { table } from '../table.ts';
import { inspect, queryStatus, workflowIdOf } from '../workflows.ts';
import type { MailLine } from '../../activities/mail/contract.ts';

/** `mails`: shows the ledger: who got which mail, and what the mail server answered. */
export function mailsCommand(io: Io): Command {
  return new Command('mails')
    .description('Show the ledger of mails: person, kind, edition, state, what the mail server answered')
    .argument('<semester>', 'name of the semester')
    .option('--state <state>', 'only this state: planned, sent, unknown, bounced, refused, no-address or waived')
    .option('--json', 'print the ledger as JSON')
    .addHelpText('after', '\nExample:\n  semester mails 2027-spring --state unknown')
    .action((semester: string, { state, json }: { state?: string; json?: boolean }) =>
      io.withClient(async (client) => {
        // The ledger of a stuck semester can be read, but not what it plans.
        const status = await queryStatus(client, workflowIdOf(semester)).catch((error: unknown) => {
          if (!(error instanceof CliError) || error.code !== EXIT.stuck) throw error;
          io.note(error.message);
          return null;
        });
        const plan = status?.gates.find(({ gate }) => gate === 'notice')?.plan?.digest;
        const lines: MailLine[] = [];
        for (let page = 0, pages = 1; page < pages; page++) {
          const answer = await inspect(client, 'mails', { semester, page, ...(plan !== undefined && { plan }) });
          ({ pages } = answer);
          lines.push(...answer.lines.filter((line) => state === undefined || line.state === state));
        }
        io.out(json ? jsonText('mails', lines) : mailTable(lines, readerOf(status ?? {}), io.columns));
      }),
    );
}

function mailTable(lines: readonly MailLine[], reader: Reader, columns: number | null): string {
  const head = ['person', 'kind', 'edition', 'state', 'at', 'answer'];
  const rows = lines.map(({ person, kind, edition, state, at, answer }) => [
    person,
    kind,
    edition,
    state,
    inReadersTime(at ?? '', reader),
    answer ?? '',
  ]);
  const states = [...new Set(lines.map(({ state }) => state))];
  const sums = states.map((state) => `${lines.filter((line) => line.state === state).length} ${state}`);
  return `${table(columns, head, rows)}\n${sums.length > 0 ? sums.join(', ') : 'no mails'}`;
}

/** `bounce`: records that mails bounced. They count as not sent: the wipe then needs a waiver for the recipient. */
export function bounceCommand(io: Io): Command {
  return new Command('bounce')
    .description('Record that the mails to a person bounced: they count as not sent')
    .argument('<semester>', 'name of the semester')
    .argument('<who>', 'account name, or the address that bounced')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester bounce 2027-spring erin@example.org --by kim')
    .action((semester: string, who: string, { by, json }: { by: string; json?: boolean }) =>
      sendAndReport(io, semester, 'bounce', { who, by }, json),
    );
}

/** `resend`: sends the last notice again to one person who may not have received it. */
export function resendCommand(io: Io): Command {
  return new Command('resend')
    .description('Send the last notice to one person again, if its state is unknown, refused or bounced')
    .argument('<semester>', 'name of the semester')
    .argument('<user>', 'account name')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .requiredOption('--reason <text>', 'recorded in the history')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester resend 2027-spring erin --by kim --reason "says that nothing came"')
    .action((semester: string, user: string, flags: { by: string; reason: string; json?: boolean }) => {
      const { by, reason, json } = flags;
      return sendAndReport(io, semester, 'resend', { user, by, reason }, json);
    });
}
