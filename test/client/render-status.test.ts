import { expect, test } from 'vitest';
import { textsFor } from '../../client/reader.ts';
import { renderReport } from '../../client/render-status.ts';
import type { FullReport } from '../../client/report.ts';
import type { GateStatus, Status } from '../../domain/status.ts';
import { approvalLines } from '../../workflows/operator/visibility.ts';
import { newOperatorState } from '../../workflows/operator/state.ts';

const texts = await textsFor({ language: 'en' });
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

const shown = (...gates: GateStatus[]) => shownWith({}, gates);
const shownWith = (more: Partial<Status>, gates: readonly GateStatus[] = []) => {
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
    ...more,
  } as Status;
  const report = {
    workflowId: 'semester/x',
    state: 'RUNNING',
    status,
    memo: {},
    versions: { started: '0.2.0', last: '0.3.0' },
    stuck: null,
    activities: [],
    children: [],
    startedAt: '2027-02-01T15:00:00.000Z',
    closedAt: null,
    worker: { polling: true },
  } as unknown as FullReport;
  return renderReport(report, texts, {});
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

test('times are in the zone of the site, in proofs too', () => {
  const proof = { summary: 'asahi (closed since 2027-02-10T15:30:00.000Z)' };
  const step = { step: 'open-logins', state: 'done', round: 1, proof };
  const next = { at: '2027-02-10T14:59:59Z', what: 'deadline' };
  const text = shownWith({ zone: 'Asia/Seoul', language: 'ko', steps: [step], next } as unknown as Partial<Status>);
  expect(text).toContain('(since 2027-02-02 (화) 00:00)');
  expect(text).toContain('closed since 2027-02-11 (목) 00:30');
  expect(text).toContain('2027-02-10 (수) 23:59 deadline');
  expect(text).toMatch(/Times: Asia\/Seoul$/);
  expect(text).not.toMatch(/\dT\d/);
});

test('the command of a gate names whom to waive; very many stay a word', () => {
  const commands = ['semester approve x wipe --by YOU --waive NAMES'];
  const waitingFor = [{ key: 'gate:wipe', since: '', sentence: '', commands }];
  const plan = (waivable: readonly string[]) => ({ ...gate([]).plan, waivable }) as NonNullable<GateStatus['plan']>;
  expect(shownWith({ waitingFor }, [gate([], { plan: plan(['erin', 'frank']) })])).toContain('--waive erin,frank\n');
  const many = Array.from({ length: 40 }, (_, n) => `u${n}`);
  expect(shownWith({ waitingFor }, [gate([], { plan: plan(many) })])).toContain('--waive NAMES\n');
});

test('the versions that a run was started and last worked on with', () => {
  expect(shown()).toContain('started with version 0.2.0, last worked on with version 0.3.0');
});
