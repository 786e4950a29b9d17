import { ApplicationFailure } from '@temporalio/common';
import { durationMs } from '../../../domain/moments.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { looksAt, REBOOT_DEADLINE_MS, rebooter } from '../root/boots.ts';
import { confirmBoot, goBack } from './guard.ts';
import { checkHealth, wrongKernel, wrongRoot, type Health } from './health.ts';
import { isUnreachable } from '../jobs/jobs.ts';
import { espOf, type RootLook } from '../root/root.ts';
import type { UpdateDeps } from '../update-dependencies.ts';
import type { RolloutActivities } from './contract.ts';

type Asked = Parameters<RolloutActivities['rebootHost']>[0];

/**
 * R8: reboots unless the host already runs another boot than `bootIdBefore`, or the image; proves the boot, and confirms it to the
 * guard. One that is not healthy goes back at once where it answers; where it does not, its guard's time is waited for.
 * Whatever was done before, a second call looks at what there is and comes to the same end.
 * @throws ApplicationFailure `RolledBack` with what was wrong; `VerificationFailed` when nobody knows what it runs.
 */
export function rebootHost(deps: UpdateDeps): RolloutActivities['rebootHost'] {
  return async (asked): Promise<Proof<'host-update'>> => {
    const { ref, host, bootIdBefore } = asked;
    const site = await deps.site();
    const once = deps.rebootDeadlineMs ?? REBOOT_DEADLINE_MS;
    const reboot = rebooter(deps.remote, host);
    let rebooted = false;
    if (asked.due && !ref.byHand) {
      await reboot(bootIdBefore);
      rebooted = true;
    }
    let seen = '';
    let otherKey = false;
    // There and, where it does not come up, back again.
    const deadlineMs = 2 * once + durationMs(site.update.confirmWithin);
    for await (const look of looksAt({ remote: deps.remote, site, host, deadlineMs })) {
      if ('silent' in look) {
        if (!otherKey) seen = look.silent;
        otherKey ||= look.otherKey;
        continue;
      }
      const place = placeOf(look, asked);
      if (place === 'image') {
        const health = await prove(deps, site, asked, look);
        if (health) return proof(deps.clock(), asked, look, health, rebooted);
      } else if (place === 'before') {
        if (!ref.byHand) await reboot(bootIdBefore);
        rebooted = true;
      } else if (place === 'leaving') {
        if (!ref.byHand) await reboot(look.bootId);
      } else if (place === 'back') {
        throw rolledBack(asked, look, seen);
      } else if (place === 'lost') throw lost(asked, look);
    }
    throw new Error('unreachable');
  };
}

/**
 * Where a host is on its way: the boot of `before`, the `image`, `leaving` it (names are put back, a reboot is due), `back` on
 * its old root, `between` them, or `lost`.
 */
function placeOf(look: RootLook, { image, bootIdBefore }: Asked) {
  const { name, snapshotUuid } = image.facts;
  if (look.running === 'root' && look.imageUuid === snapshotUuid) return 'image';
  if (look.bootId === bootIdBefore) return 'before';
  if (look.running.startsWith('failed-')) return look.default === 'root' ? 'leaving' : 'between';
  return look.running === 'root' && look.wentBack?.image === name ? 'back' : 'lost';
}

/** Healthy and confirmed; null: on its way back, or silent, as the next look tells. */
async function prove(deps: UpdateDeps, site: Site, asked: Asked, look: RootLook): Promise<Health | null> {
  const { ref, host, image } = asked;
  const { name, snapshotUuid } = image.facts;
  const health = await checkHealth(deps.remote, site, host).catch(silent);
  if (health === null) return null;
  const problems = [...wrongRoot(look), ...wrongKernel(health.kernel, espOf(site)), ...health.problems];
  if (problems.length === 0) {
    const confirmed = confirmBoot(deps, site, host, snapshotUuid).then(() => health);
    // It is on its way back already.
    return await confirmed.catch((error: unknown) => (isCommandFailed(error) ? null : silent(error)));
  }
  const why = problems.join('; ');
  if (ref.byHand) throw refuse('VerificationFailed', `${host} runs ${name}, but ${why}: look there, then done`);
  await goBack(deps, ref, host, { why, imageUuid: snapshotUuid, paths: [] }).catch((error: unknown) => {
    if (!isCommandFailed(error)) return silent(error);
    throw refuse('VerificationFailed', `${host} runs ${name}, but ${why}; it cannot go back: ${error.message}`);
  });
  return null;
}

const isCommandFailed = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === 'CommandFailed';

/** A host that does not answer, or shows another key. @throws whatever else it is */
function silent(error: unknown): null {
  if (isUnreachable(error) || (error instanceof ApplicationFailure && error.type === 'ConfigInvalid')) return null;
  throw error;
}

function rolledBack({ host, image }: Asked, look: RootLook, seen: string) {
  const why = look.wentBack?.why ?? '';
  const from = why.startsWith('nobody') && seen !== '' ? ` (seen from here: ${seen})` : '';
  const old = look.image === null ? 'its old root' : `its old root of ${look.image}`;
  return refuse(
    'RolledBack',
    `${host} did not come up well with ${image.facts.name}: ${why}${from}. It runs ${old} again`,
  );
}

function lost({ host, image }: Asked, look: RootLook) {
  const runs = `it runs "${look.running}" of ${look.image ?? 'an unknown image'}, and "${look.default}" is the default`;
  return refuse(
    'VerificationFailed',
    `${host} came back, but not with ${image.facts.name}: ${runs}: look there, then retry or done`,
  );
}

function proof(at: Date, asked: Asked, look: RootLook, health: Health, rebooted: boolean): Proof<'host-update'> {
  const { ref, host, image, bootIdBefore } = asked;
  const { name } = image.facts;
  const { kernel, failedUnits } = health;
  const whose = kernel.brought.length > 0 ? `with its kernel ${kernel.running}` : 'which has no kernel of its own,';
  return {
    what: 'host-update',
    at: at.toISOString(),
    summary: `${host} runs ${name} ${whose} since a new boot${failedUnits && `; failed units: ${failedUnits}`}`,
    facts: { host, image: name, bootIdBefore, bootIdAfter: look.bootId, defaultSubvolume: look.default },
    how: ref.byHand ? 'by-hand' : rebooted ? 'service' : 'found',
  };
}
