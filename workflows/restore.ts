import type { Proof } from '../domain/proof.ts';
import type { RestoreDockerInput, RestoreInput } from '../domain/restore.ts';
import type { SiteView } from '../domain/site.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId, myRun } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
import { long, quick } from './policies.ts';

export interface RestoreResult {
  readonly outcome: 'restored' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/**
 * R4: restores homes from a backup. After approval the homes are copied next to existing ones, and a mail tells users
 * the path.
 */
export async function restore(input: RestoreInput): Promise<RestoreResult> {
  const { startedBy, name } = input;
  const operator = installOperatorContext({ kind: 'restore', name: myId(), startedBy, phase: 'backup' });
  let site: SiteView | undefined;
  return operator.run<RestoreResult>(
    async () => {
      site = await readSite(operator, input.site, 'backup');
      for (;;) {
        const result = await gate(operator, 'restore', {
          phase: 'backup',
          site,
          plan: () => long.planRestore({ restore: input }),
        });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const step = { name: 'restore-homes', phase: 'backup', approved: true } as const;
        const restored = await runStep(operator, step, (ref) => long.restoreHomes({ ref, plan }));
        if (restored.status === 'void') continue;
        const mailed = await runStep(operator, { name: 'mail-restored', phase: 'backup', skippable: true }, (ref) =>
          long.mailRestored({ ref, plan, name }),
        );
        operator.enter('done');
        return {
          outcome: 'restored',
          proofs: mailed.status === 'done' ? [restored.result, mailed.result] : [restored.result],
        };
      }
    },
    async () => {
      if (site) await quick.tidyHost({ workflow: myRun(), host: site.storage }).catch(() => undefined);
      return { outcome: 'aborted', proofs: [] };
    },
  );
}

/** Moves a user's Docker data back from the trash of the GPU servers, after approval. */
export async function restoreDocker(input: RestoreDockerInput): Promise<RestoreResult> {
  const operator = installOperatorContext({ kind: 'restore', name: myId(), startedBy: input.startedBy, phase: 'wipe' });
  let site: SiteView | undefined;
  return operator.run<RestoreResult>(
    async () => {
      site = await readSite(operator, input.site, 'wipe');
      for (;;) {
        const result = await gate(operator, 'restore-docker', {
          phase: 'wipe',
          site,
          plan: () => long.planRestoreDocker({ restore: input }),
        });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const step = { name: 'restore-docker', phase: 'wipe', approved: true } as const;
        const restored = await runStep(operator, step, (ref) => long.restoreDocker({ ref, plan }));
        if (restored.status === 'void') continue;
        const proofs: Proof[] = [restored.result];
        const mailed = await runStep(operator, { name: 'mail-restored', phase: 'wipe', skippable: true }, (ref) =>
          long.mailRestoredDocker({ ref, plan, name: input.name }),
        );
        if (mailed.status === 'done') proofs.push(mailed.result);
        operator.enter('done');
        return { outcome: 'restored', proofs };
      }
    },
    async () => {
      const tidy = (site?.hosts ?? []).map((host) => quick.tidyHost({ workflow: myRun(), host }));
      await Promise.allSettled(tidy);
      return { outcome: 'aborted', proofs: [] };
    },
  );
}
