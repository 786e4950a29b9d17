import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { FleetUpdateInput } from '../domain/semester.ts';
import type { ImageProof, Proof } from '../domain/proof.ts';
import type { SiteView } from '../domain/site.ts';
import { installDesk, type Desk } from './desk/desk.ts';
import { gate } from './desk/gates.ts';
import { handGate } from './desk/hand-gates.ts';
import { myId, myRun } from './desk/state.ts';
import { planning, skippable, step } from './desk/steps.ts';
import { holdingHost } from './grants.ts';
import { hostUpdate, owedImage } from './host-update.ts';
import { long, quick } from './policies.ts';

export interface FleetUpdateResult {
  readonly outcome: 'updated' | 'nothing-new' | 'aborted';
  readonly image: ImageProof | null;
  /** Of each follower: what it runs, or what is owed to it. */
  readonly hosts: readonly Proof[];
}

/** R2 and R8: one server to its latest packages (or reinstalled by hand), its image, then all the others. */
export async function fleetUpdate(input: FleetUpdateInput): Promise<FleetUpdateResult> {
  const desk = installDesk({ ...input, kind: 'update', phase: 'update', name: input.parent ? myId() : input.name });
  let site: SiteView;
  return desk.run<FleetUpdateResult>(
    async () => {
      site = await planning(desk, 'read-site', () => quick.readSite({ site: input.site }));
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
        plan: () => quick.planRollout({ leader, image, followers, canary: null, waves: [followers] }),
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
    const instructions = await planning(desk, 'reinstall-instructions', () =>
      quick.reinstallInstructions({ host: leader, language: null }),
    );
    const { proof } = await handGate(desk, 'reinstall', instructions, () => quick.checkLayout({ host: leader }));
    return proof;
  }
  return step(desk, 'leader-update', (ref) =>
    holdingHost(desk, leader, input.site, 'update', () => long.updateLeader({ ref, host: leader })),
  );
}

/** One follower, in a child of its own; one that was ended from outside is started again by `retry`. */
async function follow(
  desk: Desk,
  input: FleetUpdateInput,
  site: SiteView,
  image: ImageProof,
  host: string,
): Promise<Proof> {
  const { workflowId: parent } = workflowInfo();
  const proof = await skippable(desk, `follower-${host}`, async ({ round }) => {
    const workflowId = `${parent}/${host}${round > 1 ? `-${round}` : ''}`;
    const child = await startChild(hostUpdate, {
      workflowId,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${host} → ${image.facts.name}`,
      args: [
        {
          ...{ site: input.site, host, image, keep: input.keep, startedBy: input.startedBy, parent, name: workflowId },
          approvers: { names: site.approvers, remindEveryMs: site.remindEveryMs, webhook: site.webhook },
        },
      ],
    });
    desk.state.children.set(workflowId, []);
    try {
      return await child.result();
    } finally {
      desk.state.children.delete(workflowId);
    }
  });
  return proof ?? owedImage(host, image);
}
