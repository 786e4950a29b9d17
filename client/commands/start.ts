import { Command, Option } from 'commander';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSemester, loadSite } from '../../config/load.ts';
import { PHASES, semesterWorkflowId, TASK_QUEUE, type Phase } from '../../domain/names.ts';
import type { SemesterInput } from '../../domain/semester.ts';
import { CliError, EXIT } from '../exit.ts';
import { keysAtHand, type Io } from '../io.ts';
import { DEFAULT_SITE, overridesOf, withSemesterFlags, type SemesterFlags } from '../semester-flags.ts';
import { noWorkerSentence, pollers } from '../pollers.ts';

interface Flags extends SemesterFlags {
  readonly semester?: string;
  readonly site: string;
  readonly by: string;
  readonly from?: Phase;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** `start`: checks both files, then starts the workflow `semester/<name>`. */
export function startCommand(io: Io): Command {
  const command = new Command('start')
    .description('Start a semester; from then on it works by itself and asks people')
    .option('--semester <file>', 'what changes from semester to semester')
    .option('--site <file>', 'what stays', DEFAULT_SITE)
    .requiredOption('--by <name>', 'your name; where two approvers are needed, you are not one of them')
    .addOption(new Option('--from <phase>', 'join a semester that is under way').choices(PHASES))
    .option('--again', 'allow a name that has been used by a semester that ended')
    .option('--json', 'print the result as JSON');
  return withSemesterFlags(command)
    .addHelpText('after', '\nExample:\n  semester start --semester 2027-spring.yaml --by kim')
    .action((flags: Flags) => start(io, flags));
}

async function start(io: Io, flags: Flags): Promise<void> {
  const { by, from, again, json } = flags;
  const site = await loadSite(flags.site, { starter: by });
  const semester = await loadSemester(flags.semester ?? null, overridesOf(flags), {
    site,
    // A semester that is under way may have its deadline behind it.
    ...(from === undefined && { now: new Date() }),
  });
  // Its arguments name those who are kept: they must not be the first thing that is stored readable.
  demandKeys(site.encryption, await keysAtHand());
  const workflowId = semesterWorkflowId(semester.name);
  const input: SemesterInput = { semester, site: site.name, startedBy: by, ...(from && { from }) };
  await io.withClient(async (client) => {
    const handle = await client.workflow
      .start('semester', {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        memo: { site: site.name, semester: semester.name, deadline: semester.deadline },
        staticSummary: `${semester.name} on ${site.name}: deadline ${semester.deadline}`,
        staticDetails: `Period of use ${semester.period.from} to ${semester.period.until}. \`semester status ${semester.name}\``,
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw new CliError(
          EXIT.refused,
          `${workflowId} runs already, or has ended. Look: semester status ${semester.name}. If it has ended, add --again to start another of that name.`,
        );
      });
    const seen = await pollers(client);
    if (!seen.polling) io.note(noWorkerSentence(seen));
    const { firstExecutionRunId: runId } = handle;
    if (json) return io.out(JSON.stringify({ workflowId, runId, worker: seen }, null, 2));
    return io.out(`Started ${workflowId}. Watch it: semester status ${semester.name} --watch`);
  });
}
