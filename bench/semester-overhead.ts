import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../activities/contract.ts';
import type { Gate } from '../domain/gates/index.ts';
import type { SemesterInput } from '../domain/semester.ts';
import { semesterWorkflowId } from '../domain/names.ts';
import { workflowFileOf } from '../build/build.ts';
import { GPU_HOSTS } from '../lab/addresses.ts';
import { startDevServer } from '../lab/setup/dev-server.ts';
import { approve } from '../test/support/approve.ts';
import { createWorld } from '../test/support/world.ts';
import type { Case, Sample } from './case.ts';

/** The whole semester on Temporal's real server: six hosts; activities return at once, gates are approved at once. */
export const semesterOverhead: Case = {
  goals: {
    'semester-overhead/seconds': { most: 5, unit: 'seconds' },
    'semester-overhead/events': { most: 400, unit: 'events' },
  },
  needs: ['program', 'temporal'],
  async measure({ runs, progress }) {
    const temporal = await startDevServer({ uiPort: false, progress });
    try {
      return await onServer(temporal.address, async (one) => {
        const samples: Sample[] = [];
        for (let n = 1; n <= runs; n++) {
          progress(`semester-overhead: run ${n} of ${runs}`);
          samples.push(await one());
        }
        return samples;
      });
    } finally {
      await temporal.stop();
    }
  },
};

/** Runs `work` with one worker, because the locks of site and hosts outlive a semester; each run has its own fleet. */
async function onServer<T>(address: string, work: (one: () => Promise<Sample>) => Promise<T>): Promise<T> {
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const client = new Client({ connection });
  const taskQueue = 'bench';
  const fleet = () => createWorld({ now: async () => Date.now(), client: () => client, taskQueue, hosts: GPU_HOSTS });
  let { acts } = fleet();
  const names = Object.keys(acts) as (keyof Activities)[];
  const activities = Object.fromEntries(names.map((name) => [name, async (arg: never) => await acts[name](arg)]));
  // Approve each gate when it opens.
  activities['notifyApprovers'] = async (asked: Parameters<Activities['notifyApprovers']>[0]) => {
    await acts.notifyApprovers(asked);
    if (asked.kind === 'gate') await approve(client, asked.workflow, asked.about as Gate);
  };
  const workflowBundle = { codePath: workflowFileOf('off') };
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities });
  try {
    return await worker.runUntil(() =>
      work(async () => {
        ({ acts } = fleet());
        return await semesterOnce(client, taskQueue);
      }),
    );
  } finally {
    await Promise.all([connection.close(), native.close()]);
  }
}

async function semesterOnce(client: Client, taskQueue: string): Promise<Sample> {
  const began = performance.now();
  const workflowId = `${semesterWorkflowId(longAgo.semester.name)}-${randomUUID()}`;
  const handle = await client.workflow.start('semester', { workflowId, taskQueue, args: [longAgo] });
  await handle.result();
  const seconds = (performance.now() - began) / 1000;
  const { events } = await handle.fetchHistory();
  return { 'semester-overhead/seconds': seconds, 'semester-overhead/events': events?.length ?? NaN };
}

/** All dates are in the past, so the workflow never waits for a date. */
const longAgo: SemesterInput = {
  site: 'lab',
  startedBy: 'alice',
  semester: {
    name: '2020-fall',
    title: '2020년 가을학기 GPU 서버 계정 신청 안내',
    formUrl: 'https://form.example/1',
    deadline: '2020-08-10',
    notices: ['P7D'],
    noticeGateLead: 'P7D',
    minimumNotice: 'P7D',
    period: {
      from: '2020-09-01',
      until: '2021-02-10',
    },
    mode: 'update',
    order: 'wipe-first',
    keep: [],
    applications: {
      until: '2021-01-31',
      every: 'PT10M',
      grace: 'PT1H',
      nudges: [],
    },
  },
};
