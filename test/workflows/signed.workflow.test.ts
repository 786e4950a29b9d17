import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Decision } from '../../domain/messages.ts';
import { statementOf } from '../../domain/statement.ts';
import type { GateStatus } from '../../domain/status.ts';
import { startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const signedRun = (prepare: (world: World) => void = () => {}) =>
  startRun(env, {}, {}, (world) => {
    world.signed = true;
    world.quorum.notice = 2;
    prepare(world);
  });
const openNotice = async (run: Run, round = 1): Promise<GateStatus> => {
  const fits = (g: GateStatus) => g.gate === 'notice' && g.state === 'open' && g.round === round;
  return (await run.until('notice', (s) => s.gates.some(fits))).gates.find(fits)!;
};
/** As an approver's command line does, with the world's kind of signature. */
const signed = (gate: GateStatus, by: string, more: Partial<Decision> = {}): Decision => {
  const plain: Decision = {
    verdict: 'approve',
    gate: gate.gate,
    round: gate.round,
    digest: gate.plan!.digest,
    by,
    ...more,
  };
  const signature = JSON.stringify(statementOf(plain, { workflow: gate.workflowId, run: gate.run }));
  return { ...plain, signature };
};
const send = (run: Run, decision: Decision) =>
  run.handle.executeUpdate<unknown, [Decision]>('decide', { args: [decision] });
const refusal = async (run: Run, decision: Decision) => {
  const error = await send(run, decision).then(
    () => expect.fail('it was not refused'),
    (e: unknown) => e,
  );
  return (error as WorkflowUpdateFailedError).cause?.message ?? String(error);
};

describe('signed verdicts', () => {
  test('unsigned, forged and transplanted verdicts are refused and recorded; signed ones count with their key', async () => {
    await using run = await signedRun();
    const gate = await openNotice(run);
    expect(gate.signed).toBe(true);
    const good = signed(gate, 'bob', { comment: 'read it' });
    const { signature: _, ...unsigned } = good;
    expect(await refusal(run, unsigned)).toMatch(/the verdict is not signed; .*semester approve/);
    const others: Decision[] = [
      { ...good, by: 'carol' },
      { ...good, comment: 'read it twice' },
      { ...good, waive: ['erin'] },
      { ...good, verdict: 'reject' },
      { ...good, signature: JSON.stringify({ ...JSON.parse(good.signature!), run: 'an earlier run' }) },
      { ...good, signature: JSON.stringify({ ...JSON.parse(good.signature!), workflow: 'semester/other' }) },
      { ...good, signature: JSON.stringify({ ...JSON.parse(good.signature!), gate: 'wipe' }) },
      { ...good, signature: JSON.stringify({ ...JSON.parse(good.signature!), round: 2 }) },
    ];
    for (const bad of others) expect(await refusal(run, bad)).toMatch(/the signature is not a signature of/);
    const before = await run.status();
    expect(before.refused).toHaveLength(1 + others.length);
    expect(before.gates[0]).toMatchObject({ state: 'open', approvals: [] });

    expect(await send(run, good)).toMatchObject({ state: 'waiting', approvals: ['bob'] });
    // As a plain signal, with a part of the digest: the signature is over the whole.
    const { verdict: __, ...plain } = signed(gate, 'carol');
    await run.handle.signal('approve', { ...plain, digest: plain.digest.slice(0, 20) });
    const after = await run.until('approved', (s) => s.gates[0]!.state === 'approved');
    expect(after.gates[0]!.approvals).toMatchObject([
      { by: 'bob', signed: { key: 'SHA256:bob', allowedSigners: 'sha256:signers' } },
      { by: 'carol', signed: { key: 'SHA256:carol' } },
    ]);
  });

  test('a signature of an earlier round does not count in the next', async () => {
    await using run = await signedRun();
    const first = await openNotice(run);
    const old = signed(first, 'bob');
    await send(run, signed(first, 'carol', { verdict: 'reject', comment: 'hold on' }));
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:notice'));
    await run.handle.signal('retry', { step: 'notice', by: 'carol', reason: 'all right after all' });
    const second = await openNotice(run, 2);
    expect(second.plan!.digest).toBe(first.plan!.digest);
    expect(await refusal(run, old)).toMatch(/round 1 is stale/);
    expect(await refusal(run, { ...old, round: 2 })).toMatch(/the signature is not a signature of/);
  });

  test('two names with one key are not two people', async () => {
    await using run = await signedRun(({ acts }) => {
      acts.verifyApproval = async () => ({ signed: { key: 'SHA256:shared', allowedSigners: 'sha256:signers' } });
    });
    const gate = await openNotice(run);
    expect(await send(run, signed(gate, 'bob'))).toMatchObject({ state: 'waiting' });
    expect(await refusal(run, signed(gate, 'carol'))).toMatch(
      /bob already approved this round with the same key, SHA256:shared; the gate needs 2 different people/,
    );
    // It may still stop it.
    expect(await send(run, signed(gate, 'carol', { verdict: 'reject' }))).toMatchObject({ state: 'rejected' });
  });

  test('verdicts are checked one by one, in order of arrival, however long one takes', async () => {
    const checked: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await using run = await signedRun(({ acts }) => {
      const verify = acts.verifyApproval.bind(acts);
      acts.verifyApproval = async (a) => {
        checked.push(a.statement.by);
        if (a.statement.by === 'bob') await held;
        return verify(a);
      };
    });
    const gate = await openNotice(run);
    await run.handle.signal('approve', signed(gate, 'bob'));
    await run.handle.signal('approve', signed(gate, 'carol'));
    expect((await run.status()).gates[0]!.approvals).toEqual([]);
    release();
    const { gates } = await run.until('approved', (s) => s.gates[0]!.state === 'approved');
    expect(gates[0]!.approvals.map((a) => a.by)).toEqual(['bob', 'carol']);
    expect(checked).toEqual(['bob', 'carol']);
  });

  test('a verdict that could not be checked is refused, and counts if it is sent again', async () => {
    await using run = await signedRun((world) => void world.broken.set('verifyApproval', 'allowed_signers is gone'));
    const verdict = signed(await openNotice(run), 'bob');
    expect(await refusal(run, verdict)).toMatch(
      /could not be checked \(CommandFailed: allowed_signers is gone\): fix that, then send it again/,
    );
    run.world.broken.delete('verifyApproval');
    expect(await send(run, verdict)).toMatchObject({ approvals: ['bob'] });
  });
});

describe('without required signatures', () => {
  test('a name is a claim, and a wrong signature is still refused', async () => {
    await using run = await startRun(env);
    const gate = await openNotice(run);
    expect(gate.signed).toBe(false);
    expect(await refusal(run, { ...signed(gate, 'bob'), comment: 'other' })).toMatch(
      /the signature is not a signature of/,
    );
    await run.decide('bob', 'notice');
    const [notice] = (await run.status()).gates;
    expect(notice!.approvals[0]!.signed).toBeUndefined();
  });
});

describe('other approvers in mid-semester', () => {
  test('count from the next plan; the approval of a former approver does not count', async () => {
    await using run = await startRun(env, {}, {}, (world) => void (world.quorum.notice = 2));
    await openNotice(run);
    await run.decide('bob', 'notice');
    run.world.approvers = ['alice', 'carol', 'dave'];
    // The plan that is made again right before acting finds bob gone: the quorum is not there any more.
    await run.decide('carol', 'notice');
    const again = await openNotice(run, 2);
    expect(again.approvals).toEqual([]);
    expect(await refusal(run, { ...signed(again, 'bob'), signature: '' })).toMatch(
      /bob is not an approver of this site \(alice, carol, dave\)/,
    );
    await run.decide('dave', 'notice');
    expect(await run.decide('carol', 'notice')).toMatchObject({ state: 'approved' });
    await run.until('sent', () => run.world.mails.some((m) => m.kind === 'notice-0'));
  });
});
