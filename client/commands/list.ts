import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { Command } from 'commander';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { inReadersTime, readerOf } from '../reader.ts';
import { table } from '../table.ts';

/** A semester in the list. */
interface Listed {
  readonly semester: string;
  readonly site: string | null;
  /** `running`, or how it ended: `completed`, `failed`, `terminated`, … */
  readonly state: string;
  /** What it does, or did last. */
  readonly phase: string | null;
  readonly deadline: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Version of the worker that worked on it last; null if it reported none. */
  readonly version: string | null;
}

const phaseKey = defineSearchAttributeKey('SemesterPhase', SearchAttributeType.KEYWORD);

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function listed(run: WorkflowExecutionInfo): Listed {
  const { workflowId, memo = {}, typedSearchAttributes, status, startTime, closeTime, raw } = run;
  return {
    semester: workflowId.replace(/^semester\//, ''),
    site: textOf(memo['site']),
    state: status.name.toLowerCase().replaceAll('_', ' '),
    phase: typedSearchAttributes.get(phaseKey) ?? null,
    deadline: textOf(memo['deadline']),
    startedAt: startTime.toISOString(),
    endedAt: closeTime?.toISOString() ?? null,
    version: raw.mostRecentWorkerVersionStamp?.buildId || null,
  };
}

const HEAD = ['semester', 'state', 'phase', 'deadline', 'started', 'ended', 'version'];

/** `list`: the semesters that run and those that have ended, newest first. */
export function listCommand(io: Io): Command {
  return new Command('list')
    .description('List the semesters that run and those that have ended')
    .option('--running', 'only those that run')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', '\nTemporal keeps what has ended for the retention of its namespace: a year.')
    .addHelpText('after', '\nExample:\n  semester list')
    .action(({ running, json }: { running?: boolean; json?: boolean }) =>
      io.withClient(async (client) => {
        const query = `WorkflowType = 'semester'${running ? " AND ExecutionStatus = 'Running'" : ''}`;
        const runs: WorkflowExecutionInfo[] = [];
        // One that was continued as new is shown once: by its newest run.
        for await (const run of client.workflow.list({ query }))
          if (run.status.name !== 'CONTINUED_AS_NEW') runs.push(run);
        runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
        if (json) return io.out(jsonText('list', runs.map(listed)));
        if (runs.length === 0) return io.out('There is no semester in this namespace of Temporal.');
        const rows = runs.map((run) => {
          const { semester, state, phase, deadline, startedAt, endedAt, version } = listed(run);
          const reader = readerOf({ zone: textOf(run.memo?.['zone']) ?? undefined });
          const times = [startedAt, endedAt].map((at) => (at === null ? '–' : inReadersTime(at, reader)));
          return [semester, state, phase ?? '–', deadline ?? '–', ...times, version ?? '–'];
        });
        io.out(table(io.columns, HEAD, rows));
      }),
    );
}
