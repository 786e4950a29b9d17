import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gpuHolders, sampleGpus } from '../../../../activities/hosts/gpu/samples.ts';
import { hostLooks } from '../../../../activities/hosts/rounds.ts';
import { startSampling } from '../../../../activities/hosts/gpu/sampling.ts';
import { specWarnings } from '../../../../activities/homepage/specs.ts';
import { temporaryStore } from '../../../support/store.ts';
import type { Store } from '../../../../activities/store/store.ts';
import type { InspectInput } from '../../../../activities/inspections.ts';
import { run } from '../../../../client/main.ts';
import { loadSite } from '../../../../config/load.ts';
import { idleFor } from '../../../../domain/gpu-holders.ts';
import { recorder } from '../../../client/io.ts';
import { startFleet } from '../fleet.ts';
import { readMessages } from '../../../../texts/messages.ts';
import { holdsContract } from '../../../support/contract.ts';

/** R9 and the servers' specs on real hosts. `trainer` holds a GPU; with `--busy` it computes on it. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
let store: Store;
beforeAll(async () => {
  [fleet, store] = await Promise.all([startFleet({ name: 'gpus', hosts: ['asahi', 'bernini'] }), temporaryStore()]);
});
afterAll(async () => {
  await fleet?.stop();
  await store?.close();
});

const site = async () => ({ ...(await loadSite(fleet.lab.siteFile)), gpus: { sample: 'PT10M' } });
const deps = () => ({ site, store, remote: fleet.remote, clock: () => new Date() });
const train = (unit: string, user: string, ...args: string[]) =>
  fleet.lab.exec('asahi', `systemd-run -q --unit=${unit} --uid=${user} trainer 3600 ${args.join(' ')}`);

it('shows each GPU, its holders with their start times, and its running processes', async () => {
  await train('one', 'erin');
  await train('two', 'kim', '--busy');
  await expect
    .poll(async () => (await fleet.hosts.gpuUsers({ host: 'asahi' })).map(({ user }) => user))
    .toEqual(['erin', 'kim']);
  const { gpus, uses } = await fleet.hosts.lookAtGpus({ host: 'asahi' });
  expect(gpus).toMatchObject([
    { index: '0', name: 'NVIDIA GeForce RTX 3090', memoryMiB: 24576, utilisation: 0 },
    { index: '1', utilisation: 87 },
  ]);
  expect(uses.map(({ user, utilisation, command }) => [user, utilisation, command])).toEqual([
    ['erin', 0, expect.stringMatching(/python3.* \/usr\/local\/bin\/trainer 3600$/)],
    ['kim', 87, expect.stringMatching(/trainer 3600 --busy$/)],
  ]);
  const started = await fleet.lab.exec('asahi', `date +%s -d "$(ps -o lstart= -p ${uses[0]!.pid})"`);
  expect(Math.abs(Date.parse(uses[0]!.since) / 1000 - Number(started))).toBeLessThanOrEqual(2);
  expect(await fleet.hosts.lookAtGpus({ host: 'bernini' })).toMatchObject({ gpus: { length: 2 }, uses: [] });
});

it("shows what draws the screen, and counts it as nobody's work", async () => {
  await train('screen', 'root', '--graphics');
  const drawing = async () => (await fleet.hosts.lookAtGpus({ host: 'asahi' })).uses.filter(({ screen }) => screen);
  await expect.poll(async () => (await drawing()).map(({ user }) => user)).toEqual(['root']);
  expect((await fleet.hosts.gpuUsers({ host: 'asahi' })).map(({ user }) => user)).toEqual(['erin', 'kim']);
});

it('reports from samples the holders that are idle, and not those that ran', async () => {
  const { look } = hostLooks({ deadlineMs: 60_000, failed: () => undefined });
  await sampleGpus(deps(), look);
  await sampleGpus(deps(), look);
  const { every, hosts } = await holdsContract({ gpuHolders: gpuHolders(deps()) }).gpuHolders({});
  expect(every).toBe('PT10M');
  const [asahi, bernini] = hosts;
  expect(idleFor(asahi!.sampled!, 0)).toMatchObject([{ user: 'erin', idleSamples: 2 }]);
  expect(bernini!.sampled).toMatchObject({ holders: [] });
});

/** The command line. Its Temporal client runs these activities directly; its worker disappears after `looks` calls. */
async function semester(args: readonly string[], looks = Infinity) {
  let asked = 0;
  const execute = async (_: string, { args: [ask] }: { args: [InspectInput] }) => {
    asked++;
    if (ask.kind === 'gpus') return await Promise.all(ask.hosts.map((host) => fleet.hosts.lookAtGpus({ host })));
    if (ask.kind === 'gpu-holders') return await gpuHolders(deps())({});
    throw new Error(`asked for ${ask.kind}`);
  };
  const pollers = () => [{ identity: 'w', lastAccessTime: { seconds: asked < looks ? Date.now() / 1000 : 0 } }];
  const io = recorder(null, {
    options: { namespace: 'default' },
    workflowService: {
      describeTaskQueue: async () => ({ pollers: pollers() }),
      deleteWorkflowExecution: async () => ({}),
    },
    workflow: { execute },
  } as unknown as Client);
  const code = await run([...args, '--site', fleet.lab.siteFile], io);
  return { code, lines: io.lines };
}

it('shows idle holders by `semester gpus --idle`, and repeats by `--watch`', async () => {
  const idle = await semester(['gpus', '--idle', 'PT0S']);
  expect(idle.code).toBe(0);
  expect(idle.lines.join('\n')).toMatch(/asahi.*erin.*trainer 3600/);
  expect(idle.lines.join('\n')).not.toMatch(/kim/);
  expect((await semester(['gpus', '--idle'])).lines.join('\n')).toContain('No process has held a GPU for P1D');

  const watched = await semester(['gpus', 'asahi', '--watch'], 2);
  expect(watched.lines).toHaveLength(2);
  for (const text of watched.lines) expect(text).toMatch(/87 %.*kim.*trainer 3600 --busy/);
});

it('samples periodically, with a host down, until it is stopped', async () => {
  await fleet.lab.linkDown('bernini');
  try {
    const seen = async () => (await gpuHolders(deps())({})).hosts[0]!.sampled!.at;
    const before = await seen();
    const failures: unknown[] = [];
    const sampling = startSampling({ ...deps(), worker: 'one' }, (error) => failures.push(error));
    await expect.poll(seen, { timeout: 60_000 }).not.toBe(before);
    await fleet.lab.linkUp('bernini');
    await sampling.stop();
    expect(failures).toEqual([]);
  } finally {
    await fleet.lab.linkUp('bernini');
  }
});

it('finds that the lab matches its site.yaml, and reports what differs', async () => {
  const lab = await site();
  const say = await readMessages(lab, 'en');
  expect(await specWarnings(lab, fleet.remote, say)).toEqual([]);
  const [asahi, bernini] = lab.hosts;
  const wrong = { ...lab, hosts: [{ ...asahi!, gpu: 'TITAN RTX', gpuCount: 4 }, bernini!] };
  await fleet.lab.powerCut('bernini');
  expect(await specWarnings(wrong, fleet.remote, say)).toEqual([
    expect.stringContaining('asahi: site.yaml says gpu TITAN RTX, the host says NVIDIA GeForce RTX 3090'),
    expect.stringContaining('asahi: site.yaml says gpuCount 4, the host says 2'),
    expect.stringContaining('bernini does not answer'),
  ]);
});
