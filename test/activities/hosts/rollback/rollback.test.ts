import { expect, test } from 'vitest';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import { rollBack } from '../../../../activities/hosts/rollback/rollback.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const site = {
  layout: { toplevel: '/root/btrfs-toplevel', jobs: 'semester', home: '/csehome' },
  update: { checks: ['nvidia-smi', 'test -e /data'], confirmWithin: 'PT1S' },
} as unknown as Site;
const NAMES = ['failed_check_0=yes\n', 'failed_check_1=yes\n'];

/** A host on which these checks fail with the newer root, and with the old one. It is rolled back by two tries. */
async function rolledBack(newer: readonly number[], old: readonly number[]) {
  let running = 'newer';
  const failing = () => (running === 'newer' ? newer : old).map((at) => NAMES[at]).join('');
  const remote = fakeRemote(({ name }) => {
    if (name === 'site-checks') return failing();
    if (name === 'go-back') return 'boot_id=old\nfrom=img\n';
    if (name === 'reboot') running = 'old';
    if (name === 'check-health') return `state=running\nfailed=\nhome=mounted\n${failing()}`;
    if (name !== 'look-root') return '';
    const boot = running === 'newer' ? 'boot_id=old\nimage=img\n' : 'boot_id=new\nimage=img-0\nwent_back_image=img\n';
    return `${boot}running=root\ndefault=root\nread_only=true\nfree=1\n`;
  });
  const named = new Map<string, unknown>();
  const store = {
    getNamed: async (name: string) => named.get(name) ?? null,
    putNamed: async (name: string, value: unknown) => void named.set(name, value),
  };
  const deps = { site: async () => site, remote, store, clock: () => new Date(0), rebootDeadlineMs: 3_000 };
  const attempt = (round: number) => {
    const ref = { workflow: 'rollback/x', step: 'back', round, byHand: false };
    return rollBack(deps as unknown as HostDependencies)({ ref, host: 'bernini' }).catch((error: unknown) => error);
  };
  return { first: await attempt(1), second: await attempt(2) };
}

test('a check that failed before the rollback is named, and is not held against the old root', async () => {
  const proof = { what: 'rolled-back', summary: expect.stringMatching(/; failed before already: "nvidia-smi"$/) };
  expect(await rolledBack([0], [0])).toMatchObject({ first: proof, second: proof });
});

test('a check that fails on the old root only is a problem, also for a second try that sees the old root at once', async () => {
  const failure = { type: 'VerificationFailed', message: expect.stringContaining('the check "test -e /data" failed') };
  expect(await rolledBack([0], [0, 1])).toMatchObject({ first: failure, second: failure });
});
