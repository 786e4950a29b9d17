import { runStep } from '../operator/steps.ts';
import { long, quick } from '../policies.ts';
import { semesterGate, withByHand, refreshSite, type Run } from '../run.ts';
import { lockOut } from './lockout.ts';
import { everyHost } from './logins.ts';
import type { Proof, WipeProofs } from '../../domain/proof.ts';

/**
 * R3: closes logins until the phase reopen, ends all sessions, and proves that none is left.
 * `verifyOnly`: an earlier run or a person ended them; only verify.
 */
export async function drain(run: Run, verifyOnly = false): Promise<void> {
  run.operator.enter('drain');
  await refreshSite(run, 'drain');
  // An opening that an earlier reopening still owes would open what is closed now.
  await runStep(run.operator, { name: 'end-deferred-openings', phase: 'drain' }, () =>
    quick.endDeferred({ hosts: [...everyHost(run), ...run.site.excluded], kind: 'open-logins' }),
  );
  for (let todo = everyHost(run); ;) {
    const left = await Promise.all(todo.map((host) => drainOne(run, host, verifyOnly)));
    todo = left.flatMap((host) => host ?? []);
    if (todo.length === 0) return;
    // The removal was approved too long ago, or its empty plan permits nothing: people decide on it now.
    while (!(await lockOut(run, { askEmpty: true })));
    run.operator.enter('drain');
  }
}

/** Returns the host if no approval permits its drain any more. */
async function drainOne(run: Run, host: string, verifyOnly: boolean): Promise<string | null> {
  run.closed.add(host);
  const step = { name: `drain-${host}`, phase: 'drain', approved: true } as const;
  const drained = await runStep(run.operator, step, (ref) =>
    long.drainHost({ ref: withByHand(ref, verifyOnly), host, keep: run.operator.state.exempt, close: true }),
  );
  if (drained.status === 'void') return host;
  run.absence.set(host, drained.result);
  return null;
}

/** R4: takes a read-only snapshot of the homes after the last absence proof, and replicates it. */
export async function backUp(run: Run, verifyOnly = false): Promise<void> {
  run.operator.enter('backup');
  const since = [...run.absence.values()]
    .map((p) => p.at)
    .sort()
    .at(-1)!;
  const backup = await runStep(run.operator, { name: 'backup', phase: 'backup' }, (ref) =>
    long.takeBackup({ ref: withByHand(ref, verifyOnly), since, keep: run.operator.state.exempt }),
  );
  run.backup = backup.result;
  await replicate(run, backup.result, verifyOnly);
}

/**
 * Copies the backup to the replica host, unless that host already has it. The host may have been configured after the
 * backup.
 */
async function replicate(run: Run, backup: Proof<'backup'>, verifyOnly = false): Promise<void> {
  const { replica, site } = run;
  const has = replica?.facts.host === site.replica && replica?.facts.uuid === backup.facts.uuid;
  if (!site.replica || has) return;
  const copied = await runStep(run.operator, { name: 'replica', phase: 'backup' }, (ref) =>
    long.replicateBackup({ ref: withByHand(ref, verifyOnly), backup }),
  );
  run.replica = copied.result;
}

/** R5: wipes all data but that of exempt accounts, exactly as approved by the quorum. */
export async function wipe(run: Run): Promise<void> {
  const { operator, semester, edition } = run;
  operator.enter('wipe');
  for (let asked = 1; ; asked++) {
    await refreshSite(run, 'wipe');
    if (asked > 1) {
      // A session may have voided the plan by writing data that the backup lacks.
      await drain(run);
      await backUp(run);
      operator.enter('wipe');
    }
    const backup = run.backup!;
    await replicate(run, backup);
    const result = await semesterGate(run, 'wipe', {
      phase: 'wipe',
      plan: () => long.planWipe({ semester, edition, keep: run.operator.state.exempt, backup }),
    });
    if (result.kind !== 'approved') return;
    const plan = result.plan.digest;
    let proofs: WipeProofs | null = null;
    const homes = await runStep(operator, { name: 'wipe-homes', phase: 'wipe', approved: true }, async (ref) => {
      proofs = await wipeProofs(run, result.waived);
      run.wiping = true;
      return long.wipeHomes({ ref, plan, proofs });
    });
    if (homes.status === 'void') continue;
    const { site } = run;
    const [docker] = await Promise.all([
      Promise.all(site.hosts.map((host) => wipeDocker(run, host, plan, { proofs: proofs!, waived: result.waived }))),
      replicateLast(run, backup),
    ]);
    const later = await Promise.all(site.excluded.map((host) => deferDocker(run, host, plan, result.waived)));
    if (![...docker, ...later].includes('void')) return;
  }
}

/** Copies the last snapshot, which the wipe took, to the replica: it belongs to the backup. */
async function replicateLast({ operator, site }: Run, backup: Proof<'backup'>): Promise<void> {
  if (!site.replica) return;
  await runStep(operator, { name: 'replica-last', phase: 'wipe', skippable: true }, (ref) =>
    long.replicateBackup({ ref, backup }),
  );
}

async function wipeDocker(
  run: Run,
  host: string,
  plan: string,
  { proofs, waived }: { proofs: WipeProofs; waived: readonly string[] },
): Promise<'void' | 'settled'> {
  const { operator } = run;
  const step = { name: `wipe-docker-${host}`, phase: 'wipe', skippable: true, approved: true } as const;
  const wiped = await runStep(operator, step, async (ref) => {
    if (ref.round === 1) return long.wipeDocker({ ref, plan, host, proofs });
    // The proofs of round 1 may be days old, and a new session may have started.
    await long.drainHost({ ref, host, keep: run.operator.state.exempt, close: true });
    return long.wipeDocker({ ref, plan, host, proofs: await wipeProofs(run, waived) });
  });
  if (wiped.status === 'void') return 'void';
  return wiped.status === 'skipped' ? deferDocker(run, host, plan, waived) : 'settled';
}

/** Defers the wipe of a host's Docker data to `host/<name>`. `void`: the approval has ended, so the gate asks anew. */
async function deferDocker(
  run: Run,
  host: string,
  plan: string,
  waived: readonly string[],
): Promise<'void' | 'settled'> {
  const step = { name: `defer-wipe-docker-${host}`, phase: 'wipe', approved: true } as const;
  const deferred = await runStep(run.operator, step, async () => {
    const proofs = await wipeProofs(run, waived);
    await quick.deferTask({ host, site: run.site.name, task: { kind: 'wipe-docker', plan, proofs } });
    run.deferredWipes.add(host);
  });
  return deferred.status === 'void' ? 'void' : 'settled';
}

/**
 * The proofs for a wipe, with a new proof that only exempt accounts are in the group. The wipe step itself checks for
 * sessions.
 */
async function wipeProofs(run: Run, waived: readonly string[]): Promise<WipeProofs> {
  const keep = run.operator.state.exempt;
  const lockout = await quick.proveLockout({ keep });
  const { backup, replica } = run;
  const absence = [...run.absence.values()];
  return { keep, lockout, absence, backup: backup!, replica, waived };
}
