import { many } from '../../domain/many.ts';
import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { hostWorkflowId } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';
import { failureType, runStep } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { deferTask } from '../messages.ts';
import { quick } from '../policies.ts';

/**
 * R7: grants each account the same subordinate ranges on every host; for a host that is down or excluded, as a deferred
 * task.
 */
export async function grantEverywhere(
  operator: OperatorContext,
  site: SiteView,
  users: readonly string[],
): Promise<void> {
  await runStep(operator, { name: 'docker-ranges', phase: 'applications' }, () => quick.agreeDockerRanges({ users }));
  await Promise.all([
    ...site.hosts.map((host) => grantOn(operator, site, host, users)),
    ...site.excluded.map((host) =>
      runStep(operator, { name: `docker-${host}`, phase: 'applications', skippable: true }, () =>
        quick.deferTask({ host, site: site.name, task: { kind: 'docker', users } }),
      ),
    ),
  ]);
}

/**
 * Grants on one host. A host that is down, or does not know an account yet, gets a deferred task, and no person is asked.
 */
async function grantOn(
  operator: OperatorContext,
  site: SiteView,
  host: string,
  users: readonly string[],
): Promise<void> {
  await runStep(operator, { name: `docker-${host}`, phase: 'applications', skippable: true }, (ref) =>
    holdingHost(
      operator,
      host,
      site.name,
      'Docker grants',
      async (): Promise<Proof<'docker-granted' | 'docker-deferred'>> => {
        try {
          const proof = await quick.grantDocker({ ref, host, users });
          const { unknown } = proof;
          if (unknown.length === 0) return proof;
          await getExternalWorkflowHandle(hostWorkflowId(host)).signal(deferTask, { kind: 'docker', users: unknown });
          return { ...proof, summary: `${proof.summary}; deferred until ${host} knows them` };
        } catch (error) {
          if (failureType(error) !== 'Unreachable') throw error;
          await getExternalWorkflowHandle(hostWorkflowId(host)).signal(deferTask, { kind: 'docker', users });
          const summary = `${host} does not answer: ${many(users.length, 'Docker grant is', 'Docker grants are')} deferred`;
          return { what: 'docker-deferred', at: now(), summary, facts: { host, users: users.length }, how: 'service' };
        }
      },
    ),
  );
}
