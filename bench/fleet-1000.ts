import { Client, Connection } from '@temporalio/client';
import { TASK_QUEUE } from '../domain/names.ts';
import type { FleetUpdateInput } from '../domain/semester.ts';
import { startDevServer } from '../lab/setup/dev-server.ts';
import { approvedToTheEnd } from '../test/support/approve.ts';
import type { Case, Sample } from './case.ts';
import { startDoubles } from './doubles/process.ts';

const HOSTS = Array.from({ length: 1001 }, (_, n) => `gpu${String(n).padStart(4, '0')}`);
const WAVE = 50;

/** A leader and 1,000 followers in memory, in waves of 50, on Temporal's real server. */
export const fleet1000: Case = {
  goals: {
    'fleet-1000/events': { most: 9_999, unit: 'events' },
    'fleet-1000/memory': { most: 400, unit: 'MB' },
  },
  needs: ['program', 'temporal'],
  async measure({ runs, progress }) {
    const samples: Sample[] = [];
    for (let n = 1; n <= runs; n++) {
      progress(`fleet-1000, run ${n}: a roll-out on 1,000 hosts in memory, some minutes`);
      // A new worker each time: memory of one run must not count for the next.
      samples.push(await oneRun());
    }
    return samples;
  },
};

async function oneRun(): Promise<Sample> {
  const temporal = await startDevServer({ uiPort: false });
  try {
    const { address } = temporal;
    const worker = await startDoubles(address, { hosts: HOSTS, waves: [WAVE] });
    const connection = await Connection.connect({ address });
    try {
      const client = new Client({ connection });
      const workflowId = 'update/bench';
      const input: FleetUpdateInput = {
        site: 'lab',
        name: workflowId,
        startedBy: 'alice',
        mode: 'update',
        keep: [],
      };
      const handle = await client.workflow.start('fleetUpdate', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
      const result = await approvedToTheEnd<{ updated: number }>(client, handle, ['rollout']);
      if (result.updated !== HOSTS.length - 1) throw new Error(`${result.updated} of 1,000 hosts were updated`);
      const { historyLength } = await handle.describe();
      return { 'fleet-1000/events': historyLength, 'fleet-1000/memory': await worker.peakMemory() };
    } finally {
      await connection.close();
      await worker.stop();
    }
  } finally {
    await temporal.stop();
  }
}
