import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { hostWorkflowId } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';
import { failureType, skippable, step } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { deferTask } from '../messages.ts';
import { quick } from '../policies.ts';

/** R7: the same subuid range on every host; what a host that is down, or excluded, misses is owed to it. */
export async function grantEverywhere(
  operator: OperatorContext,
  site: SiteView,
  users: readonly string[],
): Promise<void> {
  await step(operator, 'docker-ranges', () => quick.agreeDockerRanges({ users }));
  await Promise.all([
    ...site.hosts.map((host) => grantOn(operator, site, host, users)),
    ...site.excluded.map((host) => quick.deferTask({ host, site: site.name, task: { kind: 'docker', users } })),
  ]);
}

/** On one host; a host that is down is caught up later without a word. */
async function grantOn(
  operator: OperatorContext,
  site: SiteView,
  host: string,
  users: readonly string[],
): Promise<void> {
  await skippable(operator, `docker-${host}`, (ref) =>
    holdingHost(operator, host, site.name, 'Docker grants', async (): Promise<Proof> => {
      try {
        return await quick.grantDocker({ ref, host, users });
      } catch (error) {
        if (failureType(error) !== 'Unreachable') throw error;
        await getExternalWorkflowHandle(hostWorkflowId(host)).signal(deferTask, { kind: 'docker', users });
        const summary = `${host} does not answer: ${users.length} Docker grants are owed to it`;
        return { what: 'docker-deferred', at: now(), summary, facts: { host, users: users.length }, how: 'service' };
      }
    }),
  );
}
