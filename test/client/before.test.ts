import { bindings } from '../support/plans.ts';
import type { Client } from '@temporalio/client';
import { readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DoctorCheck, HostKeys } from '../../activities/doctor/contract.ts';
import type { RehearsedGate } from '../../activities/rehearse/contract.ts';
import { CliError, EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import { VERSION } from '../../config/version.ts';
import { beforeTheExample, changedExample, fileOf, SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../config/files.ts';
import { recorder } from './io.ts';

/** A Temporal client whose worker answers `inspect` with `answer`. */
function worker(answer: (ask: { kind: string; [key: string]: unknown }) => unknown) {
  const asked: { kind: string; [key: string]: unknown }[] = [];
  const workflowService = {
    describeTaskQueue: async () => ({
      pollers: [
        { identity: 'w', lastAccessTime: { seconds: Date.now() / 1000 }, deploymentOptions: { buildId: VERSION } },
      ],
    }),
    describeNamespace: async () => ({ config: { workflowExecutionRetentionTtl: { seconds: 365 * 86_400 } } }),
    countWorkflowExecutions: async () => ({ count: 0 }),
    getSystemInfo: async () => ({ serverVersion: '1.31.2' }),
  };
  const client = {
    options: { namespace: 'default' },
    connection: { workflowService },
    workflowService,
    workflow: {
      getHandle: () => ({ describe: async () => ({ startTime: new Date(), closeTime: new Date() }) }),
      execute: async (_: string, { args: [ask] }: { args: [{ kind: string }] }) => {
        asked.push(ask);
        return answer(ask);
      },
    },
  } as unknown as Client;
  return { client, asked };
}

const check = (state: DoctorCheck['state'], remedy = ''): DoctorCheck => ({
  check: 'left behind',
  title: 'left behind',
  where: 'asahi',
  state,
  found: '/: / was left writable',
  remedy,
});

describe('doctor', () => {
  const look = async (checks: readonly DoctorCheck[], ...flags: string[]) => {
    const { client, asked } = worker(() => ({ at: '', site: 'bacchus', checks }));
    const io = recorder(null, client);
    const site = await fileOf(
      'site.yaml',
      await changedExample(SITE_EXAMPLE, ['language: ko # of plans', 'language: en # of plans']),
    );
    return { code: await run(['doctor', '--site', site, ...flags], io), text: io.lines.join('\n'), asked };
  };
  test.each([
    ['ok', EXIT.ok],
    ['warning', EXIT.ok],
    ['cleaned', EXIT.ok],
    ['skipped', EXIT.ok],
    ['wrong', EXIT.failed],
  ] as const)('ends with the worst: %s is %d', async (state, code) => {
    expect((await look([check('ok'), check(state)])).code).toBe(code);
    expect((await look([check('ok'), check(state)], '--json')).code).toBe(code);
  });
  test('prints what is wrong first, never breaks a remedy, and counts the rest', async () => {
    const remedy = 'somebody else may answer there. If it was reinstalled: semester hosts trust asahi --replace';
    const checks = [check('ok'), check('warning', 'look at it'), check('ok'), check('wrong', remedy)];
    const { text, asked } = await look(checks);
    expect(text).toContain(remedy);
    expect(text).toMatch(/^WRONG  left behind, asahi\n[^]*\n\nWARNING  left behind, asahi\n/);
    expect(text).toMatch(/8 checks of bacchus: 1 wrong, 1 warning, 6 in order \(--all shows them\)$/);
    expect(text).not.toContain('│');
    expect((await look(checks, '--all')).text).toMatch(/WRONG[^]*WARNING[^]*│ check +│ where +│ state[^]*6 in order$/);
    expect(asked).toEqual([{ kind: 'doctor', site: 'bacchus', fix: false, language: 'en' }]);
  });
  test('speaks the language of its reader; for programs a report is English', async () => {
    const locale = process.env['LC_ALL'];
    process.env['LC_ALL'] = 'ko_KR.UTF-8';
    try {
      const { text, asked } = await look(
        [{ ...check('wrong', '고쳐 주세요'), title: '남은 흔적' }, check('ok')],
        '--all',
      );
      expect(asked).toEqual([{ kind: 'doctor', site: 'bacchus', fix: false, language: 'ko' }]);
      expect(text).toMatch(/^문제 {2}남은 흔적, asahi\n[^]*→ 고쳐 주세요\n[^]*│ 점검 +│ 대상 /);
      expect(text).toMatch(/bacchus 점검 6개: 문제 1개, 경고 0개, 정상 5개$/);
      expect((await look([], '--json')).asked).toMatchObject([{ language: 'en' }]);
    } finally {
      if (locale === undefined) delete process.env['LC_ALL'];
      else process.env['LC_ALL'] = locale;
    }
  });
  test('changes something only on request', async () => {
    expect((await look([], '--fix')).asked).toEqual([{ kind: 'doctor', site: 'bacchus', fix: true, language: 'en' }]);
  });
});

describe('hosts trust', () => {
  const fingerprint = 'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
  const shown = (more: Partial<HostKeys> = {}): HostKeys => ({
    host: 'asahi',
    address: 'asahi.example.org',
    file: '/etc/semester/known_hosts',
    offered: [{ type: 'ssh-ed25519', fingerprint, pinned: false }],
    others: [],
    ...more,
  });
  const trust = async (keys: HostKeys, answer: string | null, ...flags: string[]) => {
    const { client, asked } = worker(({ kind }) => (kind === 'host-keys' ? keys : { summary: 'pinned' }));
    const io = recorder(answer, client);
    const code = await run(['hosts', 'trust', 'asahi', ...flags], io);
    return { code, text: io.lines.join('\n'), notes: io.notes.join('\n'), kinds: asked.map(({ kind }) => kind), asked };
  };

  test('shows the fingerprint, and pins the key after a person types its end', async () => {
    const { code, text, asked } = await trust(shown(), 'BCDEFG');
    expect(code).toBe(EXIT.ok);
    expect(text).toContain(fingerprint);
    expect(asked.at(-1)).toEqual({ kind: 'trust', host: 'asahi', fingerprint, replace: false });
  });
  test.each([
    ['something else', 'xxxxxx'],
    ['too little', 'G'],
    ['nothing', ''],
  ])('pins nothing for %s', async (_, typed) => {
    expect(await trust(shown(), typed)).toMatchObject({ code: EXIT.failed, kinds: ['host-keys'] });
  });
  test('asks nothing without a terminal, and requires the whole fingerprint', async () => {
    expect(await trust(shown(), null)).toMatchObject({ code: EXIT.usage, kinds: ['host-keys'] });
    expect(await trust(shown(), null, '--fingerprint', fingerprint)).toMatchObject({ code: EXIT.ok });
    expect(await trust(shown(), null, '--fingerprint', 'SHA256:x')).toMatchObject({ code: EXIT.refused });
  });
  test('replaces another pinned key only with --replace', async () => {
    const keys = shown({ others: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:old' }] });
    const refused = await trust(keys, 'BCDEFG');
    expect(refused).toMatchObject({ code: EXIT.refused, kinds: ['host-keys'] });
    expect(refused.notes).toContain('Another machine may answer at its address');
    expect((await trust(keys, 'BCDEFG', '--replace')).asked.at(-1)).toMatchObject({ kind: 'trust', replace: true });
  });
  test('needs no confirmation for a key that is pinned already', async () => {
    const keys = shown({ offered: [{ type: 'ssh-ed25519', fingerprint, pinned: true }] });
    expect(await trust(keys, null)).toMatchObject({ code: EXIT.ok, kinds: ['host-keys'] });
  });
});

describe('rehearse', () => {
  const mail = { subject: 'The end <b>', text: 'Dear all', html: '<p>"Dear" all</p>' };
  const source = { file: '', language: 'en' as const, source: 'left out', layout: '' };
  const both = <T>(one: T) => ({ ko: one, en: one });
  const binding = bindings.notice({
    recipients: [{ user: 'dave', address: null, language: 'en' }],
    texts: { notice: both(mail), deadline: both(mail) },
    sources: { notice: both(source), deadline: both(source) },
  });
  const planned: RehearsedGate = {
    gate: 'notice',
    state: 'planned',
    notes: [],
    ref: {
      gate: 'notice',
      digest: 'sha256:1',
      headline: 'tell <script>1</script> people',
      counts: { recipients: 1 },
      rows: ['dave (en)'],
      total: 1,
      kept: [],
      warnings: ['read me'],
      waivable: [],
      confirm: '',
      empty: false,
    },
    plan: gzipSync(JSON.stringify({ binding, observed: { seen: 1 } })).toString('base64'),
    instructions: null,
  };
  const rehearse = async (state: RehearsedGate['state'], ...flags: string[]) => {
    beforeTheExample();
    const { client, asked } = worker(({ kind, gate }) => {
      if (kind === 'site') return { hosts: ['asahi'] };
      const nothing = { gate, state: 'later', notes: ['not there yet'], ref: null, plan: null, instructions: null };
      return gate === 'notice' ? planned : { ...nothing, state: gate === 'wipe' ? state : 'later' };
    });
    const io = recorder(null, client);
    const files = ['--site', SITE_EXAMPLE, '--semester', SEMESTER_EXAMPLE];
    return { code: await run(['rehearse', ...files, ...flags], io), text: io.lines.join('\n'), asked };
  };

  test('plans every gate, in the order of the semester', async () => {
    const gates = async (...flags: string[]) =>
      (await rehearse('later', ...flags)).asked.flatMap(({ gate }) => (gate === undefined ? [] : [gate]));
    const first = await gates('--order', 'wipe-first', '--mode', 'update');
    expect(first.slice(0, 5)).toEqual(['notice', 'removal', 'wipe', 'prune', 'rollout']);
    const other = await gates('--order', 'update-first', '--mode', 'reinstall');
    expect(other.slice(2, 6)).toEqual(['reinstall', 'rollout', 'wipe', 'prune']);
    expect(first.at(-1)).toBe('publish');
  });
  test('ends with 1 if a gate could not be planned, and names it', async () => {
    expect((await rehearse('later')).code).toBe(EXIT.ok);
    const failed = await rehearse('failed');
    expect(failed.code).toBe(EXIT.failed);
    expect(failed.text).toMatch(/Gate wipe: COULD NOT BE LOOKED AT[^]*Not planned: wipe$/);
  });
  test('writes a page with everything escaped, mails in inert frames, readable by its owner only', async () => {
    const file = join(tmpdir(), `rehearsal-${process.pid}.html`);
    try {
      const { text } = await rehearse('later', '--html', file);
      expect(text).toContain('notice (en): The end <b>');
      const page = await readFile(file, 'utf8');
      expect(page).toContain('tell &lt;script&gt;1&lt;/script&gt; people');
      expect(page).toMatch(/<iframe sandbox="" title="The end &lt;b&gt;" srcdoc="&lt;p&gt;&#34;Dear&#34; all/);
      expect(page).toContain('user: dave');
      expect(page).not.toMatch(/<script|left out/);
    } finally {
      await rm(file, { force: true });
    }
  });
});

test('start says when the name is not that of an approver, and when no server knows an exempt account', async () => {
  const site = await fileOf(
    'site.yaml',
    await changedExample(
      SITE_EXAMPLE,
      ['encryption: required', 'encryption: off'],
      ['language: ko # of plans', 'language: en # of plans'],
    ),
  );
  const { client, asked } = worker(({ kind }) =>
    kind === 'accounts'
      ? { unknown: ['grad'], asked: 2, silent: [] }
      : { at: '', site: 'bacchus', checks: [check('ok')] },
  );
  Object.assign(client.workflow, { start: async () => ({ firstExecutionRunId: 'r' }) });
  const notes = async (by: string) => {
    const io = recorder(null, client);
    const argv = ['start', '--site', site, '--semester', SEMESTER_EXAMPLE, '--from', 'drain', '--by', by];
    expect(await run(argv, io)).toBe(EXIT.ok);
    return io.notes.join('\n');
  };
  expect(await notes('kimm')).toContain(
    'kimm is not an approver of this site (kim, lee, park). If the name is mistyped:',
  );
  expect(await notes('kim')).not.toContain('not an approver');
  expect(await notes('kim')).toContain('No GPU server knows grad, exempt by keep.');
  // A note changes nothing on the hosts.
  expect(asked).toContainEqual(expect.objectContaining({ kind: 'accounts', sync: false }));
});

test('start goes on when no host can be asked for the exempt accounts', async () => {
  beforeTheExample();
  const site = await fileOf(
    'site.yaml',
    await changedExample(
      SITE_EXAMPLE,
      ['encryption: required', 'encryption: off'],
      ['language: ko # of plans', 'language: en # of plans'],
    ),
  );
  const { client } = worker(({ kind }) => {
    if (kind === 'accounts') throw new CliError(EXIT.failed, 'asahi shows another key');
    return { at: '', site: 'bacchus', checks: [check('ok')] };
  });
  Object.assign(client.workflow, { start: async () => ({ firstExecutionRunId: 'r' }) });
  const io = recorder(null, client);
  const argv = ['start', '--site', site, '--semester', SEMESTER_EXAMPLE, '--from', 'drain', '--by', 'kim'];
  expect(await run(argv, io)).toBe(EXIT.ok);
  expect(io.notes.join('\n')).toContain('Nobody knows whether the names in keep are right: asahi shows another key');
});

test('start refuses a site whose servers the service cannot update', async () => {
  const site = await fileOf(
    'site.yaml',
    await changedExample(
      SITE_EXAMPLE,
      ['encryption: required', 'encryption: off'],
      ['language: ko # of plans', 'language: en # of plans'],
    ),
  );
  const row = {
    check: 'system',
    title: 'system',
    where: 'asahi',
    state: 'wrong',
    found: 'no pacman',
    remedy: 'install Arch Linux',
  };
  const { client, asked } = worker(({ kind }) =>
    kind === 'accounts'
      ? { unknown: [], asked: 2, silent: [] }
      : { at: '', site: 'bacchus', checks: [row, check('warning')] },
  );
  let started = 0;
  Object.assign(client.workflow, { start: async () => ({ firstExecutionRunId: `r${(started += 1)}` }) });
  const start = async (from: string) => {
    const io = recorder(null, client);
    const argv = ['start', '--site', site, '--semester', SEMESTER_EXAMPLE, '--from', from, '--by', 'kim'];
    return { code: await run(argv, io), said: io.notes.join('\n') };
  };
  expect(await start('drain')).toEqual({
    code: EXIT.refused,
    said: expect.stringContaining('The semester is not started:\nno pacman; install Arch Linux'),
  });
  expect([started, asked]).toEqual([
    0,
    [{ kind: 'doctor', site: 'bacchus', fix: false, language: 'en', only: 'system' }],
  ]);
  // The phases after the update need no package manager.
  expect((await start('reopen')).code).toBe(EXIT.ok);
  expect(started).toBe(1);
});
