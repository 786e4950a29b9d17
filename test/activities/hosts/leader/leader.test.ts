import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { leaderInstructions } from '../../../../activities/hosts/leader/instructions.ts';
import { updateLeader } from '../../../../activities/hosts/leader/leader.ts';
import { scriptText } from '../../../../activities/hosts/remote/scripts.ts';
import type { Script } from '../../../../activities/hosts/remote/remote.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import { jobInWindow } from '../../../../activities/hosts/root/window.ts';
import { refuse } from '../../../../activities/failures.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';
import { stepRef } from '../update-fleet.ts';

const site = {
  language: 'en',
  templates: fileURLToPath(new URL('../../../../templates', import.meta.url)),
  layout: { toplevel: '/top', jobs: 'semester' },
  ssh: { user: 'bacchus', knownHosts: '/etc/known_hosts' },
  update: { command: 'pacman -Syu --noconfirm' },
} as Site;

/** A leader that answers like a healthy one, except for the scripts in `changed`. */
function leader(changed: Record<string, () => string> = {}) {
  const healthy: Record<string, () => string> = {
    'close-window': () => 'was closed',
    'package-manager': () => 'idle',
    'look-root': () => 'running=root\ndefault=root\nread_only=true\nfree=99999999999',
    packages: () => 'linux 1.1-1\ncuda 12-1',
    'update-leader': () => '',
  };
  const remote = fakeRemote(({ name }: Script) => ({ ...healthy, ...changed })[name]!());
  const named = new Map<string, unknown>();
  const store = {
    getNamed: async (name: string) => named.get(name) ?? null,
    putNamed: async (name: string, value: unknown) => void named.set(name, value),
  };
  const deps = { site: async () => site, remote, store, clock: () => new Date(0) } as unknown as HostDependencies;
  return { deps, remote };
}

test('work by hand: the instructions name user, host and command, and the proof lists the changes afterwards', async () => {
  let version = '1.1-1';
  const { deps, remote } = leader({ packages: () => `linux ${version}\ncuda 12-1` });
  const text = await leaderInstructions(deps)({ ref: stepRef('update/hand', 'leader-instructions'), host: 'asahi' });
  for (const part of ['asahi', '`bacchus`', 'ro false', 'ro true', 'pacman -Syu --noconfirm']) {
    expect(text).toContain(part);
  }
  version = '1.2-1';
  const ref = stepRef('update/hand', 'leader-work', { byHand: true });
  const proof = await updateLeader(deps)({ ref, host: 'asahi' });
  expect(proof).toMatchObject({ facts: { changes: 1 }, how: 'by-hand' });
  expect(remote.calls).not.toContain('job update-leader');
});

test('work by hand is not taken over while a person’s pacman runs or holds the window', async () => {
  const ref = stepRef('update/hand', 'leader-work', { byHand: true });
  const busy = leader({ 'package-manager': () => 'busy' });
  await expect(updateLeader(busy.deps)({ ref, host: 'asahi' })).rejects.toThrow(/pacman still runs/);
  expect(busy.remote.calls).toEqual(['run package-manager']);
  const held = leader({ 'close-window': () => 'held' });
  await expect(updateLeader(held.deps)({ ref, host: 'asahi' })).rejects.toThrow(/another process still holds/);
});

test('too little room stops the update before the window opens', async () => {
  const full = leader({ 'look-root': () => 'running=root\nread_only=true\nfree=1000' });
  await expect(updateLeader(full.deps)({ ref: stepRef('u', 'leader'), host: 'asahi' })).rejects.toThrow(
    /free at least 512 MiB/,
  );
  expect(full.remote.calls).not.toContain('job update-leader');
});

test('a failed job whose window cannot be closed reports both errors', async () => {
  const fails = () => {
    throw refuse('CommandFailed', 'no space for cuda');
  };
  const run = (window: () => string) =>
    jobInWindow(leader({ 'update-leader': fails, 'close-window': window }).remote, 'asahi', stepRef('u', 'leader'), {
      name: 'update-leader',
      args: [],
    });
  await expect(run(() => 'closed')).rejects.toThrow(/^no space for cuda$/);
  await expect(run(() => 'held')).rejects.toThrow(/no space for cuda\n.*still be writable: another job/s);
  const dead = run(() => {
    throw ApplicationFailure.create({ type: 'Unreachable', message: 'asahi is gone' });
  });
  await expect(dead).rejects.toThrow(/no space for cuda\n.*still be writable: .*asahi is gone/s);
});

test('a package manager of another name holds its lock: whoever has the library of pacman open', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'alpm-'));
  const answer = async () => (await execa('bash', ['-c', await scriptText('package-manager')])).stdout;
  const { stdout } = await execa('sh', ['-c', 'ldconfig -p | sed -n "s/.*libm[.]so[.]6 .*=> //p" | head -n 1']);
  const library = path.join(folder, 'libalpm.so.15');
  await copyFile(stdout, library);
  const idle = await answer();
  const manager = execa('sleep', ['60'], { env: { LD_PRELOAD: library } });
  try {
    await expect.poll(answer).toMatch(/^sleep 60 ?\(pid \d+\)$/);
  } finally {
    manager.kill();
    await manager.catch(() => undefined);
    await rm(folder, { recursive: true });
  }
  expect([idle, await answer()]).toEqual(['idle', 'idle']);
});
