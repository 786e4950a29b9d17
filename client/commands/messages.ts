import { Command } from 'commander';
import type { AbortMessage, KeepMessage, PauseMessage, Reschedule, StepMessage } from '../../domain/messages.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { send } from '../signal.ts';

type Flags = Readonly<Record<string, string | undefined>> & { readonly by: string; readonly reason: string };
type Message = StepMessage | AbortMessage | KeepMessage | PauseMessage | Reschedule;

function messageCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .requiredOption('--reason <text>', 'kept in the history')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  semester ${example}`);
}

async function deliver(io: Io, workflow: string, name: string, message: Message, json: unknown): Promise<void> {
  const answer = await io.withClient((client) => send(io, client, workflow, name, message));
  if (json) return io.out(JSON.stringify({ workflow, message: name, counts: answer?.counts ?? null }, null, 2));
  if (answer?.counts) io.out(`Accepted: ${name} by ${message.by} (${answer.detail}).`);
}

const STEP_WORDS = {
  retry: [
    'Try a parked step again, after its cause is mended',
    'retry 2027-spring backup --by kim --reason "disk replaced"',
  ],
  done: [
    'Say that a step or gate was done by hand: it is looked at and verified, not done again',
    'done 2027-spring form --by kim --reason "form made" --value https://forms.example/abc',
  ],
  skip: [
    'Pass over a parked step; refused where safety rests on it',
    'skip 2027-spring prune --by kim --reason "kept for an appeal"',
  ],
} as const;

/** `retry`, `done`, `skip`: a word on one step. */
export function stepCommand(io: Io, name: keyof typeof STEP_WORDS): Command {
  const [description, example] = STEP_WORDS[name];
  const command = messageCommand(name, description, example).argument('<step>', 'the step or gate, as status shows it');
  if (name === 'done') command.option('--value <text>', 'what was made: the address of the form, for example');
  return command.action((workflow: string, step: string, { by, reason, value, json }: Flags) =>
    deliver(io, workflow, name, { step, by, reason, ...(value !== undefined && { value }) }, json),
  );
}

/** `abort`, `pause`, `resume`: a word on the whole workflow. */
export function wholeCommand(io: Io, name: 'abort' | 'pause' | 'resume'): Command {
  const description = {
    abort: 'End it: close what is open on the hosts, let people in again where nothing was wiped, report',
    pause: 'Start no new step; timers run on',
    resume: 'Go on after a pause',
  }[name];
  return messageCommand(name, description, `${name} 2027-spring --by kim --reason "exam week moved"`).action(
    (workflow: string, { by, reason, json }: Flags) => deliver(io, workflow, name, { by, reason }, json),
  );
}

/** `keep`: somebody who is not mailed, not removed, not ended, not wiped. */
export function keepCommand(io: Io): Command {
  const example = 'keep 2027-spring hana --until 2027-08-10 --by kim --reason "thesis"';
  return messageCommand('keep', 'Keep an account: not mailed, not removed, not ended, not wiped', example)
    .argument('<user>', 'account name')
    .option('--until <date>', 'last day, YYYY-MM-DD')
    .action((workflow: string, user: string, { by, reason, until, json }: Flags) =>
      deliver(io, workflow, 'keep', { user, by, reason, ...(until !== undefined && { until }) }, json),
    );
}

/** `reschedule`: other dates than were announced; the notice gate opens again with a correction. */
export function rescheduleCommand(io: Io): Command {
  const example = 'reschedule 2027-spring --deadline 2027-02-18 --by kim --reason "power cut in the building"';
  return messageCommand('reschedule', 'Move dates; people who were told the old ones get a correction', example)
    .option('--deadline <date>', 'the end of that day, or an exact time')
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
      return deliver(io, workflow, 'reschedule', { ...moved, by, reason }, json);
    });
}
