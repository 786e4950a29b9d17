import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Proof } from '../domain/proof.ts';
import type { Desk } from './desk/desk.ts';
import { installDesk } from './desk/desk.ts';
import { myRun } from './desk/state.ts';
import { step } from './desk/steps.ts';
import { busy, listenForHolders, turn, type LockState } from './lock.ts';
import { debts as owedNow, owe, wake, type Debt } from './messages.ts';
import { owed } from './policies.ts';
import { bootInto, fullImageOf, readyRoot } from './update/follower.ts';

export interface HostInput {
  readonly host: string;
  readonly site: string;
  readonly lock?: LockState;
  readonly debts?: readonly Debt[];
}

/** `host/<name>`: grants the host to one workflow at a time, and keeps what is owed to it until it is done. */
export async function host(input: HostInput): Promise<never> {
  const { workflowId } = workflowInfo();
  const desk = installDesk({ kind: 'host', name: workflowId, startedBy: 'worker', phase: 'idle' });
  const lock: LockState = input.lock ?? { holder: null, queue: [] };
  const debts: Debt[] = [...(input.debts ?? [])];
  listenForHolders(desk, lock);
  const pull = { again: true };
  setHandler(owe, (debt) => {
    // A host boots into the newest image at once; an older one may be deleted before the host is back.
    const older = debts.findIndex(({ kind }) => kind === 'image');
    if (debt.kind === 'image' && older >= 0) debts.splice(older, 1);
    debts.push(debt);
    pull.again = true;
  });
  setHandler(wake, () => {
    pull.again = true;
  });
  setHandler(owedNow, () => debts.map(({ kind }) => kind));
  const full = () => workflowInfo().continueAsNewSuggested;
  while (!full()) {
    await condition(() => busy(lock) || full() || (pull.again && debts.length > 0 && lock.holder === null));
    if (busy(lock)) await turn(desk, lock, workflowId, () => null);
    else if (debts.length > 0 && lock.holder === null) await payOne(desk, input, { lock, debts, pull });
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof host>({ host: input.host, site: input.site, lock, debts });
}

/**
 * Tries for as long as nobody else wants the host; who comes gets it, and the debt is tried again afterwards. Of what an
 * excluded host is owed, only the wipe can be done before the homes are exported to it: the rest waits for `wake`.
 */
async function payOne(
  desk: Desk,
  input: HostInput,
  { lock, debts, pull }: { lock: LockState; debts: Debt[]; pull: { again: boolean } },
): Promise<void> {
  const self = { workflow: workflowInfo().workflowId, purpose: 'what is owed' };
  const scope = new CancellationScope();
  lock.holder = self;
  pull.again = false;
  try {
    const site = await owed.readSite({ site: input.site });
    desk.meet(site);
    const excluded = site.excluded.includes(input.host);
    const debt = debts.find(({ kind }) => !excluded || kind === 'wipe-docker');
    if (!debt) return;
    const work = scope.run(() =>
      step(desk, `owed-${debt.kind}`, () => pay(desk, input, { debt, leader: site.leader })),
    );
    await Promise.race([work, condition(() => busy(lock) || pull.again)]);
    scope.cancel();
    await work;
    // It may have been replaced by a newer one meanwhile.
    if (debts.includes(debt)) debts.splice(debts.indexOf(debt), 1);
    pull.again = true;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    pull.again = true;
  } finally {
    if (lock.holder === self) lock.holder = null;
  }
}

async function pay(
  desk: Desk,
  { host: name, site }: HostInput,
  { debt, leader }: { debt: Debt; leader: string },
): Promise<Proof> {
  const ref = { workflow: myRun(), step: `owed-${debt.kind}`, round: 1, byHand: false };
  switch (debt.kind) {
    case 'docker':
      return owed.grantDocker({ ref, host: name, users: debt.users });
    case 'open-logins':
      return owed.openLogins({ hosts: [name] });
    case 'wipe-docker': {
      // It was down when the others were closed and drained.
      const { plan, proofs } = debt;
      await owed.drainHost({ ref, host: name, keep: proofs.keep, close: true });
      return owed.wipeDocker({ ref, host: name, plan, proofs });
    }
    case 'image': {
      const newer = await owed.findNewer({ host: name, image: debt.image });
      if (newer) return newer;
      const follower = { site, host: name, leader: debt.leader ?? leader, image: debt.image };
      await readyRoot(owed, ref, follower, { full: fullImageOf(desk, follower) });
      // Whoever has come in since the host is back is warned first.
      await owed.drainHost({ ref, host: name, keep: debt.keep ?? [] });
      return bootInto(owed, ref, follower);
    }
  }
}
