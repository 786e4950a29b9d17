import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { FleetUpdateInput } from '../domain/semester.ts';
import type { ImageProof, Proof } from '../domain/proof.ts';
import type { SiteView } from '../domain/site.ts';
import { installDesk, type Desk } from './desk/desk.ts';
import { gate, handGate } from './desk/gates.ts';
import { myId, myRun } from './desk/state.ts';
import { step } from './desk/steps.ts';
import { holdingHost } from './grants.ts';
import { hostUpdate, type HostUpdateResult } from './host-update.ts';
import { long, quick } from './policies.ts';

export interface FleetUpdateResult {
  readonly outcome: 'updated' | 'nothing-new' | 'aborted';
  readonly image: ImageProof | null;
  readonly hosts: readonly HostUpdateResult[];
}

/** R2 and R8: one server to its latest packages (or reinstalled by hand), its image, then all the others. */
export async function fleetUpdate(input: FleetUpdateInput): Promise<FleetUpdateResult> {
  const desk = installDesk({ ...input, kind: 'update', phase: 'update', name: input.parent ? myId() : input.name });
  let site: SiteView;
  return desk.run<FleetUpdateResult>(
    async () => {
      site = await quick.readSite({ site: input.site });
      desk.meet(site);
      const leader = input.leader ?? site.leader;
      const followers = site.hosts.filter((h) => h !== leader);

      await bringUp(desk, input, leader);
      const label = input.mode === 'reinstall' ? 'gpu-reinstall' : 'gpu-update';
      const image = await step(desk, 'image', (ref) =>
        holdingHost(desk, leader, input.site, 'image', () => long.buildImage({ ref, leader, label, followers })),
      );

      const rollout = await gate(desk, 'rollout', {
        site,
        plan: () => quick.planRollout({ leader, image, followers }),
      });
      if (rollout.kind !== 'approved') return { outcome: 'nothing-new', image, hosts: [] };

      const [canary, ...others] = followers;
      const hosts = canary ? [await follow(desk, input, site, image, canary)] : [];
      hosts.push(...(await Promise.all(others.map((host) => follow(desk, input, site, image, host)))));
      return { outcome: 'updated', image, hosts };
    },
    async () => {
      const tidy = (host: string) => quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      await Promise.all((site?.hosts ?? []).map(tidy));
      return { outcome: 'aborted', image: null, hosts: [] };
    },
  );
}

/** R2: a person reinstalls, or the package manager updates; either way somebody looks at the host afterwards. */
async function bringUp(desk: Desk, input: FleetUpdateInput, leader: string): Promise<Proof> {
  if (input.mode === 'reinstall') {
    const instructions = await quick.reinstallInstructions({ host: leader, language: null });
    const { proof } = await handGate(desk, 'reinstall', instructions, () => quick.checkLayout({ host: leader }));
    return proof;
  }
  return step(desk, 'leader-update', (ref) =>
    holdingHost(desk, leader, input.site, 'update', () => long.updateLeader({ ref, host: leader })),
  );
}

async function follow(desk: Desk, input: FleetUpdateInput, site: SiteView, image: ImageProof, host: string) {
  await desk.ready();
  const workflowId = `${workflowInfo().workflowId}/${host}`;
  const child = await startChild(hostUpdate, {
    workflowId,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${host} → ${image.facts.name}`,
    args: [
      {
        site: input.site,
        host,
        image,
        keep: input.keep,
        approvers: { names: site.approvers, remindEveryMs: site.remindEveryMs },
        startedBy: input.startedBy,
        parent: workflowInfo().workflowId,
        name: workflowId,
      },
    ],
  });
  desk.state.children.set(workflowId, []);
  const result = await child.result();
  desk.state.children.delete(workflowId);
  const proof = 'skipped' in result ? {} : { proof: result };
  const state = 'skipped' in result ? 'skipped' : 'done';
  desk.state.steps.set(`follower-${host}`, {
    step: `follower-${host}`,
    phase: 'update',
    state,
    round: 1,
    safety: false,
    ...proof,
  });
  desk.publish();
  return result;
}
