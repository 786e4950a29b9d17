import { Command } from 'commander';
import { many } from '../../domain/many.ts';
import { LEFT_OUT, stuckSentence, type Stuck } from '../../watch/runs.ts';
import { confirm } from '../confirm.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { noWorkerSentence, pollers } from '../pollers.ts';
import { carryOut, planRepair, type Message, type Repair, type Repaired } from '../repair.ts';
import { inReadersTime } from '../reader.ts';
import { readerOfRun } from '../render-status.ts';
import { fullReport, type Report } from '../report.ts';
import { workflowIdOf } from '../workflows.ts';

interface Flags {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `repair`: resets a run whose workflow task fails to its last good one, and applies again what it got since. */
export function repairCommand(io: Io): Command {
  return new Command('repair')
    .description('Bring a stuck run, or its stuck child, back to its last good workflow task; shows and asks first')
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .option('--reason <text>', 'recorded in the history')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON; needs --yes')
    .addHelpText('after', '\nExample:\n  semester repair 2027-spring')
    .action((workflow: string, flags: Flags) =>
      io.withClient(async (client) => {
        const id = workflowIdOf(workflow);
        const report = await fullReport(client, id);
        const reader = readerOfRun(report);
        const shown = (lines: readonly string[]) => inReadersTime(lines.join('\n'), reader);
        const stuck = stuckOf(report);
        if (stuck.length === 0) {
          if (flags.json) return io.out(jsonText('repair', []));
          return io.out(`${id} is not stuck, and none of its children is: there is nothing to repair.`);
        }
        const done: (Repaired & { readonly workflow: string })[] = [];
        for (const one of stuck) {
          const repair = await planRepair(client, one);
          if (!flags.json) io.out(shown(planLines(repair)));
          const workers = await pollers(client, repair.taskQueue);
          if (!workers.polling) throw new CliError(EXIT.notFound, `${noWorkerSentence(workers)}, then repair again`);
          if (!flags.yes)
            await confirm(io, {
              effect: 'reset it',
              phrase: 'repair',
              before: 'Read the above',
              stopped: `${one} is as before.`,
            });
          const repaired = await carryOut(client, repair, `semester repair${flags.reason ? `: ${flags.reason}` : ''}`);
          done.push({ workflow: one, ...repaired });
          if (!flags.json) io.out(shown(resultLines(one, repaired)));
        }
        if (flags.json) io.out(jsonText('repair', done.map(asJson)));
      }),
    );
}

/** The ids of a run and its children that a reset helps. @throws CliError (1) if the worker left out all that are stuck */
function stuckOf(report: Report): readonly string[] {
  const all = stuckIn(report);
  const able = all.filter(({ stuck }) => stuck.cause !== LEFT_OUT);
  const [first] = all;
  if (able.length > 0 || first === undefined) return able.map(({ workflowId }) => workflowId);
  const what = `${stuckSentence(first.workflowId, first.stuck)}. A reset would not help: start a version on which it replays`;
  throw new CliError(EXIT.failed, `${what} (docs/upgrading.md, "A run does not replay").`);
}

const stuckIn = ({ workflowId, stuck, children }: Report): readonly { workflowId: string; stuck: Stuck }[] => [
  ...(stuck ? [{ workflowId, stuck }] : []),
  ...children.flatMap(stuckIn),
];

const lineOf = ({ name, at, shown }: Message) => `  ${at} ${name} ${shown}`;

function planLines({ workflowId, stuck, last, messages, activities, children }: Repair): string[] {
  const doesNotFit = /TMPRL1100|[Nn]ondetermin/.test(stuck.cause);
  return [
    `${stuckSentence(workflowId, stuck)}.`,
    ...(doesNotFit
      ? [
          'The program of the worker does not fit this run. The safe way is the version that the run last worked on: start that, and the run',
          'goes on by itself. A reset helps only if the run has done nothing since.',
        ]
      : []),
    '',
    `The repair resets it to its last good workflow task, of ${last.at} (event ${last.event}).`,
    'What it knew then stays: steps, proofs, approvals, exempt accounts. Grants stay valid, since the run keeps its first id.',
    ...(activities.length === 0
      ? []
      : [`These activities begin again, look first, and attach to their jobs: ${activities.join(', ')}.`]),
    ...(children.length === 0 ? [] : [`These children go on: ${children.join(', ')}.`]),
    ...(messages.length === 0
      ? ['No message has arrived since.']
      : [
          `${many(messages.length, 'message has', 'messages have')} arrived since. They are applied again; one that stops the run is left out, and named:`,
          ...messages.map(lineOf),
        ]),
  ];
}

function resultLines(workflowId: string, { applied, leftOut }: Repaired): string[] {
  return [
    `${workflowId} goes on.${applied.length === 0 ? '' : ` ${many(applied.length, 'message was', 'messages were')} applied again.`}`,
    ...(leftOut.length === 0
      ? []
      : [
          'These stop the run, and were left out. Find out what is wrong with them, then send what was meant again:',
          ...leftOut.map(lineOf),
        ]),
    `See: semester status ${workflowId}`,
  ];
}

const asJson = ({ workflow, applied, leftOut }: Repaired & { readonly workflow: string }) => {
  const plain = ({ name, at, shown }: Message) => ({ name, at, argument: shown });
  return { workflow, applied: applied.map(plain), leftOut: leftOut.map(plain) };
};
