import { Command, Option } from 'commander';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { startStatement } from '../../domain/statement.ts';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSemester, loadSite } from '../../config/load.ts';
import { PHASES, semesterWorkflowId, TASK_QUEUE, type Phase } from '../../domain/names.ts';
import type { SemesterInput } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { readerOf } from '../reader.ts';
import { signatureFor } from '../sign.ts';
import { DEFAULT_SITE, overridesOf, withSemesterFlags, type SemesterFlags } from '../semester-flags.ts';
import type { Pollers } from '../pollers.ts';
import { inspect } from '../workflows.ts';
import { noteUnknownExempt } from '../accounts.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags extends SemesterFlags {
  readonly withoutWorker?: boolean;
  readonly semester?: string;
  readonly site: string;
  readonly by: string;
  readonly from?: Phase;
  readonly again?: boolean;
  readonly key?: string;
  readonly json?: boolean;
}

/** `start`: validates both files, then starts the workflow `semester/<name>`. */
export function startCommand(io: Io): Command {
  const command = new Command('start')
    .description('Start a semester; it runs on its own and asks people at its gates')
    .option('--semester <file>', 'the semester file')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .requiredOption('--by <name>', 'your name; you do not count at gates with a quorum of two or more')
    .addOption(
      new Option('--from <phase>', 'begin at this phase, to join a semester that people began by hand').choices(PHASES),
    )
    .option('--key <file>', 'file of your SSH key: it proves that you started it (SEMESTER_APPROVER_KEY)')
    .option('--again', 'allow the name of a semester that has ended')
    .option('--json', 'print the result as JSON');
  return withWorkerFlag(withSemesterFlags(command))
    .addHelpText('after', '\nExample:\n  semester start --semester 2027-spring.yaml --by kim')
    .action((flags: Flags) => start(io, flags));
}

async function start(io: Io, flags: Flags): Promise<void> {
  const { by, from, again, json } = flags;
  const site = await loadSite(flags.site, { starter: by });
  const semester = await loadSemester(flags.semester ?? null, overridesOf(flags), {
    site,
    // The deadline of a semester that people began by hand may have passed.
    ...(from === undefined && { now: new Date() }),
  });
  // The arguments name exempt accounts, so that they must not go out unencrypted.
  demandKeys(site.encryption, await loadPayloadKeys());
  const workflowId = semesterWorkflowId(semester.name);
  const at = new Date().toISOString();
  const statement = startStatement({ workflow: workflowId, by, from: from ?? null, at });
  const signature = await signatureFor(statement, flags, site.approvals.signed).catch((error: unknown) => {
    if (flags.key !== undefined || !(error instanceof CliError) || error.code !== EXIT.usage) throw error;
    return undefined;
  });
  const signed = signature !== undefined && { signed: { at, signature } };
  const input: SemesterInput = { semester, site: site.name, startedBy: by, ...(from && { from }), ...signed };
  await io.withClient(async (client) => {
    const seen = await beforeStart(io, client, site, flags);
    if (from === undefined || PHASES.indexOf(from) <= PHASES.indexOf('update'))
      await demandUpdatable(client, site, seen);
    if (seen.polling) await noteUnknownExempt(io, client, [...site.keep, ...semester.keep]);
    const handle = await client.workflow
      .start('semester', {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        memo: {
          site: site.name,
          semester: semester.name,
          deadline: semester.deadline,
          // `status` shows times in them while no worker runs.
          zone: site.zone,
          language: site.language,
        },
        staticSummary: `${semester.name} on ${site.name}: deadline ${semester.deadline}`,
        staticDetails: `Period of use ${semester.period.from} to ${semester.period.until}. \`semester status ${semester.name}\``,
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw new CliError(
          EXIT.refused,
          `${workflowId} already runs, or has ended. See: semester status ${semester.name}. If it has ended, add --again to start another one with that name.`,
        );
      });
    if (signature === undefined && site.approvals.signed)
      io.note(
        'The start is not signed, so it permits nothing before the first approval. Sign the next one: --key FILE',
      );
    const { firstExecutionRunId: runId } = handle;
    if (json) return io.out(jsonText('start', { workflowId, runId, worker: seen }));
    return io.out(`Started ${workflowId}. Watch it: semester status ${semester.name} --watch`);
  });
}

/** Refuses a site whose GPU servers the service cannot update: the semester would stop after its wipe. */
async function demandUpdatable(client: Client, site: Site, { polling }: Pollers): Promise<void> {
  if (!polling) return;
  const { checks } = await inspect(client, 'doctor', {
    site: site.name,
    fix: false,
    language: readerOf(site).language,
    only: 'system',
  });
  // A host that does not answer now is up to the doctor, and to the steps that wait for it.
  const wrong = checks.filter(({ state }) => state === 'wrong');
  if (wrong.length === 0) return;
  const lines = wrong.map(({ found, remedy }) => `${found}; ${remedy}`);
  throw new CliError(EXIT.refused, `The semester is not started:\n${lines.join('\n')}`);
}
