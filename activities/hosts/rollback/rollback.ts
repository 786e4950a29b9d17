import type { Proof } from '../../../domain/proof.ts';
import { refuse } from '../../failures.ts';
import { pollRoot, REBOOT_DEADLINE_MS, rebooter } from '../root/boots.ts';
import { goBack } from '../rollout/guard.ts';
import { checkHealth, wrongRoot } from '../rollout/health.ts';
import { checksBefore, failedAlready, rememberChecks, runSiteChecks } from '../rollout/site-checks.ts';
import { KEPT_PATHS } from '../root/private.ts';
import { lookRoot, type RootLook } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RollbackActivities } from './contract.ts';

const ON_PURPOSE = 'on purpose';

/**
 * R8, roll-back on purpose: `root` → `failed-<image>`, `old-root` → `root`, with today's Docker grants and login lock;
 * reboot, and proof of the new boot. A check of the site that failed before is named, and not held against the old root. Facts: `{host, from, bootId}`.
 * @throws ApplicationFailure `CommandFailed` if old-root does not exist or `root` is not the running root;
 *   `VerificationFailed` naming all problems afterwards
 */
export function rollBack(deps: HostDependencies): RollbackActivities['rollBack'] {
  const { remote } = deps;
  return async ({ ref, host }): Promise<Proof<'rolled-back'>> => {
    const site = await deps.site();
    const back = { why: ON_PURPOSE, imageUuid: null, paths: KEPT_PATHS };
    const failedBefore = await checksBeforeRollBack();
    const before = ref.byHand
      ? { bootId: '', from: (await lookRoot(remote, site, host)).wentBack?.image ?? '' }
      : await goBack(deps, ref, host, back);
    const reboot = rebooter(remote, host);
    const deadlineMs = deps.rebootDeadlineMs ?? REBOOT_DEADLINE_MS;
    for await (const look of pollRoot({ remote, site, host, deadlineMs })) {
      if ('silent' in look) continue;
      if (look.bootId === before.bootId) await reboot(before.bootId);
      else return await prove(look, before.from);
    }
    throw new Error('unreachable');

    /**
     * The checks that fail on the root that the host leaves: they are not held against the old root. The record comes before the
     * renames, so a later try, which may look at the old root already, has it.
     */
    async function checksBeforeRollBack(): Promise<readonly string[]> {
      const boot = `rollback of ${ref.workflow}`;
      const known = await checksBefore(deps.store, host, boot);
      if (known !== null || ref.byHand) return known ?? [];
      const failed = await runSiteChecks(remote, site, host);
      await rememberChecks(deps.store, host, { image: boot, failed });
      return failed;
    }

    async function prove(look: RootLook, from: string): Promise<Proof<'rolled-back'>> {
      const { problems, failedBefore: already } = await checkHealth(remote, site, host, failedBefore);
      const wrong = [
        ...wrongRoot(look),
        ...(look.wentBack?.image === from ? [] : [`it did not revert from ${from || 'any image'}`]),
        ...problems,
      ];
      if (wrong.length > 0)
        throw refuse('VerificationFailed', `${host}: ${wrong.join('; ')}: check there, then retry or done`);
      return {
        what: 'rolled-back',
        at: deps.clock().toISOString(),
        summary: `${host} reverted from ${from} and runs ${look.image ?? 'its old root'} again${failedAlready(already)}`,
        facts: { host, from, bootId: look.bootId },
        how: ref.byHand ? 'by-hand' : 'service',
      };
    }
  };
}
