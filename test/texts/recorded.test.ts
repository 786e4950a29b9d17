import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applicantVerdictRefusal, type ApplicantVerdict } from '../../domain/judgement.ts';
import { shapeRefusal, SHAPES, type MessageName } from '../../domain/message-shapes.ts';
import type { GateStatus } from '../../domain/status.ts';
import { approverRefusal, untilRefusal, verdictRefusal } from '../../domain/verdict.ts';
import { readCatalogue } from '../../texts/catalogue.ts';
import { readRecorded } from '../../texts/recorded.ts';

const [ko, en] = await Promise.all([readRecorded('ko'), readRecorded('en')]);
const top = join(import.meta.dirname, '../..');

/** What stays the same in every language: names, paths, commands, and the names of fields. */
const english = (text: string) =>
  text.replaceAll(/"[^"]*"|`[^`]*`|\([^)]*\)|semester [a-z-]+|--[a-z-]+|\b(sha256:|SHA256:)\S+|\S*[/.:_-]\S*/g, '');

const expectKorean = (sentence: string) => {
  const said = ko(sentence);
  expect([sentence, said]).toEqual([sentence, expect.stringMatching(/[가-힣]/)]);
  return said;
};

test('names, numbers and the words of errors stay; every known part is said in Korean', () => {
  expect(ko('36 sent; 2 sent before; bounced: kim, lee')).toBe('36통 보냄; 전에 보낸 것 2통; 반송됨: kim, lee');
  expect(
    ko('asahi: 12 approved directories are gone from /a, moved to the trash until 2027-03-01; last snapshot x'),
  ).toBe('asahi: /a에서 승인된 디렉터리 12개를 휴지통으로 옮김(2027-03-01까지 보관); 마지막 스냅샷 x');
  expect(ko('Gate form: the check failed. NoGrant: kim may not')).toBe(
    'form 게이트: 확인하지 못했습니다. NoGrant: kim may not',
  );
  expect(ko('Not accepted: gate wipe is in round 3: round 2 is stale')).toBe(
    '받아들여지지 않았습니다: wipe 게이트는 지금 3회차입니다. 2회차는 지난 것입니다',
  );
  for (const other of ['', 'Unreachable: asahi does not answer; try later', '$& {{ x }}', 'x'.repeat(60_000)])
    expect([ko(other), en(other)]).toEqual([other, other]);
});

test('what a person wrote is never taken for a text', () => {
  const comment = '{{ by }} {% raw %} $1 \\k<by>';
  expect(ko(`Gate wipe was rejected by lee: ${comment}. Fix the cause, then send retry for a new plan.`)).toContain(
    `반려했습니다: ${comment}.`,
  );
});

/** A message with every field right, so that one wrong field is what is said. */
const GOOD = {
  by: 'kim',
  reason: 'x',
  step: 's',
  gate: 'wipe',
  digest: 'd',
  round: 1,
  user: 'erin',
  who: 'erin',
  verdict: 'approve',
  users: ['erin'],
  at: 'x',
};

test('no text takes long, also one that somebody made of many beginnings', async () => {
  const texts = await readCatalogue(join(top, 'templates'), 'en');
  const quick = (text: string) => {
    const began = performance.now();
    ko(text);
    return performance.now() - began;
  };
  for (const [key, { source }] of texts ?? []) {
    if (!key.startsWith('recorded.')) continue;
    // Its words again and again in every order, but never the end.
    const words = source.replaceAll(/\{\{.*?\}\}/g, 'x');
    for (const text of [words, words.slice(0, -1), words.split('x').toReversed().join('x')])
      expect([key, quick(`${text} `.repeat(1000).slice(0, 1000)) < 5_000]).toEqual([key, true]);
    expect([key, quick(`${words} `.repeat(2000)) < 5_000]).toEqual([key, true]);
  }
});

test('refusals of messages are said in Korean', () => {
  const gate = (more: Partial<GateStatus>) =>
    ({
      gate: 'wipe',
      round: 2,
      state: 'open',
      needed: 2,
      approvals: [],
      plan: { digest: 'sha256:ab', waivable: ['erin'] },
      ...more,
    }) as unknown as GateStatus;
  const asks = { gate: 'wipe', round: 2, digest: 'sha256:abcdef012345' } as const;
  const of = { by: 'kim', verdict: 'approve', approvers: ['kim', 'lee'], startedBy: 'lee' } as const;
  const verdict = {
    verdict: 'reject',
    by: 'kim',
    users: ['erin'],
    reason: 'x',
    at: '2027-01-01T00:00:00Z',
  } as ApplicantVerdict;
  const judged = (more: object) => applicantVerdictRefusal({ ...verdict, ...more }, Date.parse('2027-01-02'));
  const long = 'x'.repeat(10_000);
  const shapes = (Object.keys(SHAPES) as MessageName[]).flatMap((name) => [
    shapeRefusal(name, null),
    shapeRefusal(name, {}),
    ...Object.keys(SHAPES[name]).flatMap((field) =>
      [1, long, [long], [], null].map((value) => shapeRefusal(name, { ...GOOD, [field]: value })),
    ),
  ]);
  const refusals = [
    ...shapes,
    verdictRefusal({ ...asks, gate: 'wip' as never }, [gate({})]),
    verdictRefusal({ ...asks, gate: 'wip' as never }, []),
    verdictRefusal(asks, [gate({ state: 'rejected' })]),
    verdictRefusal({ ...asks, round: 1 }, [gate({})]),
    verdictRefusal(asks, [gate({})]),
    approverRefusal({ ...of, by: 'eve', gate: gate({}) }),
    approverRefusal({ ...of, gate: gate({ approvals: [{ by: 'kim', at: '' }] }) }),
    approverRefusal({ ...of, by: 'lee', gate: gate({}) }),
    approverRefusal({ ...of, gate: gate({}) }),
    untilRefusal('soon', new Date('2027-01-01'), null),
    untilRefusal('2020-01-01', new Date('2027-01-01'), null),
    untilRefusal('2027-01-10', new Date('2027-01-01'), '2027-02-10'),
    judged({ users: [] }),
    judged({ users: Array.from({ length: 5000 }, (_, n) => `u${n}`) }),
    judged({ users: ['erin', 'erin'] }),
    judged({ reason: '' }),
    judged({ at: 'now' }),
    judged({ at: '2030-01-01T00:00:00Z' }),
  ].filter((one) => one !== null);
  expect(refusals.length).toBeGreaterThan(60);
  for (const refusal of new Set(refusals)) expectKorean(refusal);
});

/** The literals of an expression, each with its variants: a value stands as 7, a number with its noun as `7 homes`. */
function literalsIn(code: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === "'") {
      const end = code.indexOf("'", at + 1);
      found.push(code.slice(at + 1, end));
      at = end;
    } else if (code[at] === '`') {
      let variants = [''];
      for (at += 1; code[at] !== '`'; at += 1) {
        if (code.startsWith('${', at)) {
          const begin = at + 2;
          let depth = 1;
          for (at = begin; depth > 0; at += 1) depth += code[at] === '{' ? 1 : code[at] === '}' ? -1 : 0;
          at -= 1;
          const inner = code.slice(begin, at);
          const words = literalsIn(inner);
          const nouns = inner.startsWith('many(') ? words.map((noun) => `7 ${noun}`) : [];
          const values = nouns.length > 0 ? nouns : ['7', '', ...(/[?&]/.test(inner) ? words : [])];
          variants = variants.flatMap((text) => values.map((value) => text + value));
        } else variants = variants.map((text) => text + code[at]);
      }
      found.push(...variants);
    }
  }
  return found;
}

test('each summary of a proof is known: the first part of every literal behind `summary:`', async () => {
  const folders = ['activities', 'workflows'];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(top, folder), { recursive: true })).map((file) => join(folder, file)),
    ),
  );
  let proofs = 0;
  for (const file of files.flat().filter((name) => name.endsWith('.ts'))) {
    const code = await readFile(join(top, file), 'utf8');
    for (const [, expression = ''] of code.matchAll(
      /(?<!\{ )\bsummary(?::| =)\s*([^;]*?`[^]*?)(?:,\n\s*(?:facts|how)\b|\n\s*\};|;\n|,\n\s*\}\))/g,
    )) {
      const [first] = literalsIn(expression);
      if (first === undefined || !/[a-z]/.test(first)) continue;
      proofs += 1;
      const known = literalsIn(expression).some((text) => /[가-힣]/.test(ko(text.replace(/^; /, ''))));
      expect([file, first, known]).toEqual([file, first, true]);
    }
  }
  expect(proofs).toBeGreaterThan(30);
});

test('what a script finds wrong with a host is said in Korean', async () => {
  const scripts = ['activities/hosts/root/check-layout.sh', 'activities/doctor/check-storage.sh'];
  for (const script of scripts) {
    const code = await readFile(join(top, script), 'utf8');
    const problems = [...code.matchAll(/problem "([^"]*(?:\\"[^"]*)*)"/g)].map(([, text = '']) => text);
    expect(problems.length).toBeGreaterThan(5);
    // What another command said stays in its words.
    for (const text of problems.filter((one) => one !== '$said' && !one.includes('$(')))
      expectKorean(text.replaceAll(/\$\(.*?\)|\$\{?\w+\}?/g, '/x').replaceAll('\\`', '`'));
  }
});

test('a failure keeps its type and what is not known; each line of a list is said', () => {
  expect(ko('Unreachable: asahi (asahi:22): connect ECONNREFUSED; is it on, and does its sshd run?')).toBe(
    'Unreachable: asahi (asahi:22): connect ECONNREFUSED. 서버가 켜져 있고 sshd가 실행 중인지 확인해 주세요',
  );
  expect(ko('asahi has the wrong layout:\n- / is not the subvolume root: boot from root\n- something else')).toBe(
    'asahi의 디렉터리 구성이 잘못되었습니다:\n- /가 서브볼륨 root가 아닙니다. root로 부팅해 주세요\n- something else',
  );
});

test('the lines of the closing report are said in Korean', () => {
  expect(ko('notices: 36 sent; 0 sent before')).toBe('notices: 36통 보냄; 전에 보낸 것 0통');
  expect(ko('prune: skipped, kept for an appeal')).toBe('prune: 건너뜀: kept for an appeal');
  expect(ko('drain-asahi: asahi: no process except of root, bacchus')).toContain('말고는 프로세스가 없음');
  expect(ko('history exported to /state/x.json, sha256:ab; check it: semester audit x')).toBe(
    '기록을 /state/x.json(으)로 내보냄, sha256:ab; 확인: semester audit x',
  );
  expect(ko('gate wipe, round 2: approved by kim (not signed)')).toBe('wipe 게이트 2회차 승인: kim (not signed)');
});

test('what a workflow waits for is said in Korean', () => {
  for (const sentence of [
    'Gate wipe (round 1, plan sha256:abc) waits for 1 approval: headline',
    'Gate wipe was rejected by lee. Fix the cause, then send retry for a new plan.',
    'Gate form waits for work by hand.',
    'Step backup failed and waits for a person.',
    'Paused: no new step starts.',
    'Waits until host/asahi is free. This command shows the holder:',
    'the deadline',
    'notice 2',
    'the hours of reboots on asahi',
    'semester/x is stuck since 2027-02-10T00:00:00Z: its workflow task failed 3 times: x',
  ])
    expect(english(expectKorean(sentence))).not.toMatch(/\b(the|waits|gate|step|failed)\b/i);
});
