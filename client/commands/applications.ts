import Table from 'cli-table3';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { APPLICANT_STATES } from '../../domain/applicant.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { judgementStatement, judgementSubject, type Judgement } from '../../domain/judgement.ts';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { signatureFor, type SigningFlags } from '../sign.ts';
import { send } from '../signal.ts';
import { inspect, queryStatus } from '../workflows.ts';
import type { ApplicantLine } from '../../activities/applications/contract.ts';

/** `applications`: everybody's application, and what people decide about single ones. */
export function applicationsCommand(io: Io): Command {
  return new Command('applications')
    .description('Show who has applied, and let in or reject single applicants')
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
    .description('Show everybody: state, since when, how often they were urged, what is wrong, who decided')
    .argument('[semester]', 'name of the semester; the one that takes applications now')
    .option('--state <state>', `only ${APPLICANT_STATES.join(', ')}`)
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester applications list 2027-spring --state problems')
    .action((named: string | undefined, { state, json }: { state?: string; json?: boolean }) =>
      io.withClient(async (client) => {
        const { semester } = await findApplications(client, named);
        const lines: ApplicantLine[] = [];
        const unusable: string[] = [];
        for (let page = 0, pages = 1; page < pages; page++) {
          const answer = await inspect(client, 'applications', { semester, page });
          ({ pages } = answer);
          unusable.push(...answer.unusable);
          lines.push(...answer.lines.filter((line) => state === undefined || line.state === state));
        }
        io.out(json ? JSON.stringify({ lines, unusable }, null, 2) : table(lines, unusable));
      }),
    );
}

function table(lines: readonly ApplicantLine[], unusable: readonly string[]): string {
  const view = new Table({
    head: ['person', 'state', 'since', 'nudges', 'notes'],
    style: { head: [], border: [] },
  });
  // What people typed into a survey must not move the cursor.
  const plain = (text: string) => text.replace(/\p{Cc}/gu, '\u{fffd}');
  for (const { user, state, since, nudges, notes } of lines)
    view.push([plain(user), state, since ?? '', nudges, plain(notes.join('; '))]);
  const sums = APPLICANT_STATES.map((state) => [state, lines.filter((line) => line.state === state).length] as const);
  const summary = sums.flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : [])).join(', ');
  return [view.toString(), summary || 'nobody has applied', ...unusable.map((line) => `! ${line}`)].join('\n');
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

const WORDS = {
  approve: 'Let in single applicants, whatever the rules say: they are accepted as soon as their request is there',
  reject: 'Reject single applicants: their request is taken away, and they are mailed the reason',
};

/** `applications approve` and `reject`: signed like verdicts at gates, and recorded with who and why. */
function judgeCommand(io: Io, verdict: Judgement['verdict']): Command {
  const command = new Command(verdict)
    .description(WORDS[verdict])
    .argument('<user...>', 'account names')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .option('--semester <name>', 'name of the semester; the one that takes applications now')
    .option(
      '--key <file>',
      'your SSH key: private, or public with the private half in the agent (SEMESTER_APPROVER_KEY)',
    )
    .option('--signature <file>', 'a signature made elsewhere, over what --print-statement prints; needs its --at')
    .option('--at <time>', 'when it was decided; now')
    .option('--print-statement', 'print exactly what is to be signed, and decide nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON; needs --yes');
  if (verdict === 'reject') command.requiredOption('--reason <text>', 'what the applicants are told');
  else command.option('--reason <text>', 'kept beside the decision');
  const example =
    verdict === 'approve'
      ? 'approve erin frank --by kim --reason "exchange students"'
      : 'reject mallory --by kim --reason "not a student here"';
  return command
    .addHelpText('after', `\nExample:\n  semester applications ${example}`)
    .action((users: string[], flags: Flags) => judge(io, verdict, users, flags));
}

async function judge(io: Io, verdict: Judgement['verdict'], users: string[], flags: Flags): Promise<void> {
  const { by, reason, json } = flags;
  const at = flags.at ?? new Date().toISOString();
  if (flags.signature !== undefined && flags.at === undefined)
    throw new CliError(EXIT.usage, 'A signature made elsewhere stands for one moment: repeat its --at.');
  await io.withClient(async (client) => {
    const { workflowId } = await findApplications(client, flags.semester);
    const status = await queryStatus(client, workflowId);
    if (status?.run === undefined)
      throw new CliError(EXIT.notFound, `No worker answers for ${workflowId}. Start one: npm run worker`);
    const unsigned: Judgement = { verdict, users, by, at, ...(reason !== undefined && { reason }) };
    const digest = digestOf(judgementSubject(unsigned));
    const statement = judgementStatement(unsigned, digest, { workflow: workflowId, run: status.run });
    if (flags.printStatement) {
      io.exactly(canonicalText(statement));
      return io.note(`\nSign exactly these bytes, then repeat this with --signature FILE.sig --at ${at}`);
    }
    if (!flags.yes) await confirm(io, verdict, users, reason);
    const signature = await signatureFor(statement, flags, status.signed !== false);
    const judgement: Judgement = { ...unsigned, ...(signature !== undefined && { signature }) };
    const answer = await send(io, client, workflowId, 'judge', judgement);
    if (json) return io.out(JSON.stringify({ workflow: workflowId, counts: answer?.counts ?? null }, null, 2));
    if (answer?.counts) io.out(`Accepted: ${answer.detail}.`);
  });
}

async function confirm(io: Io, verdict: string, users: readonly string[], reason = ''): Promise<void> {
  if (io.ask === null)
    throw new CliError(EXIT.usage, 'There is no terminal to ask at. Check the names, then say --yes.');
  io.note(`${verdict} ${users.join(', ')}${reason && `: ${reason}`}`);
  const typed = (await io.ask(`Type "${verdict} ${users.length}" to decide this:`)).trim();
  if (typed !== `${verdict} ${users.length}`) throw new CliError(EXIT.failed, 'Nothing was decided.');
}

/**
 * The applications of a semester, or the ones that run.
 * @throws CliError (2) where several run and none is named; (4) where there are none
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
  const fitting = found.filter(({ semester }) => wanted === undefined || semester === wanted);
  const [only] = fitting;
  if (only && fitting.length === 1) return only;
  if (only) {
    const names = fitting.map(({ semester }) => semester).join(', ');
    throw new CliError(EXIT.usage, `Several semesters take applications: ${names}. Name one.`);
  }
  if (wanted === undefined) throw new CliError(EXIT.notFound, 'No semester takes applications now. Name one that did.');
  // One that has ended: its table can still be seen.
  const { workflowId } = await client.workflow.getHandle(applicationsWorkflowId(wanted)).describe();
  return { workflowId, semester: wanted };
}
