import { TASK_QUEUE, semesterWorkflowId } from '../domain/names.ts';
import type { SemesterInput } from '../domain/semester.ts';
import type { Status } from '../domain/status.ts';
import { approve } from '../test/support/approve.ts';
import type { Case, Sample } from './case.ts';
import { inSkippedTime, longestRun } from './skipped-time.ts';

const QUESTIONS = 10;
const HOSTS = Array.from({ length: QUESTIONS }, (_, n) => `gpu${n}`);
const DAY_MS = 24 * 3600_000;
const HALF_A_YEAR = '182 days';

/** A semester of which ten parked steps get no answer for half a year, with a reminder each day. */
export const unanswered: Case = {
  goals: { 'unanswered/events': { most: 2_000, unit: 'events' } },
  needs: ['program', 'test-server'],
  async measure({ runs, progress }) {
    const samples: Sample[] = [];
    for (let n = 1; n <= runs; n++) {
      progress(`unanswered, run ${n}: ten parked steps for half a year`);
      samples.push({ 'unanswered/events': await eventsOfHalfAYear() });
    }
    return samples;
  },
};

function eventsOfHalfAYear(): Promise<number> {
  const broken = { drainHost: 'sshd is gone' };
  return inSkippedTime({ hosts: HOSTS, broken }, async (env) => {
    const workflowId = semesterWorkflowId('bench');
    const args = [inputFrom(await env.currentTimeMs())];
    const handle = await env.client.workflow.start('semester', { workflowId, taskQueue: TASK_QUEUE, args });
    const waits = async (count: number, key: RegExp) => {
      for (;;) {
        const { waitingFor } = await handle.query<Status>('status');
        if (waitingFor.filter((one) => key.test(one.key)).length >= count) return;
        await env.sleep('1 hour');
      }
    };
    for (const gate of ['notice', 'removal'] as const) {
      await waits(1, new RegExp(`^gate:${gate}$`));
      await approve(env.client, workflowId, gate);
    }
    await waits(QUESTIONS, /^attention:drain-/);
    await env.sleep(HALF_A_YEAR);
    return longestRun(env.client, workflowId, handle.firstExecutionRunId);
  });
}

function inputFrom(nowMs: number): SemesterInput {
  const after = (days: number) => new Date(nowMs + days * DAY_MS).toISOString();
  return {
    site: 'lab',
    startedBy: 'alice',
    semester: {
      name: 'bench',
      title: 'GPU 서버 계정 신청 안내',
      formUrl: 'https://form.example/1',
      deadline: after(9),
      notices: ['P7D'],
      noticeGateLead: 'P7D',
      minimumNotice: 'P7D',
      period: { from: after(15), until: after(200) },
      mode: 'update',
      order: 'wipe-first',
      keep: [],
      applications: { until: after(190), every: 'PT6H', grace: 'PT1H', nudges: [] },
    },
  };
}
