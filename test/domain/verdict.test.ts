import { expect, test } from 'vitest';
import type { GateStatus } from '../../domain/status.ts';
import { whyNotThisPerson } from '../../domain/verdict.ts';

const plan = { digest: 'sha256:0', waivable: ['nari', 'rupert'] } as unknown as NonNullable<GateStatus['plan']>;
const gate: GateStatus = {
  ...{ gate: 'removal', workflowId: 'semester/x', round: 1, state: 'open', openedAt: '', needed: 1, approvals: [] },
  ...{ plan, run: 'run-1', signed: false },
};
const bob = { by: 'bob', gate, approvers: ['alice', 'bob'], startedBy: 'alice' };

test('whom no mail reached is passed over by name, every one, or the approval does not count', () => {
  expect(whyNotThisPerson({ ...bob, verdict: 'approve' })).toContain('--waive nari,rupert');
  expect(whyNotThisPerson({ ...bob, verdict: 'approve', waive: ['nari'] })).toMatch(/--waive rupert$/);
  expect(whyNotThisPerson({ ...bob, verdict: 'approve', waive: ['rupert', 'nari'] })).toBeNull();
  expect(whyNotThisPerson({ ...bob, verdict: 'reject' })).toBeNull();
});
