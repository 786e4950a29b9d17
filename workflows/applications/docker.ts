import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { hostWorkflowId } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { SiteView } from '../../domain/site.ts';
import type { Desk } from '../desk/desk.ts';
import { now } from '../desk/state.ts';
import { failureType, skippable, step } from '../desk/steps.ts';
import { holdingHost } from '../grants.ts';
import { owe } from '../messages.ts';
import { quick } from '../policies.ts';

/** R7: the same subuid range on every host; what a host that is down, or excluded, misses is owed to it. */
export async function grantEverywhere(desk: Desk, site: SiteView, users: readonly string[]): Promise<void> {
  await step(desk, 'docker-ranges', () => quick.agreeDockerRanges({ users }));
  await Promise.all([
    ...site.hosts.map((host) => grantOn(desk, site, host, users)),
    ...site.excluded.map((host) => quick.oweHost({ host, site: site.name, debt: { kind: 'docker', users } })),
  ]);
}

/** On one host; a host that is down is caught up later without a word. */
async function grantOn(desk: Desk, site: SiteView, host: string, users: readonly string[]): Promise<void> {
  await skippable(desk, `docker-${host}`, (ref) =>
    holdingHost(desk, host, site.name, 'Docker grants', async (): Promise<Proof> => {
      try {
        return await quick.grantDocker({ ref, host, users });
      } catch (error) {
        if (failureType(error) !== 'Unreachable') throw error;
        await getExternalWorkflowHandle(hostWorkflowId(host)).signal(owe, { kind: 'docker', users });
        const summary = `${host} does not answer: ${users.length} Docker grants are owed to it`;
        return { what: 'owed', at: now(), summary, facts: { host, owed: users.length }, how: 'service' };
      }
    }),
  );
}
