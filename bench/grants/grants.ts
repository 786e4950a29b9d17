import path from 'node:path';
import type { DockerInput } from '../../domain/docker-ranges.ts';
import { TASK_QUEUE } from '../../domain/names.ts';
import { GPU_HOSTS } from '../../lab/addresses.ts';
import type { Lab } from '../../lab/lab.ts';
import { ansibleOn } from '../ansible.ts';
import type { Case, Sample } from '../case.ts';
import { startStage, type Stage } from '../stage.ts';

const USERS = Array.from({ length: 20 }, (_, n) => `bench${String(n + 1).padStart(2, '0')}`);

/** Grants Docker ranges to 20 new users on six hosts: by the service, and by the runbook's playbook. */
export const grants: Case = {
  goals: { 'docker-grants/playbook': { most: 0.1, unit: 'ratio' } },
  needs: ['program', 'lab', 'temporal', 'ansible'],
  async measure({ runs, progress }) {
    await using stage = await startStage({ firmwareSeconds: 0, progress });
    const { lab } = stage;
    const accounts = USERS.map((user, n) => `echo '${user}:x:${20_000 + n}:2000::/:/bin/bash' >>/etc/passwd`);
    await inWindow(lab, accounts.join('\n'));
    const samples: Sample[] = [];
    for (let n = 1; n <= runs; n++) {
      const sides = [() => byService(stage, n), () => byPlaybook(lab)];
      const took: Record<string, number> = {};
      for (const side of n % 2 === 1 ? sides : sides.toReversed()) {
        await inWindow(lab, "sed -i '/^bench/d' /etc/subuid /etc/subgid");
        Object.assign(took, await side());
        await expectRanges(lab);
      }
      const { service = NaN, playbook = NaN } = took;
      progress(`docker-grants, run ${n}: service ${service.toFixed(1)} s, playbook ${playbook.toFixed(1)} s`);
      samples.push({ 'docker-grants/playbook': service / playbook });
    }
    return samples;
  },
};

const onEach = <T>(work: (host: string) => Promise<T>) => Promise.all(GPU_HOSTS.map(work));

const inWindow = (lab: Lab, commands: string) =>
  onEach((host) =>
    lab.exec(host, `set -e\nbtrfs property set -ts / ro false\n${commands}\nbtrfs property set -ts / ro true`),
  );

async function byService({ client }: Stage, n: number): Promise<{ service: number }> {
  const input: DockerInput = { site: 'lab', users: USERS, startedBy: 'alice' };
  const began = performance.now();
  const workflowId = `docker/bench-${n}`;
  const handle = await client.workflow.start('docker', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
  await handle.result();
  return { service: (performance.now() - began) / 1000 };
}

async function byPlaybook(lab: Lab): Promise<{ playbook: number }> {
  const ansible = await ansibleOn(lab, GPU_HOSTS);
  return { playbook: await ansible.play(path.join(import.meta.dirname, 'ansible.yaml'), { users: USERS }) };
}

/** Fails if a side skipped a user or left a root writable. */
async function expectRanges(lab: Lab): Promise<void> {
  const output = await onEach((host) =>
    lab.exec(host, 'echo $(grep -c ^bench /etc/subuid) $(grep -c ^bench /etc/subgid) $(btrfs property get -ts / ro)'),
  );
  const wrong = output.filter((line) => line !== `${USERS.length} ${USERS.length} ro=true`);
  if (wrong.length > 0)
    throw new Error(`expected ${USERS.length} ranges and a read-only root on each host, found: ${wrong.join('; ')}`);
}
