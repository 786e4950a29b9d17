import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { bytesOf } from '../domain/bytes.ts';
import type { DeferredKind, Phase } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { OperatorContext } from './operator/context.ts';
import { carriedOf, type Carried } from './operator/carry.ts';
import { installOperatorContext } from './operator/install.ts';
import { onSignal } from './operator/receive.ts';
import { failureType, runStep } from './operator/steps.ts';
import { busy, installLockHandlers, turn, type LockState } from './lock.ts';
import { deferredTasks as deferredNow, deferTask, endDeferred, wake, type DeferredTask } from './messages.ts';
import { persistent, polling } from './policies.ts';
import { activateRoot, fullImageOf, stageRoot } from './update/follower.ts';
import type { StepRef } from '../domain/step.ts';
import { firstRun, myId, now } from './operator/state.ts';
import { withLoginsClosed } from './update/maintenance.ts';
import { waitUntil } from './operator/wait.ts';

interface HostInput {
  readonly host: string;
  readonly site: string;
  readonly lock?: LockState;
  readonly deferred?: readonly Owed[];
  readonly carried?: Carried;
}

type Owed = DeferredTask & {
  /** Docker only: until when the host may take to learn the accounts; set when the task is first tried. */
  awaitUntil?: string;
  /** An attempt has begun. Its remote job may still run, because an interrupted attempt leaves it alone. */
  begun?: true;
  /** No attempt begins any more. The task leaves the list when its remote job has ended. */
  ended?: true;
  /** No grant permits it. It must not keep the other tasks waiting. */
  refused?: true;
};

/** The tasks pass to the next run of the host. They are few, or they are forged. */
const TASKS_BYTES = 1_000_000;

interface Tasks {
  readonly list: Owed[];
  /** The task that is being tried. */
  tried: Owed | null;
  /** Whether to look at the list again. */
  again: boolean;
}

/** `host/<name>`: grants the host to one workflow at a time and runs its deferred tasks. */
export async function host(input: HostInput): Promise<never> {
  const { workflowId } = workflowInfo();
  const operator = installOperatorContext({
    kind: 'host',
    name: workflowId,
    startedBy: 'worker',
    phase: 'idle',
    approvers: [],
    carried: input.carried,
  });
  const lock: LockState = input.lock ?? { holder: null, queue: [] };
  const tasks: Tasks = { list: [...(input.deferred ?? [])], tried: null, again: true };
  installLockHandlers(operator, lock);
  const add = (task: DeferredTask) => {
    // The newest image replaces an older one, which may be deleted before the host is back.
    const older = tasks.list.find(({ kind, ended }) => kind === task.kind && !ended);
    if (bytesOf([...tasks.list, task]) > TASKS_BYTES) throw new Error(`${input.host} has too many deferred tasks`);
    if (older && (task.kind === 'image' || task.kind === 'docker')) remove(tasks, older);
    tasks.list.push(older?.kind === 'docker' && task.kind === 'docker' ? joined(older, task) : task);
    tasks.again = true;
  };
  const end = ({ kind }: { readonly kind: DeferredKind }) => {
    for (const task of tasks.list.filter((one) => one.kind === kind && !one.ended)) {
      task.ended = true;
      void endTask(operator, input.host, tasks, task);
    }
    tasks.again = true;
  };
  onSignal(operator, deferTask, add, 'between workflows: do it when the host is available: {kind, …}');
  onSignal(operator, endDeferred, end, 'between workflows: deferred tasks of this kind have ended: {kind}');
  setHandler(wake, () => {
    tasks.again = true;
  });
  setHandler(deferredNow, () => tasks.list.map(({ kind }) => kind));
  for (const task of tasks.list.filter(({ ended }) => ended)) void endTask(operator, input.host, tasks, task);
  const open = () => tasks.again && lock.holder === null && tasks.list.some(({ ended }) => !ended);
  while (!full()) {
    await condition(() => busy(lock) || full() || open());
    if (busy(lock)) await turn(operator, lock, workflowId, () => null);
    else if (open()) await tryDeferredTask(operator, input, lock, tasks);
  }
  await condition(allHandlersFinished);
  const carried = carriedOf(operator.state);
  return continueAsNew<typeof host>({ host: input.host, site: input.site, lock, deferred: tasks.list, carried });
}

/** Whether the history is long enough to continue as new. */
const full = () => workflowInfo().continueAsNewSuggested;

/** One task for all: an account that the host never learns must not keep the others from their grants. */
const joined = (older: DeferredTask & { kind: 'docker' }, task: DeferredTask & { kind: 'docker' }): DeferredTask => ({
  ...task,
  users: [...new Set([...older.users, ...task.users])],
});

function remove({ list }: Tasks, task: Owed): void {
  if (list.includes(task)) list.splice(list.indexOf(task), 1);
}

/**
 * Ends a task for ever. A begun wipe is stopped on the host before the task leaves the list. This does not wait for
 * the host's holder: who waits for the end of the wipe may be about to open logins.
 */
async function endTask(operator: OperatorContext, host: string, tasks: Tasks, task: Owed): Promise<void> {
  // An attempt that still runs could start a job after the stop.
  await condition(() => tasks.tried !== task);
  if (task.kind === 'wipe-docker') {
    const { steps } = operator.state;
    const cut = steps.get('deferred-wipe-docker');
    // Another wipe is another round, so it does not attach to the job that is stopped here.
    if (cut && task.begun) steps.set(cut.step, { ...cut, state: 'failed', reason: 'the reopening ended it' });
    const { plan, proofs } = task;
    await runStep(operator, { name: 'end-wipe-docker', phase: 'reopen' }, () =>
      task.begun ? persistent.endWipe({ host, workflow: ownerOf(task), plan, keep: proofs.keep }) : neverBegan(host),
    );
  }
  remove(tasks, task);
  tasks.again = true;
}

/** Who a task's remote jobs belong to. A wipe's are its own: its end stops them, and no job of another task of the host. */
const ownerOf = ({ kind }: DeferredTask): string => (kind === 'wipe-docker' ? `${myId()}/${kind}` : myId());

const neverBegan = async (host: string): Promise<Proof<'wipe-ended'>> => ({
  what: 'wipe-ended',
  at: now(),
  summary: `${host}: the wipe of Docker data had not begun`,
  facts: { host, stopped: 0, left: null },
  how: 'found',
});

/** How long a Docker grant waits for an account that the host does not know. A name with a typing error waits in vain. */
const AWAIT_ACCOUNTS_MS = 30 * 24 * 60 * 60_000;

/** The phase in which a task runs if the host is available. */
const PHASE_OF: Readonly<Record<DeferredKind, Phase>> = {
  docker: 'applications',
  image: 'update',
  'open-logins': 'reopen',
  'wipe-docker': 'wipe',
};

/**
 * In which turn a task is tried. A Docker grant may wait for weeks until the host knows an account, and no grant may ever permit a
 * forged task: no other task waits behind them.
 */
const turnOf = ({ kind, refused }: Owed): number => (refused ? 2 : kind === 'docker' ? 1 : 0);

/**
 * Tries one deferred task until another workflow requests the host, or the history is full; the task is tried again afterwards. On an excluded host only the wipe works without exported homes; its other tasks wait for `wake`.
 */
async function tryDeferredTask(
  operator: OperatorContext,
  input: HostInput,
  lock: LockState,
  tasks: Tasks,
): Promise<void> {
  const self = { workflow: workflowInfo().workflowId, purpose: 'deferred tasks' };
  const scope = new CancellationScope();
  lock.holder = self;
  tasks.again = false;
  try {
    const site = await persistent.readSite({ site: input.site });
    operator.applySitePolicy(site);
    const excluded = site.excluded.includes(input.host);
    const ready = tasks.list.filter(({ kind, ended }) => !ended && (!excluded || kind === 'wipe-docker'));
    const [task] = ready.toSorted((one, other) => turnOf(one) - turnOf(other));
    if (!task) return;
    task.begun = true;
    if (task.kind === 'docker') task.awaitUntil ??= new Date(Date.now() + AWAIT_ACCOUNTS_MS).toISOString();
    tasks.tried = task;
    const step = { name: `deferred-${task.kind}`, phase: PHASE_OF[task.kind], refusable: true } as const;
    const attempt = async (ref: StepRef) => {
      try {
        return await carryOut(operator, input, { task, leader: site.leader }, ref);
      } catch (error) {
        if (failureType(error) === 'NoGrant') task.refused = true;
        throw error;
      }
    };
    const work = scope.run(() => runStep(operator, step, attempt));
    // A task may be parked for months, and messages add to the history meanwhile.
    await Promise.race([work, condition(() => busy(lock) || tasks.again || full())]);
    scope.cancel();
    await work;
    // A newer image may have replaced the task in the meantime.
    remove(tasks, task);
    tasks.again = true;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    dropQuestion(operator, tasks.tried);
    tasks.again = true;
  } finally {
    tasks.tried = null;
    if (lock.holder === self) lock.holder = null;
  }
}

/** Nobody waits for an order any more: until the step parks again, one would be accepted and lost. */
function dropQuestion({ state: { steps } }: OperatorContext, task: Owed | null): void {
  const step = task && steps.get(`deferred-${task.kind}`);
  if (step?.state === 'attention') steps.set(step.step, { ...step, state: 'failed' });
}

async function carryOut(
  operator: OperatorContext,
  { host: name, site }: HostInput,
  { task, leader }: { task: Owed; leader: string },
  step: StepRef,
): Promise<Proof> {
  // Rounds go on in the next run of the host, so it attaches to the job that this one began; a run after a reset does too.
  const ref = { ...step, workflow: `${ownerOf(task)}@${firstRun()}` };
  switch (task.kind) {
    case 'docker':
      return persistent.grantDocker({
        ref,
        host: name,
        users: task.users,
        ...(task.awaitUntil !== undefined && { awaitUntil: task.awaitUntil }),
      });
    case 'open-logins':
      return persistent.openLogins({ hosts: [name] });
    case 'wipe-docker': {
      // The host was down when the other hosts were closed and drained. Logins stay closed: the semester opens them at its
      // reopening, which ends this task if it is still pending.
      const { plan, proofs } = task;
      await persistent.drainHost({ ref, host: name, keep: proofs.keep, close: true });
      return persistent.wipeDocker({ ref, host: name, plan, proofs });
    }
    case 'image': {
      const newer = await persistent.findNewer({ host: name, image: task.image });
      if (newer) return newer;
      const follower = { site, host: name, leader: task.leader ?? leader, image: task.image };
      await stageRoot(persistent, ref, follower, { full: fullImageOf(operator, follower) });
      if (!ref.byHand) await untilIdle(operator, name, task.inWindow === true);
      // People may have logged in since the host is back; the drain warns them first, and they can log in again afterwards.
      return withLoginsClosed({ site, host: name, keep: task.keep ?? [] }, ref, persistent, () =>
        activateRoot(persistent, ref, follower),
      );
    }
  }
}

/** How often a host is asked whether its GPU jobs still run. */
const POLL_EVERY_MS = 5 * 60_000;

/**
 * No job is ended by an image that comes late: waits until no process uses a GPU of the host, and with `inWindow` also for the
 * hours of reboots. A task that was deferred never acts sooner than the step that deferred it would have.
 */
async function untilIdle(operator: OperatorContext, host: string, inWindow: boolean): Promise<void> {
  for (;;) {
    const { opens, closes } = inWindow
      ? await persistent.findWindow({ after: now(), announced: false })
      : { opens: now(), closes: null };
    await waitUntil(operator, `the hours of reboots on ${host}`, () => opens);
    const left = closes === null ? undefined : Date.parse(closes) - Date.now();
    try {
      await polling(POLL_EVERY_MS, left).awaitIdleGpus({ host });
      return;
    } catch (error) {
      if (closes === null || failureType(error) !== 'NothingNew') throw error;
      // A job still runs at the last try of these hours: the next ones begin after their end.
      await waitUntil(operator, `the end of the hours of reboots on ${host}`, () => closes);
    }
  }
}
