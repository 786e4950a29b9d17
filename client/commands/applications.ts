import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { APPLICANT_STATES } from '../../domain/applicant.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { applicantStatement, applicantSubject, type ApplicantVerdict } from '../../domain/judgement.ts';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { strangerRefusal } from '../../domain/verdict.ts';
import { confirm } from '../confirm.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { demandOwnKey, signerFor, type SigningFlags } from '../sign.ts';
import { inReadersTime, readerOf, type Reader } from '../reader.ts';
import { sendSignal } from '../signal.ts';
import { table } from '../table.ts';
import { inspect, queryStatus } from '../workflows.ts';
import type { ApplicantLine } from '../../activities/applications/contract.ts';

/** `applications`: lists the applicants, and decides about single ones. */
export function applicationsCommand(io: Io): Command {
  return new Command('applications')
    .description('List the applicants, and accept or reject single ones')
    .addHelpText(
      'after',
      '\nExample:\n  semester applications 2027-spring\n  semester applications reject mallory --by kim --reason "not a student here"',
    )
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(judgeCommand(io, 'approve'))
    .addCommand(judgeCommand(io, 'reject'));
}

function listCommand(io: Io): Command {
  return new Command('list')
    .description('List all applicants: state, since when, number of reminders, problems, who decided')
    .argument('[semester]', 'name of the semester; default: the one that takes applications now')
    .option('--state <state>', `only this state: ${APPLICANT_STATES.join(', ')}`)
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester applications list 2027-spring --state problems')
    .action((named: string | undefined, { state, json }: { state?: string; json?: boolean }) =>
      io.withClient(async (client) => {
        const { semester, workflowId } = await findApplications(client, named);
        const status = await queryStatus(client, workflowId).catch(() => null);
        const lines: ApplicantLine[] = [];
        const unusable: string[] = [];
        for (let page = 0, pages = 1; page < pages; page++) {
          const answer = await inspect(client, 'applications', { semester, page });
          ({ pages } = answer);
          unusable.push(...answer.unusable);
          lines.push(...answer.lines.filter((line) => state === undefined || line.state === state));
        }
        io.out(
          json
            ? jsonText('applications', { lines, unusable })
            : applicantTable(lines, unusable, readerOf(status ?? {}), io.columns),
        );
      }),
    );
}

function applicantTable(
  lines: readonly ApplicantLine[],
  unusable: readonly string[],
  reader: Reader,
  columns: number | null,
): string {
  const head = ['person', 'state', 'since', 'nudges', 'notes'];
  // Applicants type these texts: replaces control characters, which could move the cursor.
  const plain = (text: string) => text.replace(/\p{Cc}/gu, '\u{fffd}');
  const rows = lines.map(({ user, state, since, nudges, notes }) => [
    plain(user),
    state,
    inReadersTime(since ?? '', reader),
    nudges,
    plain(notes.join('; ')),
  ]);
  const sums = APPLICANT_STATES.map((state) => [state, lines.filter((line) => line.state === state).length] as const);
  const summary = sums.flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : [])).join(', ');
  return [table(columns, head, rows), summary || 'no applicants', ...unusable.map((line) => `! ${line}`)].join('\n');
}

interface Flags extends SigningFlags {
  readonly by: string;
  readonly reason?: string;
  readonly semester?: string;
  readonly at?: string;
  readonly printStatement?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const DESCRIPTIONS = {
  approve: 'Accept single applicants, against the rules if need be: each as soon as their group request exists',
  reject: 'Reject single applicants: withdraws their group request and mails them the reason',
};

/** `applications approve` and `reject`: decisions are signed like verdicts, and recorded with name and reason. */
function judgeCommand(io: Io, verdict: ApplicantVerdict['verdict']): Command {
  const command = new Command(verdict)
    .description(DESCRIPTIONS[verdict])
    .argument('<user...>', 'account names')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .option('--semester <name>', 'name of the semester; default: the one that takes applications now')
    .option(
      '--key <file>',
      'file of your SSH key: private, or public with the private key in the agent (SEMESTER_APPROVER_KEY)',
    )
    .option(
      '--signature <file>',
      'file with a signature, made elsewhere, of what --print-statement printed; needs the same --at',
    )
    .option('--at <time>', 'time of the decision; default: now')
    .option('--print-statement', 'print exactly the bytes to sign, and decide nothing')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON; needs --yes');
  if (verdict === 'reject') command.requiredOption('--reason <text>', 'the reason; it is mailed to the applicants');
  else command.option('--reason <text>', 'recorded with the decision');
  const example =
    verdict === 'approve'
      ? 'approve erin frank --by kim --reason "exchange students"'
      : 'reject mallory --by kim --reason "not a student here"';
  return command
    .addHelpText('after', `\nExample:\n  semester applications ${example}`)
    .action((users: string[], flags: Flags) => judge(io, verdict, users, flags));
}

async function judge(io: Io, verdict: ApplicantVerdict['verdict'], users: string[], flags: Flags): Promise<void> {
  const { by, reason, json } = flags;
  const at = flags.at ?? new Date().toISOString();
  if (flags.signature !== undefined && flags.at === undefined)
    throw new CliError(EXIT.usage, 'The signature covers the time of the decision: add the --at that was signed.');
  await io.withClient(async (client) => {
    const { workflowId } = await findApplications(client, flags.semester);
    const status = await queryStatus(client, workflowId);
    if (status?.run === undefined)
      throw new CliError(EXIT.notFound, `No worker answers for ${workflowId}. Start one: npm run worker`);
    if (status.aborted || status.phase === 'done')
      throw new CliError(EXIT.refused, `${workflowId} has ended: nothing was decided.`);
    const stranger = status.approvers && strangerRefusal(by, status.approvers);
    if (stranger) throw new CliError(EXIT.refused, `${stranger}. Nothing was decided.`);
    const unsigned: ApplicantVerdict = { verdict, users, by, at, ...(reason !== undefined && { reason }) };
    const digest = digestOf(applicantSubject(unsigned));
    const statement = applicantStatement(unsigned, digest, { workflow: workflowId, run: status.run });
    if (flags.printStatement) {
      io.write(canonicalText(statement));
      return io.note(`\nSign exactly these bytes, then repeat this command with --signature FILE.sig --at ${at}`);
    }
    const signer = await signerFor(statement, flags, status.signed !== false);
    if (signer !== null) await demandOwnKey(client, by, signer);
    if (!flags.yes) await confirmVerdict(io, verdict, users, reason);
    const signature = await signer?.sign();
    const judgement: ApplicantVerdict = { ...unsigned, ...(signature !== undefined && { signature }) };
    const answer = await sendSignal(io, client, workflowId, 'judge', judgement);
    if (json)
      return io.out(
        jsonText('applications', { workflow: workflowId, message: 'judge', counts: answer?.accepted ?? null }),
      );
    if (answer?.accepted) io.out(`Accepted: ${answer.detail}.`);
  });
}

function confirmVerdict(io: Io, verdict: string, users: readonly string[], reason = ''): Promise<void> {
  if (io.ask !== null) io.note(`${verdict} ${users.join(', ')}${reason && `: ${reason}`}`);
  return confirm(io, {
    effect: verdict,
    phrase: `${verdict} ${users.length}`,
    before: 'Check the names',
    stopped: 'Nothing was decided.',
  });
}

/**
 * Finds the applications workflow of a semester; without a name, the one that runs.
 * @throws CliError (2) when several run and none is named; (4) when there is none
 */
async function findApplications(client: Client, named?: string): Promise<{ workflowId: string; semester: string }> {
  const wanted = named?.replace(/^(semester|applications)\//, '');
  const found: { workflowId: string; semester: string }[] = [];
  const query = `WorkflowType = 'applications' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo } of client.workflow.list({ query })) {
    const semester = memo?.['semester'];
    found.push({
      workflowId,
      semester: typeof semester === 'string' ? semester : workflowId.replace(/^applications\//, ''),
    });
  }
  const matching = found.filter(({ semester }) => wanted === undefined || semester === wanted);
  const [only] = matching;
  if (only && matching.length === 1) return only;
  if (only) {
    const names = matching.map(({ semester }) => semester).join(', ');
    throw new CliError(EXIT.usage, `Several semesters take applications: ${names}. Name one.`);
  }
  if (wanted === undefined)
    throw new CliError(EXIT.notFound, 'No semester takes applications now. Name an earlier one.');
  // The store keeps the table of a workflow that has ended.
  const { workflowId } = await client.workflow.getHandle(applicationsWorkflowId(wanted)).describe();
  return { workflowId, semester: wanted };
}
