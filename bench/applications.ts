import { calendarOf } from '../domain/calendar.ts';
import { applicationsWorkflowId, TASK_QUEUE } from '../domain/names.ts';
import type { Semester } from '../domain/semester.ts';
import { GPU_HOSTS } from '../lab/addresses.ts';
import type { ApplicationsInput } from '../workflows/applications.ts';
import type { Case, Sample } from './case.ts';
import type { WorldOptions } from './doubles/process.ts';
import { inSkippedTime, longestRun } from './skipped-time.ts';

const DAY_MS = 24 * 3600_000;
const PERIOD_DAYS = 182;

/**
 * Half a year of applications in skipped time, with 10,000 members: without applicants, and with 2,000. `events` counts
 * the longest run of a workflow that continues as new.
 */
export const applications: Case = {
  goals: {
    'applications-idle/events': { most: 49, unit: 'events' },
    'applications-2000/events': { most: 4_096, unit: 'events' },
    'applications-2000/memory': { most: 400, unit: 'MB' },
  },
  needs: ['program', 'test-server'],
  async measure({ runs, progress }) {
    const samples: Sample[] = [];
    for (let n = 1; n <= runs; n++) {
      progress(`applications, run ${n}: half a year without applicants`);
      const idle = await onePeriod({ hosts: GPU_HOSTS, members: 10_000 });
      progress(`applications, run ${n}: 2,000 applicants`);
      const busy = await onePeriod({ hosts: GPU_HOSTS, members: 10_000, applicants: 2_000 });
      if (busy.accepted !== 2_000) throw new Error(`${busy.accepted} of 2,000 applicants were accepted`);
      samples.push({
        'applications-idle/events': idle.events,
        'applications-2000/events': busy.events,
        'applications-2000/memory': busy.memory,
      });
    }
    return samples;
  },
};

function onePeriod(world: WorldOptions): Promise<{ events: number; memory: number; accepted: number }> {
  return inSkippedTime(world, async (env, worker) => {
    const workflowId = applicationsWorkflowId('bench');
    const args = [inputFrom(await env.currentTimeMs())];
    const handle = await env.client.workflow.start('applications', { workflowId, taskQueue: TASK_QUEUE, args });
    const { accepted } = (await handle.result()) as { accepted: number };
    const events = await longestRun(env.client, workflowId, handle.firstExecutionRunId);
    return { events, memory: await worker.peakMemory(), accepted };
  });
}

function inputFrom(nowMs: number): ApplicationsInput {
  const after = (days: number) => new Date(nowMs + days * DAY_MS).toISOString();
  const until = after(PERIOD_DAYS);
  const semester: Semester = {
    name: 'bench',
    title: 'GPU 서버 계정 신청 안내',
    formUrl: 'https://form.example/1',
    deadline: after(-10),
    notices: ['P7D'],
    noticeGateLead: 'P7D',
    minimumNotice: 'P7D',
    period: {
      from: after(0),
      until,
    },
    mode: 'update',
    order: 'wipe-first',
    keep: [],
    applications: {
      until,
      every: 'PT6H',
      grace: 'PT1H',
      nudges: [],
    },
  };
  const calendar = calendarOf(semester, 'Asia/Seoul');
  return { site: 'lab', startedBy: 'alice', parent: 'semester/bench', semester, calendar };
}
