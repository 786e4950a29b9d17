import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Desk } from './desk/desk.ts';
import { installDesk } from './desk/desk.ts';
import { myRun } from './desk/state.ts';
import { step } from './desk/steps.ts';
import { busy, listenForHolders, turn, type LockState } from './lock.ts';
import { owe, type Debt } from './messages.ts';
import { owed } from './policies.ts';
import { rollInto } from './host-update.ts';

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
  setHandler(owe, (debt) => {
    debts.push(debt);
  });
  const full = () => workflowInfo().continueAsNewSuggested;
  while (!full()) {
    await condition(() => busy(lock) || full() || (debts.length > 0 && lock.holder === null));
    if (busy(lock)) await turn(desk, lock, workflowId, () => null);
    else if (debts.length > 0 && lock.holder === null) await payOne(desk, input, lock, debts);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof host>({ host: input.host, site: input.site, lock, debts });
}

/** Tries for as long as nobody else wants the host; who comes gets it, and the debt is tried again afterwards. */
async function payOne(desk: Desk, input: HostInput, lock: LockState, debts: Debt[]): Promise<void> {
  const debt = debts[0]!;
  const self = { workflow: workflowInfo().workflowId, purpose: `owed ${debt.kind}` };
  const scope = new CancellationScope();
  lock.holder = self;
  try {
    desk.meet(await owed.readSite({ site: input.site }));
    const work = scope.run(() => step(desk, `owed-${debt.kind}`, () => pay(input, debt)));
    await Promise.race([work, condition(() => busy(lock))]);
    scope.cancel();
    await work;
    debts.splice(debts.indexOf(debt), 1);
  } catch (error) {
    if (!isCancellation(error)) throw error;
  } finally {
    if (lock.holder === self) lock.holder = null;
  }
}

function pay({ host: name }: HostInput, debt: Debt) {
  const ref = { workflow: myRun(), step: `owed-${debt.kind}`, round: 1, byHand: false };
  if (debt.kind === 'docker') return owed.grantDocker({ ref, host: name, users: debt.users });
  if (debt.kind === 'wipe-docker') return owed.wipeDocker({ ref, host: name, plan: debt.plan, proofs: debt.proofs });
  return rollInto(owed, ref, name, debt.image);
}
