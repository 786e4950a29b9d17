import { Command } from 'commander';
import type { StepMessage } from '../../domain/messages.ts';
import { ACCOUNT_NAME } from '../../domain/names.ts';
import { demandKnown, UNKNOWN_FLAG } from '../accounts.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { canonicalText } from '../../domain/digest.ts';
import { HAND_GATES } from '../../domain/gates/index.ts';
import { doneStatement } from '../../domain/statement.ts';
import { findGate } from '../plan.ts';
import { signatureFor } from '../sign.ts';
import { sendAndReport } from '../signal.ts';
import { handleOf } from '../workflows.ts';

type Flags = Readonly<Record<string, string | undefined>> & { readonly by: string; readonly reason: string };

function messageCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .requiredOption('--reason <text>', 'recorded in the history')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  semester ${example}`);
}

const STEP_COMMANDS = {
  retry: [
    'Run a parked step again, after its cause is corrected',
    'retry 2027-spring backup --by kim --reason "disk replaced"',
  ],
  done: [
    'Report that a step or gate was done by hand: most steps then verify it; a step deferred-… of host/NAME runs again',
    'done 2027-spring form --by kim --reason "form made" --value https://forms.example/abc',
  ],
  skip: [
    'Skip a parked step; rejected for steps that safety depends on',
    'skip 2027-spring prune --by kim --reason "kept for an appeal"',
  ],
} as const;

/** `retry`, `done`, `skip`: messages about one step. */
export function stepCommand(io: Io, name: keyof typeof STEP_COMMANDS): Command {
  const [description, example] = STEP_COMMANDS[name];
  const command = messageCommand(name, description, example).argument('<step>', 'the step or gate, as status shows it');
  if (name !== 'done')
    return command.action((workflow: string, step: string, { by, reason, json }: Flags) =>
      sendAndReport(io, workflow, name, { step, by, reason }, json),
    );
  return command
    .option('--value <text>', 'the result, for example the address of the form')
    .option('--key <file>', 'file of your SSH key, which signs a report at a hand gate (SEMESTER_APPROVER_KEY)')
    .option('--signature <file>', 'file with a signature, made elsewhere, of what --print-statement printed')
    .option('--print-statement', 'print exactly the bytes to sign, and report nothing')
    .action((workflow: string, step: string, flags: Flags) => reportDone(io, workflow, step, flags));
}

/** `done`: signs the report if the step is a hand gate and the site demands signatures. */
async function reportDone(io: Io, workflow: string, step: string, flags: Flags): Promise<void> {
  const { by, reason, value, json } = flags;
  const message: StepMessage = { step, by, reason, ...(value !== undefined && { value }) };
  if (!HAND_GATES.includes(step)) return sendAndReport(io, workflow, 'done', message, json);
  const { gate } = await io.withClient((client) => findGate(client, workflow, step));
  const statement = doneStatement(message, { workflow: gate.workflowId, run: gate.run, round: gate.round });
  if (flags['printStatement']) return io.write(canonicalText(statement));
  const { key, signature: file } = flags;
  const signature = await signatureFor(
    statement,
    { ...(key && { key }), ...(file && { signature: file }) },
    gate.signed,
  );
  return sendAndReport(io, workflow, 'done', { ...message, ...(signature !== undefined && { signature }) }, json);
}

/** `abort`, `pause`, `resume`: messages about the whole workflow. */
export function workflowCommand(io: Io, name: 'abort' | 'pause' | 'resume'): Command {
  const description = {
    abort: 'End the workflow: closes what is open on the hosts, opens logins where nothing was wiped, reports',
    pause: 'Start no new step until resume; timers continue',
    resume: 'Continue after a pause',
  }[name];
  return messageCommand(name, description, `${name} 2027-spring --by kim --reason "exam week moved"`).action(
    (workflow: string, { by, reason, json }: Flags) => sendAndReport(io, workflow, name, { by, reason }, json),
  );
}

/** `keep`: makes an account exempt: not mailed, removed, ended or wiped. */
export function keepCommand(io: Io): Command {
  const example = 'keep 2027-spring hana --until 2027-08-10 --by kim --reason "thesis"';
  return messageCommand('keep', 'Make an account exempt: it is not mailed, removed, ended or wiped', example)
    .argument('<user>', 'account name')
    .option('--until <date>', 'last day of the exemption, YYYY-MM-DD')
    .option(...UNKNOWN_FLAG)
    .action(async (workflow: string, user: string, flags: Flags & { readonly unknown?: boolean }) => {
      const { by, reason, until, json, unknown } = flags;
      if (!ACCOUNT_NAME.test(user))
        throw new CliError(EXIT.usage, `${JSON.stringify(user)} is not valid as an account name. Nothing was sent.`);
      await io.withClient(async (client) => {
        // Reading the memo fails without the key of this workflow: otherwise the name would go out unencrypted.
        await handleOf(client, workflow).describe();
        await demandKnown(io, client, [user], { unknown, stopped: 'Nothing was sent.' });
      });
      await sendAndReport(io, workflow, 'keep', { user, by, reason, ...(until !== undefined && { until }) }, json);
    });
}

/** `unkeep`: ends an exemption that `keep` or the semester's file made. */
export function unkeepCommand(io: Io): Command {
  const example = 'unkeep 2027-spring hana --by kim --reason "moved out"';
  return messageCommand('unkeep', 'End the exemption of an account in this semester', example)
    .argument('<user>', 'account name')
    .action((workflow: string, user: string, { by, reason, json }: Flags) =>
      sendAndReport(io, workflow, 'unkeep', { user, by, reason }, json),
    );
}

/** `reschedule`: moves dates. After the notices, the notice gate opens again with a correction. */
export function rescheduleCommand(io: Io): Command {
  const example = 'reschedule 2027-spring --deadline 2027-02-18 --by kim --reason "power cut in the building"';
  return messageCommand('reschedule', 'Move dates; people who were notified of the old ones get a correction', example)
    .option('--deadline <date>', 'a date (the end of that day) or an exact time')
    .option('--period-from <date>', 'first day of use')
    .option('--period-until <date>', 'last day of use')
    .option('--applications-until <date>', 'last day for applications')
    .action((workflow: string, flags: Flags) => {
      const { by, reason, json } = flags;
      const dates = ['deadline', 'periodFrom', 'periodUntil', 'applicationsUntil'] as const;
      const moved = Object.fromEntries(dates.flatMap((key) => (flags[key] === undefined ? [] : [[key, flags[key]]])));
      if (Object.keys(moved).length === 0) {
        throw new CliError(EXIT.usage, 'Name at least one date, for example --deadline 2027-02-18.');
      }
      return sendAndReport(io, workflow, 'reschedule', { ...moved, by, reason }, json);
    });
}
