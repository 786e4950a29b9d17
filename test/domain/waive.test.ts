import { expect, test } from 'vitest';
import type { GateStatus } from '../../domain/status.ts';
import { whyNotThisPerson } from '../../domain/verdict.ts';

const gateOf = (name: string, waivable: readonly string[]) =>
  ({ gate: name, needed: 2, approvals: [], plan: { waivable } }) as unknown as GateStatus;
const why = (gate: GateStatus, verdict: 'approve' | 'reject', waive?: readonly string[]) =>
  whyNotThisPerson({ by: 'bob', verdict, gate, approvers: ['bob'], startedBy: 'alice', ...(waive && { waive }) });

test('each approval of a wipe names everyone whom no notice has reached', () => {
  const wipe = gateOf('wipe', ['erin', 'kim']);
  expect(why(wipe, 'approve')).toMatch(/--waive erin,kim$/);
  expect(why(wipe, 'approve', ['erin'])).toMatch(/reached kim:.*--waive kim$/);
  expect(why(wipe, 'approve', ['kim', 'erin', 'somebody'])).toBeNull();
  expect(why(wipe, 'reject')).toBeNull();
  expect(why(gateOf('wipe', []), 'approve')).toBeNull();
});

test('a refusal stays short, however many there are', () => {
  const many = Array.from({ length: 500 }, (_, n) => `user${n}`);
  expect(why(gateOf('wipe', many), 'approve')?.length).toBeLessThan(1000);
});

test('whoever no mail reaches is passed over by name at the gate of mails, too', () => {
  expect(why(gateOf('notice', ['erin']), 'approve')).toMatch(/--waive erin$/);
  expect(why(gateOf('notice', ['erin']), 'approve', ['erin'])).toBeNull();
});
