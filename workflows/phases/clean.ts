import { approvedStep, planning, skippableApprovedStep, step } from '../operator/steps.ts';
import { long, quick } from '../policies.ts';
import { ask, by, lookAtSite, type Run } from '../run.ts';
import { everyHost } from './logins.ts';
import type { WipeProofs } from '../../domain/proof.ts';

/**
 * R3: nobody new comes in from here to the reopening; end the sessions that remain, and prove that nobody is left.
 * `verifyOnly`: they were ended before this run.
 */
export async function drain(run: Run, verifyOnly = false): Promise<void> {
  run.operator.enter('drain');
  await lookAtSite(run);
  await Promise.all(
    everyHost(run).map(async (host) => {
      run.closed.add(host);
      const proof = await step(run.operator, `drain-${host}`, (ref) =>
        long.drainHost({ ref: by(ref, verifyOnly), host, keep: run.operator.state.kept, close: true }),
      );
      run.absence.set(host, proof);
    }),
  );
}

/** R4: a read-only snapshot of /csehome that is newer than the last process, and its copy on another machine. */
export async function backUp(run: Run, verifyOnly = false): Promise<void> {
  run.operator.enter('backup');
  const since = [...run.absence.values()]
    .map((p) => p.at)
    .sort()
    .at(-1)!;
  run.backup = await step(run.operator, 'backup', (ref) =>
    long.takeBackup({ ref: by(ref, verifyOnly), since, keep: run.operator.state.kept }),
  );
  await replicate(run, verifyOnly);
}

/** The group's policy: the backup on the site's other machine as well, also when the site has named it only since. */
async function replicate(run: Run, verifyOnly = false): Promise<void> {
  const { backup, replica, site } = run;
  const has = replica?.facts.host === site.replica && replica?.facts.uuid === backup?.facts.uuid;
  if (!site.replica || has) return;
  run.replica = await step(run.operator, 'replica', (ref) =>
    long.replicateBackup({ ref: by(ref, verifyOnly), backup: backup! }),
  );
}

/** R5: everything but the protected and the kept, exactly as two people have approved it. */
export async function wipe(run: Run): Promise<void> {
  const { operator, semester, edition } = run;
  operator.enter('wipe');
  for (let asked = 1; ; asked++) {
    await lookAtSite(run);
    if (asked > 1) {
      // Whatever voided the plan: somebody may have been there, and have written what no backup has.
      await drain(run);
      await backUp(run);
      operator.enter('wipe');
    }
    await replicate(run);
    const result = await ask(run, 'wipe', {
      plan: () => long.planWipe({ semester, edition, keep: run.operator.state.kept, backup: run.backup! }),
    });
    if (result.kind !== 'approved') return;
    const plan = result.plan.digest;
    let proofs: WipeProofs | null = null;
    const homes = await approvedStep(operator, 'wipe-homes', async (ref) => {
      proofs = await wipeProofs(run, result.waived);
      run.wiping = true;
      return long.wipeHomes({ ref, plan, proofs });
    });
    if (homes === 'void') continue;
    const { site } = run;
    const docker = await Promise.all(
      site.hosts.map((host) => wipeDocker(run, host, plan, { proofs: proofs!, waived: result.waived })),
    );
    await Promise.all(site.excluded.map((host) => deferDocker(run, host, plan, result.waived)));
    if (!docker.includes('void')) return;
  }
}

async function wipeDocker(
  run: Run,
  host: string,
  plan: string,
  { proofs, waived }: { proofs: WipeProofs; waived: readonly string[] },
): Promise<'void' | 'settled'> {
  const { operator } = run;
  const proof = await skippableApprovedStep(operator, `wipe-docker-${host}`, async (ref) => {
    if (ref.round === 1) return long.wipeDocker({ ref, plan, host, proofs });
    // The homes went by proofs of that moment; days may have passed before another try, and somebody may be there.
    await long.drainHost({ ref, host, keep: run.operator.state.kept, close: true });
    return long.wipeDocker({ ref, plan, host, proofs: await wipeProofs(run, waived) });
  });
  if (proof === 'void') return 'void';
  if (proof) return 'settled';
  await deferDocker(run, host, plan, waived);
  return 'settled';
}

/** What `host/<name>` does when the host is back. */
async function deferDocker(run: Run, host: string, plan: string, waived: readonly string[]): Promise<void> {
  await planning(run.operator, `defer-wipe-docker-${host}`, async () => {
    const proofs = await wipeProofs(run, waived);
    await quick.deferTask({ host, site: run.site.name, task: { kind: 'wipe-docker', plan, proofs } });
  });
}

/** What the wipe rests on: nobody in the group, now. Whether anybody is on a host is looked at by the step that deletes. */
async function wipeProofs(run: Run, waived: readonly string[]): Promise<WipeProofs> {
  const keep = run.operator.state.kept;
  const lockout = await quick.proveLockout({ keep });
  const { backup, replica } = run;
  const absence = [...run.absence.values()];
  return { keep, lockout, absence, backup: backup!, replica, waived };
}

/** R4: backups older than two quarters. */
export async function prune(run: Run): Promise<void> {
  const { operator, semester, backup } = run;
  operator.enter('prune');
  for (;;) {
    const plan = () => quick.planPrune({ semester, backup });
    const result = await ask(run, 'prune', { plan });
    if (result.kind !== 'approved') return;
    const { digest } = result.plan;
    if ((await skippableApprovedStep(operator, 'prune', (ref) => long.prune({ ref, plan: digest }))) !== 'void') return;
  }
}
