import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { StepRef } from '../activities/types.ts';
import { hostWorkflowId } from '../domain/names.ts';
import type { HostUpdateProof, ImageProof, Proof } from '../domain/proof.ts';
import type { Kept } from '../domain/site.ts';
import { installDesk } from './desk/desk.ts';
import { skippable } from './desk/steps.ts';
import { myRun, now } from './desk/state.ts';
import { holdingHost } from './grants.ts';
import { owe } from './messages.ts';
import { long, quick } from './policies.ts';

export interface HostUpdateInput {
  readonly site: string;
  readonly host: string;
  readonly image: ImageProof;
  readonly keep: readonly Kept[];
  readonly approvers: { readonly names: readonly string[]; readonly remindEveryMs: number; readonly webhook: boolean };
  readonly startedBy: string;
  readonly parent: string;
  /** What people type: the workflow's own id. */
  readonly name: string;
}

/** R8 on one follower: receive while nobody is disturbed, then, holding the host: drain, swap, reboot, prove. */
export async function hostUpdate(input: HostUpdateInput): Promise<Proof> {
  const { host, image, site } = input;
  const desk = installDesk({ ...input, kind: 'update', phase: 'update' });
  desk.state.approvers = input.approvers.names;
  desk.state.remindEveryMs = input.approvers.remindEveryMs;
  desk.state.webhook = input.approvers.webhook;
  return desk.run<Proof>(
    async () => {
      const proof =
        (await skippable(desk, `receive-${host}`, (ref) => long.receiveImage({ ref, host, image }))) &&
        (await skippable(desk, `boot-${host}`, (ref) =>
          holdingHost(desk, host, site, `boot into ${image.facts.name}`, async () => {
            await long.drainHost({ ref, host, keep: input.keep });
            return rollInto(long, ref, host, image);
          }),
        ));
      if (proof) return proof;
      await getExternalWorkflowHandle(hostWorkflowId(host))
        .signal(owe, { kind: 'image', image })
        .catch(() => undefined);
      return owedImage(host, image);
    },
    async (why) => {
      await quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      return { ...owedImage(host, image), summary: `${host} was left alone: ${why}` };
    },
  );
}

/** What is recorded of a follower that people skipped: its `host/<name>` catches up when it is back. */
export function owedImage(host: string, image: ImageProof): Proof {
  const { name } = image.facts;
  return { what: 'owed', at: now(), summary: `${host} is owed ${name}`, facts: { host, image: name }, how: 'service' };
}

/** Swap and reboot belong together: what is changed on the old root in between would be lost. */
export async function rollInto(
  acts: typeof long,
  ref: StepRef,
  host: string,
  image: ImageProof,
): Promise<HostUpdateProof> {
  await acts.receiveImage({ ref, host, image });
  await acts.prepareRoot({ ref, host, image });
  const swapped = await acts.swapRoot({ ref, host, image });
  return acts.rebootHost({ ref, host, image, bootIdBefore: String(swapped.facts['bootId']) });
}
