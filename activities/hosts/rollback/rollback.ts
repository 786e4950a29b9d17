import type { Proof } from '../../../domain/proof.ts';
import { refuse } from '../../failures.ts';
import { looksAt, REBOOT_DEADLINE_MS, rebooter } from '../root/boots.ts';
import { goBack } from '../rollout/guard.ts';
import { checkHealth, wrongRoot } from '../rollout/health.ts';
import { KEPT_PATHS } from '../root/private.ts';
import { lookRoot, type RootLook } from '../root/root.ts';
import type { UpdateDeps } from '../update-dependencies.ts';
import type { RollbackActivities } from './contract.ts';

const ON_PURPOSE = 'on purpose';

/**
 * R8, back on purpose: `root` → `failed-<image>`, `old-root` → `root`, with the Docker grants and the login lock of today; reboot, and
 * proof of the new boot. Facts: `{host, from, bootId}`.
 * @throws ApplicationFailure `CommandFailed` when there is no old-root, or `root` is not what runs; `VerificationFailed` naming
 *   everything that is not as it should be afterwards.
 */
export function rollBack(deps: UpdateDeps): RollbackActivities['rollBack'] {
  const { remote } = deps;
  return async ({ ref, host }): Promise<Proof<'rolled-back'>> => {
    const site = await deps.site();
    const back = { why: ON_PURPOSE, imageUuid: null, paths: KEPT_PATHS };
    const before = ref.byHand
      ? { bootId: '', from: (await lookRoot(remote, site, host)).wentBack?.image ?? '' }
      : await goBack(deps, ref, host, back);
    const reboot = rebooter(remote, host);
    const deadlineMs = deps.rebootDeadlineMs ?? REBOOT_DEADLINE_MS;
    for await (const look of looksAt({ remote, site, host, deadlineMs })) {
      if ('silent' in look) continue;
      if (look.bootId === before.bootId) await reboot(before.bootId);
      else return await prove(look, before.from);
    }
    throw new Error('unreachable');

    async function prove(look: RootLook, from: string): Promise<Proof<'rolled-back'>> {
      const { problems } = await checkHealth(remote, site, host);
      const wrong = [
        ...wrongRoot(look),
        ...(look.wentBack?.image === from ? [] : [`it did not go back from ${from || 'any image'}`]),
        ...problems,
      ];
      if (wrong.length > 0)
        throw refuse('VerificationFailed', `${host}: ${wrong.join('; ')}: look there, then retry or done`);
      return {
        what: 'rolled-back',
        at: deps.clock().toISOString(),
        summary: `${host} went back from ${from} and runs ${look.image ?? 'its old root'} again`,
        facts: { host, from, bootId: look.bootId },
        how: ref.byHand ? 'by-hand' : 'service',
      };
    }
  };
}
