import type { RollBackBinding, RollBackObserved } from '../../../../domain/gates/rollback.ts';
import { expect, test } from 'vitest';
import { refuse, tryAgain } from '../../../../activities/failures.ts';
import { hostsToRollBack, planRollBack } from '../../../../activities/hosts/rollback/rollback-plan.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import { templates } from '../../mail/fixtures.ts';
import { digestOf } from '../../../../domain/digest.ts';
import type { Language } from '../../../../domain/names.ts';
import type { Plan } from '../../../../domain/plan.ts';
import { fakeRemote } from '../fake-remote.ts';
import { holdsContract } from '../../../support/contract.ts';

const OURS = 'there=yes\nours=yes\nimage=2027-01-04-gpu-update\n';
/** What each host reports of its old root. */
const OLD: Record<string, string> = {
  asahi: 'there=yes\n',
  bernini: OURS,
  cojito: 'there=yes\nours=yes\n',
  derby: '',
  faust: OURS,
};

function plan(
  hosts: readonly string[],
  { named = false, language = 'en' }: { named?: boolean; language?: Language } = {},
) {
  const plans = new Map<string, Plan>();
  const remote = fakeRemote(({ name }, host) => {
    if (host === 'eggnog') throw tryAgain('Unreachable', 'eggnog does not answer: is it on?');
    if (name === 'look-old-root') return OLD[host] ?? '';
    if (name !== 'look-root') throw refuse('CommandFailed', name);
    return `running=${host === 'faust' ? 'failed-x' : 'root'}\n${host === 'derby' ? '' : 'image=2027-02-12-gpu-update\n'}`;
  });
  const store = {
    putPlan: async (made: Plan) => {
      plans.set(digestOf(made.binding), made);
      return digestOf(made.binding);
    },
    getPlan: async (_gate: unknown, digest: string) => plans.get(digest),
  };
  const site = async () => ({ language, templates, layout: { toplevel: '/root/btrfs-toplevel', jobs: 'semester' } });
  const deps = { site, remote, store } as unknown as HostDependencies;
  const acts = holdsContract({ planRollBack: planRollBack(deps), hostsToRollBack: hostsToRollBack(deps) });
  const stored = (digest: string) => plans.get(digest) as Plan<RollBackBinding, RollBackObserved>;
  const made = acts.planRollBack({ hosts, named, reason: 'GPUs are lost' });
  return { made, stored, approvedHosts: acts.hostsToRollBack };
}

test('all: lists the hosts that can roll back, from which image to which; every other host by name, with reason and remedy', async () => {
  const { made, stored, approvedHosts } = plan(Object.keys({ ...OLD, eggnog: '' }).toSorted());
  const { digest, rows, warnings, headline, confirm, empty } = await made;
  expect(rows).toEqual([
    'bernini: 2027-02-12-gpu-update → 2027-01-04-gpu-update',
    'cojito: 2027-02-12-gpu-update → an unknown image',
  ]);
  expect(headline).toBe('Revert 2 hosts to the previous root and reboot (GPUs are lost)');
  expect([confirm, empty]).toEqual(['rollback 2', false]);
  expect(warnings).toEqual([
    "asahi is left out: its old-root does not come from an update by this service, so it may not boot, or not have this host's keys. " +
      'Check it, then revert by hand there: cd /root/btrfs-toplevel; mv root failed-root; mv old-root root; btrfs subvolume set-default root; reboot',
    'derby is left out: it has no old-root. The preparation of the next image deletes old-root',
    'eggnog is left out: the inspection failed: eggnog does not answer: is it on?',
    'faust is left out: it runs the subvolume "failed-x", not root. Reboot it, or rename that subvolume to root and set it as the default',
  ]);
  expect(stored(digest).observed.leftOut.map(({ host }) => host)).toEqual(['asahi', 'derby', 'eggnog', 'faust']);
  expect(await approvedHosts({ plan: digest })).toEqual(['bernini', 'cojito']);
});

test('the approval binds the hosts that roll back, not the reasons of the others', async () => {
  const [one, more] = await Promise.all([plan(['bernini']).made, plan(['bernini', 'asahi']).made]);
  expect(more.digest).toBe(one.digest);
  expect(more.warnings).toHaveLength(1);
  expect((await plan(['bernini', 'cojito']).made).digest).not.toBe(one.digest);
});

test('named hosts, none of which can: refused with every reason; for all hosts the plan is empty', async () => {
  const failure = plan(['asahi', 'derby'], { named: true }).made;
  await expect(failure).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
  await expect(failure).rejects.toThrow(
    /^asahi is left out: .*\nderby is left out: .*\nNone of the named hosts can be reverted/,
  );
  expect(await plan(['asahi', 'derby']).made).toMatchObject({
    empty: true,
    warnings: [{}, {}].map(() => expect.any(String)),
  });
  expect(await plan(['asahi', 'bernini'], { named: true }).made).toMatchObject({ empty: false, total: 1 });
});

test('renders in Korean', async () => {
  const { headline, rows, warnings } = await plan(['asahi', 'cojito', 'derby', 'faust'], { language: 'ko' }).made;
  expect(headline).toBe('서버 1대를 이전 루트로 되돌리고 재부팅합니다 (GPUs are lost)');
  expect(rows).toEqual(['cojito: 2027-02-12-gpu-update → 알 수 없는 이미지']);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^asahi 제외: old-root가 이 서비스의 업데이트로 생긴 것이 아니어서.*set-default root; reboot$/,
    ),
    expect.stringMatching(/^derby 제외: 되돌아갈 old-root가 없습니다/),
    expect.stringMatching(/^faust 제외: root가 아니라 서브볼륨 "failed-x"/),
  ]);
});
