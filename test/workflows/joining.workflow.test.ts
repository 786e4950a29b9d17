import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PHASES, type Phase } from '../../domain/names.ts';
import { endsAtOnce, startRun } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

/** What each phase does that shows outside, as the world notes it. */
const DOES: Partial<Record<Phase, string>> = {
  lockout: 'remove members',
  backup: 'backup',
  wipe: 'wipe homes',
  prune: 'prune',
  update: 'update asahi',
  reopen: 'publish',
};

/** `wipe` is joined elsewhere, with its proofs; `drain` and `update` also on real hosts. */
test.each(['lockout', 'backup', 'prune', 'update', 'reopen', 'applications'] as const)(
  'a semester that is joined at %s runs that phase and the later ones, and no earlier one',
  async (from) => {
    await using run = await startRun(env, endsAtOnce, { from }, (world) => {
      world.sessions.clear();
      if (from !== 'lockout') for (const member of ['erin', 'frank', 'grace']) world.members.delete(member);
    });
    await run.approveAll();
    const { outcome } = await run.handle.result();
    expect(outcome).toBe('finished');
    const did = PHASES.filter((phase) => run.world.log.some(({ what }) => what === DOES[phase]));
    const due = PHASES.slice(PHASES.indexOf(from)).filter((phase) => phase in DOES);
    expect(did).toEqual(due);
    expect(run.world.mails.filter(({ kind }) => /^(notice|deadline)/.test(kind))).toEqual([]);
  },
);
