import type { WipeProofs } from '../../activities/types.ts';
import { gate } from '../desk/gates.ts';
import { approvedStep, planning, skippableApprovedStep, step } from '../desk/steps.ts';
import { long, quick } from '../policies.ts';
import { by, lookAtSite, type Run } from '../run.ts';
import { everyHost, haveStayedClosed } from './logins.ts';

/**
 * R3: nobody new comes in from here to the reopening; end the sessions that remain, and prove that nobody is left.
 * `verifyOnly`: they were ended before this run.
 */
export async function drain(run: Run, verifyOnly = false): Promise<void> {
  run.desk.enter('drain');
  await lookAtSite(run);
  await Promise.all(
    everyHost(run).map(async (host) => {
      run.closed.add(host);
      const proof = await step(run.desk, `drain-${host}`, (ref) =>
        long.drainHost({ ref: by(ref, verifyOnly), host, keep: run.desk.state.kept, close: true }),
      );
      run.absence.set(host, proof);
    }),
  );
}

/** R4: a read-only snapshot of /csehome that is newer than the last process, and its copy on another machine. */
export async function backUp(run: Run, verifyOnly = false): Promise<void> {
  run.desk.enter('backup');
  const since = [...run.absence.values()]
    .map((p) => p.at)
    .sort()
    .at(-1)!;
  run.backup = await step(run.desk, 'backup', (ref) =>
    long.takeBackup({ ref: by(ref, verifyOnly), since, keep: run.desk.state.kept }),
  );
  await replicate(run, verifyOnly);
}

/** The group's policy: the backup on the site's other machine as well, also when the site has named it only since. */
async function replicate(run: Run, verifyOnly = false): Promise<void> {
  const { backup, replica, site } = run;
  const has = replica?.facts.host === site.replica && replica?.facts.uuid === backup?.facts.uuid;
  if (!site.replica || has) return;
  run.replica = await step(run.desk, 'replica', (ref) =>
    long.replicateBackup({ ref: by(ref, verifyOnly), backup: backup! }),
  );
}

/** R5: everything but the protected and the kept, exactly as two people have approved it. */
export async function wipe(run: Run): Promise<void> {
  const { desk, semester, edition } = run;
  desk.enter('wipe');
  for (let asked = 1; ; asked++) {
    const site = await lookAtSite(run);
    if (asked > 1 && !(await haveStayedClosed(run))) {
      await drain(run);
      await backUp(run);
      desk.enter('wipe');
    }
    await replicate(run);
    const result = await gate(desk, 'wipe', {
      site,
      plan: () => long.planWipe({ semester, edition, keep: run.desk.state.kept, backup: run.backup! }),
    });
    if (result.kind !== 'approved') return;
    const plan = result.plan.digest;
    let proofs: WipeProofs | null = null;
    const homes = await approvedStep(desk, 'wipe-homes', async (ref) => {
      proofs = await freshProofs(run, result.waived, everyHost(run));
      run.wiping = true;
      return long.wipeHomes({ ref, plan, proofs });
    });
    if (homes === 'void') continue;
    const docker = await Promise.all(
      site.hosts.map((host) => wipeDocker(run, host, plan, { proofs: proofs!, waived: result.waived })),
    );
    await Promise.all(site.excluded.map((host) => oweDocker(run, host, plan, result.waived)));
    if (!docker.includes('void')) return;
  }
}

async function wipeDocker(
  run: Run,
  host: string,
  plan: string,
  { proofs, waived }: { proofs: WipeProofs; waived: readonly string[] },
): Promise<'void' | 'settled'> {
  const { desk } = run;
  const proof = await skippableApprovedStep(desk, `wipe-docker-${host}`, async (ref) => {
    // The homes went a moment ago, by proofs of that moment; days may have passed before another try.
    if (ref.round > 1) return long.wipeDocker({ ref, plan, host, proofs: await freshProofs(run, waived, [host]) });
    await quick.proveAbsence({ host, keep: proofs.keep });
    return long.wipeDocker({ ref, plan, host, proofs });
  });
  if (proof === 'void') return 'void';
  if (proof) return 'settled';
  await oweDocker(run, host, plan, waived);
  return 'settled';
}

/** What `host/<name>` does when the host is back. */
async function oweDocker(run: Run, host: string, plan: string, waived: readonly string[]): Promise<void> {
  await planning(run.desk, `owe-wipe-docker-${host}`, async () => {
    const proofs = await wipeProofs(run, waived);
    await quick.oweHost({ host, site: run.site.name, debt: { kind: 'wipe-docker', plan, proofs } });
  });
}

/** What the wipe rests on. The quickly changing proofs are made again: nobody in the group, nobody on these hosts, now. */
async function freshProofs(run: Run, waived: readonly string[], hosts: readonly string[]): Promise<WipeProofs> {
  const keep = run.desk.state.kept;
  await Promise.all(hosts.map((host) => quick.proveAbsence({ host, keep })));
  return wipeProofs(run, waived);
}

async function wipeProofs(run: Run, waived: readonly string[]): Promise<WipeProofs> {
  const keep = run.desk.state.kept;
  const lockout = await quick.proveLockout({ keep });
  const { backup, replica } = run;
  const absence = [...run.absence.values()];
  return { keep, lockout, absence, backup: backup!, replica, waived };
}

/** R4: backups older than two quarters. */
export async function prune(run: Run): Promise<void> {
  const { desk, semester, backup } = run;
  desk.enter('prune');
  for (;;) {
    const site = await lookAtSite(run);
    const plan = () => quick.planPrune({ semester, backup });
    const result = await gate(desk, 'prune', { site, plan, skippable: true });
    if (result.kind !== 'approved') return;
    const { digest } = result.plan;
    if ((await skippableApprovedStep(desk, 'prune', (ref) => long.prune({ ref, plan: digest }))) !== 'void') return;
  }
}
