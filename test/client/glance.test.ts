import { expect, test } from 'vitest';
import { renderPlan, type CheckedPlan } from '../../client/plan.ts';
import type { PlanGate } from '../../domain/gates/index.ts';
import { bindings, entryOf } from '../support/plans.ts';
import type { GateStatus } from '../../domain/status.ts';

const digest = 'sha256:abc';

function gateOf(gate: PlanGate, rows: readonly string[], total: number): GateStatus {
  return {
    gate,
    workflowId: 'semester/2027-spring',
    run: 'run-1',
    signed: true,
    round: 1,
    state: 'open' as const,
    openedAt: '2027-02-11T00:00:00Z',
    needed: 2,
    approvals: [],
    plan: {
      gate,
      digest,
      headline: 'It happens.',
      counts: {},
      rows,
      total,
      kept: [],
      warnings: [],
      waivable: [],
      confirm: 'it',
      empty: false,
    },
  };
}

const planOf = (binding: unknown, observed: unknown = null): CheckedPlan => ({ digest, binding, observed });

const mail = (subject: string) => ({ subject, text: `text of ${subject}`, html: `<p>${subject}</p>` });
const source = (text: string) => ({ file: '', language: 'ko' as const, source: text, layout: '' });
const sources = { ko: source('unrendered {{ deadline }}'), en: source('') };
const notice = planOf(
  bindings.notice({
    recipients: Array.from({ length: 3 }, (_, at) => ({ user: `user${at}`, address: null, language: 'ko' as const })),
    sources: { notice: sources, deadline: sources },
    // Canonical JSON sorts the deadline's mail before the notice.
    texts: {
      deadline: { en: mail('passed'), ko: mail('지난 기한') },
      notice: { en: mail('soon'), ko: mail('다가오는 기한') },
    },
  }),
);

test('the summary of a notice shows the first rows, the notice in each language, the other subjects, no source', () => {
  const text = renderPlan(gateOf('notice', ['user0 (ko)', 'user1 (ko)'], 3), notice);
  for (const part of [
    'First 2 of 3:',
    'user1 (ko)',
    'text of soon',
    'text of 다가오는 기한',
    'deadline (ko): 지난 기한',
  ])
    expect(text).toContain(part);
  for (const part of ['text of passed', '<p>', 'unrendered', 'user2']) expect(text).not.toContain(part);
  expect(text).toMatch(/over the whole plan\. All \d+ lines: --all$/);
});

test('the whole plan has every text, source and row', () => {
  const text = renderPlan(gateOf('notice', [], 3), notice, { whole: true });
  for (const part of ['text of passed', '<p>passed</p>', 'unrendered', 'user2']) expect(text).toContain(part);
});

test('the summary of a wipe and of a removal names everything that is deleted', () => {
  const homes = Array.from({ length: 60 }, (_, at) => entryOf(`home${at}`));
  const also = { asahi: { '/local/scratch': [entryOf('old-run')] } };
  const wipe = planOf(bindings.wipe({ homes, docker: { asahi: [entryOf('dave')] }, also }));
  const text = renderPlan(gateOf('wipe', ['home0 — 1 GiB'], 60), wipe);
  const words = new Set(text.split(/\s+/));
  for (const name of [...homes.map(({ name }) => name), 'dave', 'old-run']) expect(words).toContain(name);
  expect(text).toContain('Deleted below /csehome (60):');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(130);

  const remove = [
    { uid: 7, username: 'erin' },
    { uid: 8, username: null },
  ];
  const removal = planOf(bindings.removal({ remove }));
  expect(renderPlan(gateOf('removal', [], 2), removal)).toMatch(/Removed from the group \(2\):\n {2}erin #8\n/);
});

test('a list of thousands of names ends with the number of the rest', () => {
  const homes = Array.from({ length: 10_000 }, (_, at) => entryOf(`h${at}`));
  const text = renderPlan(gateOf('wipe', [], 0), planOf(bindings.wipe({ homes })));
  expect(text).toContain('… and 9600 more');
  expect(text.split('\n').length).toBeLessThan(60);
});

test('the plan of a post shows it as published, with the questions of the form', () => {
  const content = '---\ntitle: 안내\n---\n\n본문';
  const questions = [
    { title: '아이디', help: '', choices: [] },
    { title: '약관', help: '', choices: ['동의', '거절'] },
  ];
  const form = { id: null, title: '설문', description: '둘 다 필요합니다', questions };
  const binding = bindings.publish({ content, form });
  const text = renderPlan(gateOf('publish', [], 0), planOf(binding));
  expect(text).toContain(
    'The form, https://forms.example.org: 설문\n  둘 다 필요합니다\n  - 아이디\n  - 약관: 동의 / 거절\n',
  );
  expect(text).toContain('The post, _posts/2027-03-02-gpu.md:\n  ---\n  title: 안내\n  ---\n\n  본문\n');
});

test('a plan of another version of the service is not shown in part', () => {
  const { backup: _, ...older } = bindings.wipe({});
  expect(() => renderPlan(gateOf('wipe', [], 0), planOf(older))).toThrow('gate wipe: binding.backup: ');
  expect(() => renderPlan(gateOf('wipe', [], 0), planOf({ ...bindings.wipe({}), more: 1 }))).toThrow('more');
  expect(renderPlan(gateOf('wipe', [], 0), planOf(older), { whole: true })).toContain('/csehome');
});
