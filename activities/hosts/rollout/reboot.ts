import { durationMs } from '../../../domain/moments.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { pollRoot, REBOOT_DEADLINE_MS, rebooter } from '../root/boots.ts';
import { endTrial } from '../trial/end-trial.ts';
import { confirmBoot, goBack } from './guard.ts';
import { checkHealth, wrongKernel, wrongRoot, type Health } from './health.ts';
import { espOf, lookRoot, type RootLook } from '../root/root.ts';
import { checksBefore, failedAlready } from './site-checks.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';

type Asked = Parameters<RolloutActivities['rebootHost']>[0];

/**
 * R8: reboots unless the host already runs another boot than `bootIdBefore`, or the image. Proves the boot and confirms
 * it to the guard. An unhealthy host that answers reverts at once; for a silent one, waits until its guard has reverted
 * it. Idempotent: a second call inspects the host's state and comes to the same result.
 * @throws ApplicationFailure `RolledBack` with the problems; `VerificationFailed` if the running root is unknown
 */
export function rebootHost(deps: HostDependencies): RolloutActivities['rebootHost'] {
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
    // Twice: the boot, and the revert if the host does not come up.
    const deadlineMs = 2 * once + durationMs(site.update.confirmWithin);
    for await (const look of pollRoot({ remote: deps.remote, site, host, deadlineMs })) {
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
      } else if (place === 'never-started') {
        if (ref.byHand) throw lost(asked, look);
        // The next poll shows the host as `back`, with the reason.
        await endTrial(deps, site, host);
      } else if (place === 'interrupted') {
        throw refuse(
          'VerificationFailed',
          `${host} runs its old root, although ${asked.image.facts.name} was confirmed: the power was cut before its names ` +
            'and kernels were in place. Send retry: it finishes that, and reboots',
        );
      } else if (place === 'lost') throw lost(asked, look);
    }
    throw new Error('unreachable');
  };
}

/**
 * The host's progress: in the boot of `before`, on the `image`, `leaving` it (nothing is left but a reboot), `back` on its
 * old root, `between` them, or `lost`. After a trial: `never-started` (the old root runs, and the guard of the new one never
 * ran), or `interrupted` (the old root runs, although the new one was confirmed).
 */
function placeOf(look: RootLook, { image, bootIdBefore }: Asked) {
  const { name, snapshotUuid } = image.facts;
  const trial = look.trial?.image === name ? look.trial : null;
  const gone = look.wentBack?.image === name;
  if (look.imageUuid === snapshotUuid) {
    if (look.running === 'root' || (look.running === 'root.new' && trial)) return 'image';
    if (look.running === 'root.new' && gone) return 'leaving';
  }
  if (look.bootId === bootIdBefore) return 'before';
  if (look.running.startsWith('failed-')) return look.default === 'root' ? 'leaving' : 'between';
  if (trial?.committing) return 'interrupted';
  if (look.running !== 'root') return 'lost';
  if (trial && trial.boot !== look.bootId) return 'never-started';
  return gone ? 'back' : 'lost';
}

/** Proves and confirms a healthy host. Null: reverting or silent, as the next poll shows. */
async function prove(deps: HostDependencies, site: Site, asked: Asked, look: RootLook): Promise<Health | null> {
  const { ref, host, image } = asked;
  const { name, snapshotUuid } = image.facts;
  const before = (await checksBefore(deps.store, host, name)) ?? [];
  const health = await checkHealth(deps.remote, site, host, before).catch(silent);
  if (health === null) return null;
  const problems = [...wrongRoot(look), ...wrongKernel(health.kernel, espOf(site)), ...health.problems];
  if (problems.length === 0) {
    return await confirmBoot(deps, site, host, snapshotUuid).then(
      () => health,
      (error: unknown) => unconfirmed(deps, site, asked, error),
    );
  }
  const why = problems.join('; ');
  if (ref.byHand) throw refuse('VerificationFailed', `${host} runs ${name}, but ${why}: check there, then done`);
  await goBack(deps, ref, host, { why, imageUuid: snapshotUuid, paths: [] }).catch((error: unknown) => {
    if (!isFailure(error, 'CommandFailed')) return silent(error);
    throw refuse('VerificationFailed', `${host} runs ${name}, but ${why}; it cannot revert: ${error.message}`);
  });
  return null;
}

/** Returns null for a host that reverts already, or does not answer. @throws if a commit stopped midway, or any other error */
async function unconfirmed(deps: HostDependencies, site: Site, { host, image }: Asked, error: unknown): Promise<null> {
  if (!isFailure(error, 'CommandFailed')) return silent(error);
  const look = await lookRoot(deps.remote, site, host).catch(silent);
  if (!look?.trial?.committing) return null;
  throw refuse(
    'VerificationFailed',
    `${host} runs ${image.facts.name} and is healthy, but its names and kernels are not all in place: ${error.message}. Then send retry`,
  );
}

/** Returns null for a host that does not answer or shows another key. @throws any other error */
function silent(error: unknown): null {
  if (isFailure(error, 'Unreachable', 'ConfigInvalid')) return null;
  throw error;
}

function rolledBack({ host, image }: Asked, look: RootLook, seen: string) {
  const why = look.wentBack?.why ?? '';
  const from = why.startsWith('not confirmed') && seen !== '' ? ` (problems seen by the service: ${seen})` : '';
  const old = look.image === null ? 'its old root' : `its old root of ${look.image}`;
  return refuse(
    'RolledBack',
    `${host} did not come up healthy with ${image.facts.name}: ${why}${from}. It runs ${old} again`,
  );
}

function lost({ host, image }: Asked, look: RootLook) {
  const runs = `it runs "${look.running}" of ${look.image ?? 'an unknown image'}, and "${look.default}" is the default`;
  return refuse(
    'VerificationFailed',
    `${host} came back without ${image.facts.name}: ${runs}. Check there, then retry or done`,
  );
}

function proof(at: Date, asked: Asked, look: RootLook, health: Health, rebooted: boolean): Proof<'host-update'> {
  const { ref, host, image, bootIdBefore } = asked;
  const { name } = image.facts;
  const tried = look.running === 'root.new' ? '; confirmed after a trial' : '';
  const { kernel, failedUnits, failedBefore } = health;
  const whose = kernel.brought.length > 0 ? `with its kernel ${kernel.running}` : 'which has no kernel of its own,';
  return {
    what: 'host-update',
    at: at.toISOString(),
    summary: `${host} runs ${name} ${whose} since a new boot${tried}${failedUnits && `; failed units: ${failedUnits}`}${failedAlready(failedBefore)}`,
    facts: { host, image: name, bootIdBefore, bootIdAfter: look.bootId, defaultSubvolume: look.default },
    how: ref.byHand ? 'by-hand' : rebooted ? 'service' : 'found',
  };
}
