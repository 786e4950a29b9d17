import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { TASK_QUEUE } from '../../domain/names.ts';
import { createWorld } from '../../test/support/world.ts';
import { LIMITS } from '../../worker/create.ts';
import { createLog, installRuntime } from '../../worker/runtime.ts';
import type { WorldOptions } from './process.ts';

/** A worker with activities in memory: `worker.ts ADDRESS BUNDLE WORLD`. Its parent measures its memory. */
const [address = '', codePath = '', given = '{}'] = process.argv.slice(2);
const { hosts, waves, members = 0, applicants = 0, broken = {} } = JSON.parse(given) as WorldOptions;
installRuntime(createLog('fatal'));
const [connection, native] = await Promise.all([
  Connection.connect({ address }),
  NativeConnection.connect({ address }),
]);
const client = new Client({ connection });
const world = createWorld({ now: async () => Date.now(), client: () => client, taskQueue: TASK_QUEUE, hosts });
// Announcements and reboot windows take days, and do not affect memory.
world.acts.findWindow = async ({ after }) => ({ opens: after, closes: null });
for (const [activity, reason] of Object.entries(broken)) world.broken.set(activity, reason);
if (waves) world.rollout = { ...world.rollout, waves };
for (let n = 0; n < members; n++) world.members.add(`member${n}`);
for (let n = 0; n < applicants; n++) {
  const who = { user: `applicant${n}`, uid: 100_000 + n };
  world.due.push({ kind: 'accept', ...who }, { kind: 'grant-docker', ...who }, { kind: 'mail-accepted', ...who });
}
const worker = await Worker.create({
  connection: native,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath },
  activities: world.acts,
  ...LIMITS,
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
await worker.run();
