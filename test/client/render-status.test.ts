import { expect, test } from 'vitest';
import { renderReport } from '../../client/render-status.ts';
import type { FullReport } from '../../client/report.ts';
import type { GateStatus, Status } from '../../domain/status.ts';
import { approvalLines } from '../../workflows/operator/visibility.ts';
import { newOperatorState } from '../../workflows/operator/state.ts';

const signed = { key: 'SHA256:abc', allowedSigners: 'sha256:list' };
const gate = (approvals: GateStatus['approvals'], more: Partial<GateStatus> = {}): GateStatus => ({
  gate: 'wipe',
  workflowId: 'semester/x',
  run: 'r',
  signed: true,
  round: 2,
  state: 'open',
  openedAt: '',
  needed: 2,
  plan: {
    headline: 'Delete 36 homes',
    digest: 'sha256:0',
    warnings: [],
    empty: false,
  } as unknown as GateStatus['plan'] & {},
  approvals,
  ...more,
});
const withKey = { by: 'bob', at: '', signed };
const withoutKey = { by: 'carol', at: '' };

const shown = (...gates: GateStatus[]) => {
  const status = {
    workflowId: 'semester/x',
    kind: 'semester',
    phase: 'wipe',
    paused: false,
    next: null,
    gates,
    steps: [],
    refused: [],
    accepted: [],
    waitingFor: [],
    children: [],
    kept: [],
  } as Status;
  const report = {
    workflowId: 'semester/x',
    state: 'RUNNING',
    status,
    memo: {},
    stuck: null,
    activities: [],
    children: [],
    startedAt: '2027-02-01',
    closedAt: null,
    worker: { polling: true },
  } as unknown as FullReport;
  return renderReport(report);
};
const reported = (...gates: GateStatus[]) => {
  const me = { kind: 'semester', name: 'x', startedBy: 'alice', phase: 'report' } as const;
  const state = newOperatorState({ ...me, parent: null, approvers: null });
  for (const one of gates) state.gates.set(one.gate, one);
  return approvalLines(state).join('\n');
};

test('status and closing report show each approver with the key', () => {
  expect(shown(gate([withKey]))).toMatch(/wipe round 2: open, approvals 1 of 2 \(bob SHA256:abc\)/);
  expect(shown(gate([withKey]))).not.toContain('only a claim');
  expect(reported(gate([withKey]))).toBe('gate wipe, round 2: approved by bob (signed with SHA256:abc)');
});

test('without required signatures both state that a name is only a claim', () => {
  expect(shown(gate([], { signed: false }))).toContain('a name is only a claim');
  expect(shown(gate([withKey, withoutKey], { state: 'approved' }))).toMatch(/carol unsigned.*\n.*only a claim/);
  expect(reported(gate([withKey, withoutKey]))).toMatch(
    /carol \(not signed\)\nAn approval without a signature .* only a claim/,
  );
});
