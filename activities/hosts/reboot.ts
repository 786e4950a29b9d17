import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { HostUpdateProof } from '../../domain/proof.ts';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { UpdateActivities } from '../types.ts';
import { beat, cancellation } from './context.ts';
import { lockAfterBoot } from './logins.ts';
import { keyValues, lookRoot, type RootLook } from './root.ts';
import type { UpdateDeps } from './update-deps.ts';

/** Servers spend minutes in their firmware. */
const REBOOT_DEADLINE_MS = 20 * 60_000;

/**
 * R8: reboots unless the host already runs another boot than `bootIdBefore`, waits for the new one, and proves it: boot id,
 * `root` running and default, the image's identity, systemd up, homes mounted, the site's own checks.
 * @throws ApplicationFailure `VerificationFailed` naming everything that is not as it should be.
 */
export function rebootHost({ site, remote, clock, rebootDeadlineMs }: UpdateDeps): UpdateActivities['rebootHost'] {
  return async ({ ref, host, image, bootIdBefore }): Promise<HostUpdateProof> => {
    const config = await site();
    let how: HostUpdateProof['how'] = ref.byHand ? 'by-hand' : 'service';
    if (!ref.byHand) {
      const said = await remote.run(host, { name: 'reboot', args: [bootIdBefore] }).catch(droppedConnection);
      if (said.trim() === 'already rebooted') how = 'found';
    }
    const look = await newBoot({
      config,
      remote,
      host,
      bootIdBefore,
      deadlineMs: rebootDeadlineMs ?? REBOOT_DEADLINE_MS,
    });
    const health = await checkHealth(remote, config, host);
    const open = await lockAfterBoot({ remote }, config, host);
    const problems = [
      ...wrongRoot(look, image.facts.snapshotUuid, image.facts.name),
      ...health.problems,
      ...(open === null ? [] : [open]),
    ];
    if (problems.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${host} came back, but ${problems.join('; ')}: look there, then retry or done`,
      );
    }
    return {
      what: 'host-update',
      at: clock().toISOString(),
      summary: `${host} runs ${image.facts.name} since a new boot${health.failed && `; failed units: ${health.failed}`}`,
      facts: {
        host,
        image: image.facts.name,
        bootIdBefore,
        bootIdAfter: look.bootId,
        defaultSubvolume: look.default,
      },
      how,
    };
  };
}

/** A reboot may cut the very connection that asked for it; only the new boot id tells. */
function droppedConnection(error: unknown): string {
  if (error instanceof ApplicationFailure && error.type === 'Unreachable') return '';
  throw error;
}

async function newBoot(a: {
  config: Site;
  remote: UpdateDeps['remote'];
  host: string;
  bootIdBefore: string;
  deadlineMs: number;
}): Promise<RootLook> {
  const signal = cancellation();
  const began = Date.now();
  let last: unknown;
  while (Date.now() - began < a.deadlineMs) {
    signal?.throwIfAborted();
    beat({ host: a.host, waiting: 'for a new boot', seconds: Math.round((Date.now() - began) / 1000) });
    try {
      const look = await lookRoot(a.remote, a.config, a.host, { deadlineMs: 15_000 });
      if (look.bootId !== a.bootIdBefore) return look;
    } catch (error) {
      last = error;
      a.remote.forget(a.host);
    }
    await wait(500, undefined, { ...(signal && { signal }) });
  }
  const minutes = Math.round(a.deadlineMs / 60_000);
  throw refuse(
    'VerificationFailed',
    `${a.host} is not back with a new boot after ${minutes} minutes: look at its console, then retry or done`,
    last,
  );
}

function wrongRoot(look: RootLook, uuid: string, image: string): readonly string[] {
  return [
    ...(look.running === 'root' ? [] : [`it runs the subvolume "${look.running}", not root`]),
    ...(look.default === 'root' ? [] : [`its default subvolume is "${look.default}", not root`]),
    ...(look.readOnly ? [] : ['/ is writable']),
    ...(look.imageUuid === uuid ? [] : [`its root is of ${look.image ?? 'an unknown image'}, not of ${image}`]),
  ];
}

async function checkHealth(remote: UpdateDeps['remote'], site: Site, host: string) {
  const script = { name: 'check-health', args: [site.layout.home] };
  const health = keyValues(await remote.run(host, script, { deadlineMs: 300_000 }));
  const problems: string[] = [];
  if (!['running', 'degraded'].includes(health['state'] ?? '')) problems.push(`systemd says "${health['state']}"`);
  if (health['home'] !== 'mounted') problems.push(`${site.layout.home} is not mounted`);
  for (const check of site.update.checks) {
    const failed = await remote.run(host, { name: 'run-check', args: [check] }).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ApplicationFailure && error.type === 'CommandFailed') return true;
        throw error;
      },
    );
    if (failed) problems.push(`the check "${check}" failed`);
  }
  return { problems, failed: health['failed'] ?? '' };
}
