import { appendFile, readFile } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import ssh2 from 'ssh2';
import { afterEach, expect, it } from 'vitest';
import { createRemote } from '../../../../activities/hosts/remote/ssh.ts';
import { startSshd } from './sshd.ts';

const SCRIPTS: Record<string, string> = {
  echo: 'cat; printf "[%s]" "$@"',
  fails: 'echo "no such thing" >&2; exit 3',
  later: 'echo "busy" >&2; exit 75',
  waits: 'sleep 300 & echo "$$ $!" >"$1"; wait',
};
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  while (closing.length > 0) await closing.pop()?.();
});

async function start(options?: Parameters<typeof startSshd>[0], sshPassword = 'secret') {
  const sshd = await startSshd(options);
  const remote = createRemote({
    site: async () => sshd.site,
    secrets: { sshPassword },
    textOf: async (name) => SCRIPTS[name] ?? '',
  });
  closing.push(
    async () => await sshd.stop(),
    async () => await remote.close(),
  );
  return { sshd, remote };
}

const script = (name: string, args: string[] = [], input?: string | Buffer) => ({
  name,
  args,
  sudo: false,
  ...(input !== undefined && { input }),
});

it('passes arguments and input unchanged, over one connection', async () => {
  const { remote, sshd } = await start();
  const odd = ["it's", '-rf *', '$(reboot)', '\n', ''];
  const input = `line\0${'x'.repeat(300_000)}`;
  const answers = await Promise.all(Array.from({ length: 12 }, () => remote.run('asahi', script('echo', odd, input))));
  for (const answer of answers) expect(answer).toBe(input + odd.map((word) => `[${word}]`).join(''));
  expect(sshd.logins()).toBe(1);
});

it('refuses a host key that is not pinned, and names host, file, fingerprint and remedy', async () => {
  const { remote, sshd } = await start({ pin: 'wrong' });
  const failure = remote.run('asahi', script('echo'));
  await expect(failure).rejects.toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
  await expect(failure).rejects.toThrow(/asahi .* SHA256:\S{43}, .*known_hosts/);
  await expect(failure).rejects.toThrow(sshd.knownHosts);
  expect(sshd.logins()).toBe(0);
  await expect(remote.reachable('asahi')).resolves.toBe(false);
});

it('refuses a host without a pinned key', async () => {
  const { remote } = await start({ pin: 'none' });
  await expect(remote.run('asahi', script('echo'))).rejects.toThrow(/pins no key for \[127.0.0.1\]/);
});

it('distinguishes transient failures from permanent ones', async () => {
  const { remote } = await start();
  await expect(remote.run('asahi', script('fails'))).rejects.toMatchObject({
    type: 'CommandFailed',
    nonRetryable: true,
    message: 'asahi: fails ended with exit status 3: no such thing',
  });
  await expect(remote.run('asahi', script('later'))).rejects.toMatchObject({ nonRetryable: false });
  await expect(remote.run('bernini', script('echo'))).rejects.toMatchObject({ type: 'ConfigInvalid' });
});

it('does not print the password when it is wrong', async () => {
  const { remote } = await start({}, 'hunter2');
  const failure = remote.run('asahi', script('echo'));
  await expect(failure).rejects.toThrow(/refuses the login of bacchus/);
  await expect(failure).rejects.not.toThrow(/hunter2/);
});

it('offers the key before the password, which a host that accepts the key does not get', async () => {
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const sshd = await startSshd({ key: key.public.split(' ')[1]! });
  const secrets = { sshKey: key.private, sshPassword: 'secret' };
  const remote = createRemote({ site: async () => sshd.site, secrets, textOf: async (name) => SCRIPTS[name] ?? '' });
  closing.push(
    async () => await sshd.stop(),
    async () => await remote.close(),
  );
  expect(await remote.run('asahi', script('echo', ['here']))).toBe('[here]');
  expect(new Set(sshd.tried())).toEqual(new Set(['publickey']));
});

it('opens a new connection after one was lost', async () => {
  const { remote, sshd } = await start();
  await remote.run('asahi', script('echo'));
  sshd.cut();
  await expect.poll(() => remote.run('asahi', script('echo', ['again'])).catch(String)).toBe('[again]');
  expect(sshd.logins()).toBe(2);
});

it.each(['deadline', 'cancellation', 'lost connection'])('ends the remote processes at a %s', async (cause) => {
  const { remote, sshd } = await start();
  const pids = `${sshd.knownHosts}.pids`;
  await appendFile(pids, '');
  const environment = new MockActivityEnvironment();
  const waiting = environment.run(async () => {
    await remote.run('asahi', script('waits', [pids]), { deadlineMs: cause === 'deadline' ? 1000 : 60_000 });
  });
  const failed = waiting.then(
    () => 'went on',
    () => 'ended',
  );
  await expect.poll(async () => (await readFile(pids, 'utf8')).trim()).toMatch(/^\d+ \d+$/);
  const [shell, child] = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
  expect(isAlive(child)).toBe(true);
  if (cause === 'cancellation') environment.cancel();
  if (cause === 'lost connection') sshd.cut();
  await expect(failed).resolves.toBe('ended');
  await expect.poll(() => [isAlive(shell), isAlive(child)], { timeout: 3000 }).toEqual([false, false]);
});

function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}
