import { expect, test } from 'vitest';
import { fetchPlan, renderPlan } from '../../client/plan.ts';
import { findAnswer } from '../../client/signal.ts';
import { workflowIdOf } from '../../client/workflows.ts';
import { digestOf } from '../../domain/digest.ts';
import type { GateStatus, Status } from '../../domain/status.ts';
import type { PlanPage } from '../../activities/site/contract.ts';

const binding = { hosts: ['asahi', 'derby'], homes: ['alice', '%ff'] };
const digest = digestOf(binding);

function pagesOf(text: string, pages: number): (page: number) => Promise<PlanPage> {
  const size = Math.ceil(text.length / pages);
  return async (page) => ({
    digest,
    pages,
    binding: text.slice(page * size, (page + 1) * size),
    ...(page === pages - 1 && { observed: '{"bytes":1}' }),
  });
}

test('pages are joined, and the digest is computed from what was joined', async () => {
  const plan = await fetchPlan(pagesOf(JSON.stringify(binding), 3), digest);
  expect(plan).toEqual({ digest, binding, observed: { bytes: 1 } });
});

test('a plan that is not the one of its digest is refused', async () => {
  const forged = JSON.stringify({ ...binding, homes: ['alice', 'bob'] });
  await expect(fetchPlan(pagesOf(forged, 2), digest)).rejects.toThrow('The stored plan does not match the gate');
});

test('a plan prints its headline, warnings, exempt accounts and every row', async () => {
  const gate: GateStatus = {
    gate: 'wipe',
    workflowId: 'semester/2027-spring',
    run: 'run-1',
    signed: true,
    round: 2,
    state: 'open',
    openedAt: '2027-02-11T00:00:00Z',
    needed: 2,
    approvals: [],
    plan: {
      gate: 'wipe',
      digest,
      headline: 'Two homes are deleted.',
      counts: { homes: 2 },
      rows: [],
      total: 2,
      kept: ['prof — professor'],
      warnings: ['derby is down'],
      waivable: ['derby'],
      confirm: 'oloroso 2',
      empty: false,
    },
    diff: { lines: ['+ bob'], total: 1 },
  };
  const plan = await fetchPlan(pagesOf(JSON.stringify(binding), 1), digest);
  const text = renderPlan(gate, plan, { whole: true });
  const wanted = ['round 2', 'Two homes', digest, 'homes 2', '! derby is down', '+ bob', '= prof', '? derby', 'alice'];
  for (const part of wanted) expect(text).toContain(part);
});

const status = (parts: Partial<Status>): Status => ({
  workflowId: 'semester/x',
  kind: 'semester',
  phase: 'notice',
  paused: false,
  steps: [],
  gates: [],
  refused: [],
  accepted: [],
  next: null,
  waitingFor: [],
  children: [],
  kept: [],
  ...parts,
});

test('the result of a message is its new entry, of this person and kind', () => {
  const old = { at: '1', message: 'pause', by: 'kim', reason: 'old' };
  const before = status({ refused: [old] });
  expect(findAnswer(before, before, 'pause', 'kim')).toBeNull();
  const others = status({ refused: [old, { ...old, at: '2', by: 'lee' }] });
  expect(findAnswer(before, others, 'pause', 'kim')).toBeNull();
  const refused = status({ refused: [old, { ...old, at: '3', reason: 'paused already' }] });
  expect(findAnswer(before, refused, 'pause', 'kim')).toEqual({ accepted: false, reason: 'paused already' });
  const accepted = status({
    refused: [old],
    accepted: [{ at: '4', message: 'pause', by: 'kim', detail: 'exam week' }],
  });
  expect(findAnswer(before, accepted, 'pause', 'kim')).toEqual({ accepted: true, detail: 'exam week' });
});

test('a bare name is a semester; an id is taken as it is', () => {
  expect(workflowIdOf('2027-spring')).toBe('semester/2027-spring');
  expect(workflowIdOf('applications/2027-spring')).toBe('applications/2027-spring');
});
