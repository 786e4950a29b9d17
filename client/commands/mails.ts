import Table from 'cli-table3';
import { Command } from 'commander';
import type { BounceMessage, ResendMessage } from '../../domain/messages.ts';
import type { Io } from '../io.ts';
import { send } from '../signal.ts';
import { inspect, queryStatus, workflowIdOf } from '../workflows.ts';
import type { MailLine } from '../../activities/mail/contract.ts';

/** `mails`: who was written to, what the mail server said, and who is still to be told. */
export function mailsCommand(io: Io): Command {
  return new Command('mails')
    .description('Show the ledger of mails: person, kind, edition, state, what the mail server answered')
    .argument('<semester>', 'name of the semester')
    .option('--state <state>', 'only planned, sent, unknown, bounced, refused, no-address or waived')
    .option('--json', 'print the ledger as JSON')
    .addHelpText('after', '\nExample:\n  semester mails 2027-spring --state unknown')
    .action((semester: string, { state, json }: { state?: string; json?: boolean }) =>
      io.withClient(async (client) => {
        const status = await queryStatus(client, workflowIdOf(semester));
        const plan = status?.gates.find(({ gate }) => gate === 'notice')?.plan?.digest;
        const lines: MailLine[] = [];
        for (let page = 0, pages = 1; page < pages; page++) {
          const answer = await inspect(client, 'mails', { semester, page, ...(plan !== undefined && { plan }) });
          ({ pages } = answer);
          lines.push(...answer.lines.filter((line) => state === undefined || line.state === state));
        }
        io.out(json ? JSON.stringify(lines, null, 2) : table(lines));
      }),
    );
}

function table(lines: readonly MailLine[]): string {
  const head = ['person', 'kind', 'edition', 'state', 'at', 'answer'];
  const view = new Table({ head, style: { head: [], border: [] } });
  for (const { person, kind, edition, state, at, answer } of lines)
    view.push([person, kind, edition, state, at ?? '', answer ?? '']);
  const states = [...new Set(lines.map(({ state }) => state))];
  const sums = states.map((state) => `${lines.filter((line) => line.state === state).length} ${state}`);
  return `${view.toString()}\n${sums.length > 0 ? sums.join(', ') : 'nobody has been written to'}`;
}

/** `bounce`: mails came back, so that they count as not sent; whoever they were for is waived by name before a wipe. */
export function bounceCommand(io: Io): Command {
  return new Command('bounce')
    .description('Say that the mails to somebody came back: they count as not sent')
    .argument('<semester>', 'name of the semester')
    .argument('<who>', 'account name, or the address that the mail came back from')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester bounce 2027-spring erin@example.org --by kim')
    .action((semester: string, who: string, { by, json }: { by: string; json?: boolean }) =>
      deliver(io, semester, 'bounce', { who, by }, json),
    );
}

/** `resend`: the last notice once more to one person, whom it may not have reached. */
export function resendCommand(io: Io): Command {
  return new Command('resend')
    .description('Send the last notice to one person again, where it is unknown, refused or bounced')
    .argument('<semester>', 'name of the semester')
    .argument('<user>', 'account name')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .requiredOption('--reason <text>', 'kept in the history')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester resend 2027-spring erin --by kim --reason "says that nothing came"')
    .action((semester: string, user: string, flags: { by: string; reason: string; json?: boolean }) => {
      const { by, reason, json } = flags;
      return deliver(io, semester, 'resend', { user, by, reason }, json);
    });
}

async function deliver(
  io: Io,
  semester: string,
  name: 'bounce' | 'resend',
  message: BounceMessage | ResendMessage,
  json: boolean | undefined,
): Promise<void> {
  const answer = await io.withClient((client) => send(io, client, semester, name, message));
  if (json)
    return io.out(JSON.stringify({ workflow: semester, message: name, counts: answer?.counts ?? null }, null, 2));
  if (answer?.counts) io.out(`Accepted: ${name} by ${message.by} (${answer.detail}).`);
}
